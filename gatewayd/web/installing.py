"""The page as an app on a phone or PC: its manifest, its service worker, its notice when offline.

Open to all: nothing of this is anybody's, and a service worker asks as nobody.
"""

import hashlib
import json
from dataclasses import replace

from aiohttp import web

from config.schema import Language
from gatewayd.http.problems import not_found
from gatewayd.http.route import Door
from gatewayd.web.assets import PREFIX, assets
from gatewayd.web.languages import N_, tongue
from gatewayd.web.render import CONTENT_SECURITY_POLICY, page
from gatewayd.web.route import PageRoute, Visit

MANIFEST = "/app.webmanifest"
WORKER = "/worker.js"
OFFLINE = "/offline"
_ABOUT = N_("The team’s inbox on the shop’s number")
_ICONS = (
    ("icon.svg", "any", "any"),
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)
_ACCENT, _GROUND = "#0b6b62", "#f3f5f3"
"""As page.css has them: a manifest cannot read a stylesheet."""
_DIGITS = 12


async def manifest(visit: Visit) -> web.StreamResponse:
    """Tell a browser how the page is installed: its name, its pictures, where it begins."""
    files = assets()
    name = visit.context.settings.gateway.name
    body = {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": visit.tongue.say(_ABOUT),
        "lang": visit.tongue.language.value,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _ACCENT,
        "icons": [
            {
                "src": files[picture].url,
                "sizes": sizes,
                "type": files[picture].media_type,
                "purpose": purpose,
            }
            for picture, sizes, purpose in _ICONS
        ],
    }
    return web.json_response(
        body,
        content_type="application/manifest+json",
        headers={"Vary": "Accept-Language"},
        dumps=lambda value: json.dumps(value, ensure_ascii=False),
    )


async def worker(visit: Visit) -> web.StreamResponse:
    """Give the service worker, told which files this version has, and where its notice is."""
    chosen = visit.request.query.get("language", "")
    language = Language(chosen) if chosen in set(Language) else visit.tongue.language
    kept = sorted(each.url for each in assets().values())
    notice = f"{OFFLINE}/{language}"
    version = hashlib.sha256("\n".join([notice, *kept]).encode()).hexdigest()[:_DIGITS]
    shipped = json.dumps({"version": version, "files": kept, "notice": notice, "prefix": PREFIX})
    source = assets()["worker.js"].body.decode("utf-8")
    return web.Response(
        text=f"const SHIPPED = {shipped};\n{source}",
        content_type="text/javascript",
        headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY},
    )


async def offline(visit: Visit) -> web.StreamResponse:
    """Show what a browser shows while the gateway cannot be reached: kept by the worker."""
    asked = visit.named("language")
    if asked not in set(Language):
        raise not_found(f"language {asked!a}")
    spoken = tongue(Language(asked), visit.formats.region)
    # It is kept on the device: nothing of whoever asks for it may stand in it.
    nobody = replace(
        visit,
        principal=None,
        session=None,
        theme="",
        flash=None,
        formats=replace(visit.formats, tongue=spoken),
    )
    return page(nobody, "offline.html")


ROUTES = (
    PageRoute(method="GET", path=MANIFEST, handler=manifest, access=Door.OPEN),
    PageRoute(method="GET", path=WORKER, handler=worker, access=Door.OPEN),
    PageRoute(method="GET", path=f"{OFFLINE}/{{language}}", handler=offline, access=Door.OPEN),
)
