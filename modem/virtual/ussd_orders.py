"""What the control channel may order of a USSD code: its text, its menu, its coding, no answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.virtual.errors import RequestRefusedError
from modem.virtual.ussd import UssdCoding, UssdPage

if TYPE_CHECKING:
    from modem.virtual.fields import Fields


def ussd_page(fields: Fields) -> UssdPage:
    """Take a page from a request; its replies are answered in the same coding."""
    coding, dcs = _coding(fields), fields.maybe("dcs")
    replies = {
        reply: UssdPage(text=text, coding=coding, dcs=dcs)
        for reply, text in fields.texts("replies").items()
    }
    return UssdPage(
        text=fields.text("text", ""),
        replies=replies,
        coding=coding,
        dcs=dcs,
        status=fields.maybe("status"),
        delay_ms=fields.number("delay_ms", 0),
        silent=fields.flag("silent", default=False),
    )


def _coding(fields: Fields) -> UssdCoding | None:
    name = fields.text("coding", "")
    try:
        return UssdCoding(name) if name else None
    except ValueError:
        known = ", ".join(UssdCoding)
        raise RequestRefusedError(
            operation=fields.operation, reason=f"unknown coding {name!r}; known: {known}"
        ) from None
