"""What brings the shop's own authority to the staff's phones: the steps, and a QR code.

Owns the page's content. Pure: knows neither listeners nor where the certificate lies. The sentences
stand in ``trust_texts``.
"""

import io
from dataclasses import dataclass
from html import escape

from config.schema import Language
from gatewayd.http.trust_texts import TEXTS

_OCTETS_A_LINE = 8  # as many as a phone shows beside one another


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What there is to trust, and where."""

    business: str
    certificate: bytes
    """In PEM form: it is no secret."""

    fingerprint: str
    address: str
    """Of this page on plain http, for a phone; what the QR code says."""

    then: tuple[str, ...]
    """Addresses of the inbox, the name first."""


def qr_svg(text: str) -> str:
    """Draw a QR code as SVG that can stand within a page."""
    import segno  # noqa: PLC0415 - nobody else draws one

    drawn = io.BytesIO()
    code = segno.make_qr(text, error="m")
    code.save(drawn, kind="svg", scale=5, border=4, xmldecl=False, light="#fff", title="QR")
    return drawn.getvalue().decode()


def page(trust: Trust, language: Language, style: str) -> str:
    """Write the whole page."""
    text = TEXTS[language]
    other = Language.FR if language is Language.EN else Language.EN
    steps = "\n".join(
        f"<details><summary>{escape(system)}</summary><ol>"
        + "".join(f"<li>{escape(step)}</li>" for step in way)
        + "</ol></details>"
        for system, way in text.ways
    )
    links = " · ".join(f'<a href="{escape(url)}">{escape(url)}</a>' for url in trust.then)
    octets = trust.fingerprint.split(":")
    shown = "<br>".join(
        ":".join(octets[at : at + _OCTETS_A_LINE]) for at in range(0, len(octets), _OCTETS_A_LINE)
    )
    title = escape(text.title.format(business=trust.business))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style}</style></head>\n<body><h1>{title}</h1>\n"
        f"<p>{escape(text.why)}</p>\n"
        f'<p><a href="/trust/authority.crt">{escape(text.download)}</a></p>\n'
        f"<h2>{escape(text.check)}</h2><p>{escape(text.compare)}</p><pre>{shown}</pre>\n"
        f"<h2>{escape(text.steps)}</h2>\n{steps}\n"
        f"<h2>{escape(text.afterwards)}</h2><p>{links}</p>\n"
        f"<h2>{escape(text.phones)}</h2><p>{escape(text.scan)}<br>"
        f"<code>{escape(trust.address)}</code></p>\n{qr_svg(trust.address)}\n"
        f'<p><a href="/trust?lang={other}" lang="{other}">{escape(text.other)}</a></p>\n'
        "</body></html>\n"
    )
