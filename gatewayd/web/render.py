"""Writes pages: templates, the headers that go with each page, and what every template knows."""

import json
from collections.abc import Mapping
from functools import cache, partial
from http import HTTPStatus
from typing import Any

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from gatewayd.web import flashes, formats
from gatewayd.web.assets import asset_url
from gatewayd.web.devices import device_name
from gatewayd.web.faults import fault_words
from gatewayd.web.flashes import Flash
from gatewayd.web.found import pieces
from gatewayd.web.languages import N_, Tongue
from gatewayd.web.links import as_html
from gatewayd.web.modems.banner import trouble_of
from gatewayd.web.navigation import sections
from gatewayd.web.noted import as_noted
from gatewayd.web.reasons import REASONS, REASONS_TOLD
from gatewayd.web.refusals import refusal_words
from gatewayd.web.route import Visit
from gatewayd.web.words import words
from storage.people import PersonRow
from storage.teams import TeamRow

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # A part of a page and the whole one have the same address.
    "Vary": "Accept-Language, X-Gatewayd-Part, X-Gatewayd-Again, X-Gatewayd-Shown",
}
_LINK_WARNING = N_("This address pretends to be another one, or hides its name")


def page(
    visit: Visit,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    script_parts: Mapping[str, str] | None = None,
    **values: Any,
) -> web.Response:
    """Write a page; or, of ``script_parts``, the template of the one that our script asks for."""
    wanted = (script_parts or {}).get(visit.part or "")
    text = (
        _environment(visit.tongue)
        .get_template(wanted or template)
        .render(visit=visit, f=visit.formats, **values)
    )
    response = web.Response(
        status=status.value, text=text, content_type="text/html", headers=_HEADERS
    )
    response.enable_compression()
    if visit.flash is not None:
        response.del_cookie(flashes.COOKIE, path="/")
    return response


def go_to(path: str, *, flash: Flash | None = None) -> web.Response:
    """Send the browser to another page, after a form."""
    if not flashes.is_ours(path):
        path = "/"
    response = web.Response(
        status=HTTPStatus.SEE_OTHER.value, headers=_HEADERS | {"Location": path}
    )
    if flash is not None:
        flashes.put(response, flash)
    return response


def _said(tongue: Tongue, words: tuple[str, Mapping[str, str]]) -> str:
    message, values = words
    return tongue.say(message, **values)


@cache
def _environment(tongue: Tongue) -> Environment:
    made = Environment(
        loader=PackageLoader("gatewayd.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    made.install_gettext_translations(tongue.translations, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    warning = tongue.say(_LINK_WARNING)
    made.globals |= {
        "asset": asset_url,
        "fault": lambda code: _said(tongue, fault_words(code)),
        "refusal": lambda code: _said(tongue, refusal_words(code, "")),
        "reasons": REASONS,
        "reasons_told": REASONS_TOLD,
        "sections": sections,
        "trouble_of": trouble_of,
        "tongue": tongue,
        "words": json.dumps(words(tongue), ensure_ascii=False),
    }
    made.filters |= {
        "device": device_name,
        "hostile": lambda text: as_html(text, warning=warning),
        "initials": formats.initials,
        "pieces": pieces,
    }
    made.filters["as_choice"] = _as_choice
    made.filters["noted"] = partial(as_noted, warning=warning)
    return made


def _as_choice(row: PersonRow | TeamRow) -> tuple[str, str]:
    """Give a person or a team as a choice has them: the value and the words."""
    return row.id, row.display_name
