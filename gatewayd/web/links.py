"""Makes HTML of a text that anybody may have sent: escaped, with links that show their true host.

Only ``http`` and ``https`` become links. A host that is written to look like another one (letters
of other scripts, a user name before it, a bare address) is shown as it is and marked.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from markupsafe import Markup, escape

# Nothing invisible and nothing that turns the direction belongs in an address (Unicode TR36).
_URL = re.compile(r"https?://[^\s<>\"\u0000-\u0020\u007f-\u00a0]+", re.IGNORECASE)
_TRAILING = ".,;:!?'\"…»’”"
_CLOSING = {")": "(", "]": "[", "}": "{"}
_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
# Emoji are joined and coloured by these, and scripts such as Persian need the first two.
_HARMLESS = frozenset("\n\t\u200c\u200d\ufe0e\ufe0f") | frozenset(map(chr, range(0xE0020, 0xE0080)))
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address in a text: where it really goes, and whether it pretends."""

    href: str
    host: str
    suspicious: bool


def as_html(text: str, *, warning: str) -> Markup:
    """Write a text for people; ``warning`` is what is said of a link that pretends."""
    return Markup("").join(_pieces(text, warning))


def _pieces(text: str, warning: str) -> Iterator[Markup]:
    end = 0
    for found in _URL.finditer(text):
        written = _without_trailing(found.group())
        link = link_of(written)
        if link is None:
            continue
        yield _plain(text[end : found.start()])
        yield _anchor(link, warning)
        end = found.start() + len(written)
    yield _plain(text[end:])


def _plain(text: str) -> Markup:
    return escape("".join(_shown(character) for character in text))


def _shown(character: str) -> str:
    """Give a character as it is shown: a control that could act on the page becomes visible."""
    if character in _HARMLESS or unicodedata.category(character) not in _INVISIBLE:
        return character
    return "" if character == "\r" else _REPLACEMENT if _is_control(character) else character


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Cn", "Zl", "Zp"}


def _without_trailing(url: str) -> str:
    """Take off what ends the sentence and not the address."""
    while url:
        last = url[-1]
        opened = _CLOSING.get(last)
        if last in _TRAILING or (opened and url.count(last) > url.count(opened)):
            url = url[:-1]
        else:
            break
    return url


def link_of(url: str) -> Link | None:
    """Read an address; None when it has no host that a browser could go to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or any(unicodedata.category(c) in _INVISIBLE for c in url):
        return None
    true_host = _ascii(host)
    if true_host is None:
        return None
    shown = true_host if port is None else f"{true_host}:{port}"
    rest = "".join(
        (
            parts.path,
            f"?{parts.query}" if parts.query else "",
            f"#{parts.fragment}" if parts.fragment else "",
        )
    )
    netloc = f"[{true_host}]" if ":" in true_host else true_host
    netloc = netloc if port is None else f"{netloc}:{port}"
    return Link(
        # Without the user name: nobody needs one here, and it is what fakes a host.
        href=f"{parts.scheme.lower()}://{netloc}{rest}",
        host=shown,
        suspicious="@" in parts.netloc or "xn--" in true_host or _is_address(true_host),
    )


def _ascii(host: str) -> str | None:
    try:
        return host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return host.replace(".", "").isdecimal()
    return True


_ANCHOR = Markup(
    '<a href="{href}" rel="noopener noreferrer nofollow" target="_blank" class="link{mark}">'
    "{scheme}<b>{host}</b>{rest}</a>{warning}"
)
_WARNING = Markup(' <span class="link-warning">{warning}</span>')
_LONGEST_REST = 60


def _anchor(link: Link, warning: str) -> Markup:
    scheme, _, after = link.href.partition("://")
    rest = after.partition("/")[2]
    shown = f"/{rest}" if rest else ""
    if len(shown) > _LONGEST_REST:
        shown = f"{shown[:_LONGEST_REST]}…"
    return _ANCHOR.format(
        href=link.href,
        mark=" suspicious" if link.suspicious else "",
        scheme=f"{scheme}://",
        host=link.host,
        rest=shown,
        warning=_WARNING.format(warning=warning) if link.suspicious else "",
    )
