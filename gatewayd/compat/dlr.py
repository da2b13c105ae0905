"""Kannel's delivery reports as values: the codes of a message's states, and the address filled.

Pure. Codes are bits, and a client's mask adds up those that it wants.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from storage.queries import MessageRow
from storage.states import MessageState

DELIVERED = 1
UNDELIVERED = 2
ACCEPTED = 8
REFUSED = 16
EVERY_CODE = 31
"""4 too, queued at the service centre: an SMS modem is never told that, so nobody hears of it."""

CODES: Mapping[MessageState, int] = {
    MessageState.SENT: ACCEPTED,
    MessageState.DELIVERED: DELIVERED,
    MessageState.UNDELIVERED: UNDELIVERED,
    MessageState.FAILED: REFUSED,
    MessageState.EXPIRED: REFUSED,
    MessageState.CANCELED: REFUSED,
}
"""What each state tells. ``unknown`` tells nothing: it is not known."""

FINAL = frozenset(CODES) - {MessageState.SENT}

_PLACEHOLDER = re.compile(r"%([A-Za-z%])")
_AT_THE_RECEIVER = frozenset({DELIVERED, UNDELIVERED})


def told_by(state: MessageState) -> Sequence[int]:
    """Name the codes that a state tells, in order.

    What was delivered, or could not be, was accepted before, also where that went by unseen.
    """
    code = CODES[state]
    return (ACCEPTED, code) if code in _AT_THE_RECEIVER else (code,)


def filled(url: str, message: MessageRow, code: int) -> str:
    """Put the facts in place of the placeholders; what is none stays as it is."""
    at_ms = (message.delivered_at_ms if code == DELIVERED else message.sent_at_ms) or 0
    moment = datetime.fromtimestamp((at_ms or message.created_at_ms) / 1000, tz=UTC)
    sender, receiver = message.from_number or "", message.to_number or ""
    values = {
        "d": str(code),
        "p": sender,
        "q": sender,
        "P": receiver,
        "Q": receiver,
        "t": moment.strftime("%Y-%m-%d %H:%M:%S"),
        "T": str(round(moment.timestamp())),
        "i": message.modem or "",
        "I": message.id,
        "F": message.id,
        "n": message.author_name or "",
        "A": message.error_detail or "",
        "%": "%",
    }

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1])
        return match[0] if found is None else quote(found, safe="")

    return _PLACEHOLDER.sub(value, url)
