"""The page's own files: each has its digest in its address, so a browser may keep it for ever.

Read and compressed once, when the first page is asked for.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

PREFIX: Final = "/static"
_TEXT = (".css", ".js", ".svg", ".webmanifest")
_DIGITS = 12
# `import … from "./other.js"`: a module is fetched by the address that its digest gives it.
_IMPORT = re.compile(r'(?<=from )"\./([a-z_-]+\.js)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file as it is served."""

    name: str
    url: str
    media_type: str
    body: bytes
    zipped: bytes | None


@cache
def assets() -> Mapping[str, Asset]:
    """Give all, by name."""
    made: dict[str, Asset] = {}
    sources = dict(_sources(files("gatewayd.web").joinpath("static"), ""))
    for name in sources:
        _make(name, sources, made)
    return made


def asset_url(name: str) -> str:
    """Give the address of a file."""
    return assets()[name].url


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for item in sorted(folder.iterdir(), key=lambda each: each.name):
        if item.is_dir():
            yield from _sources(item, f"{prefix}{item.name}/")
        else:
            yield prefix + item.name, item.read_bytes()


def _make(name: str, sources: Mapping[str, bytes], made: dict[str, Asset]) -> Asset:
    if name in made:
        return made[name]
    body = sources[name]
    if name.endswith(".js"):
        # Its digest covers what it imports, since their addresses stand in it.
        text = _IMPORT.sub(
            lambda found: f'"{_make(found[1], sources, made).url}"', body.decode("utf-8")
        )
        body = text.encode("utf-8")
    digest = hashlib.sha256(body).hexdigest()[:_DIGITS]
    made[name] = Asset(
        name=name,
        url=f"{PREFIX}/{digest}/{name}",
        media_type=_media_type(name),
        body=body,
        zipped=gzip.compress(body, mtime=0) if name.endswith(_TEXT) else None,
    )
    return made[name]


def _media_type(name: str) -> str:
    if name.endswith(".js"):
        return "text/javascript"
    if name.endswith(".webmanifest"):
        return "application/manifest+json"
    return mimetypes.guess_type(name, strict=True)[0] or "application/octet-stream"
