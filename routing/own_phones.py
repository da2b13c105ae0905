"""SMS from a user's own phone: relayed where it quotes the code of an alert, else answered.

Such an SMS is never a customer's conversation. Owns the reading of the code. Knows no conversation
but by its id, and shows no number to anybody.
"""

import re
from dataclasses import dataclass

from routing.folding import folded

_TOKEN = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert that this user got, its code still valid."""

    code: str
    conversation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A reply of this person in a conversation, from the shop's number."""

    conversation: str
    person: str
    text: str


def relay_of(text: str, *, person: str, alerts: tuple[Alert, ...]) -> Relay | None:
    """Read a reply; None without a valid code, or without words beside it."""
    codes = {folded(alert.code): alert for alert in alerts}
    for token in _TOKEN.finditer(text):
        alert = codes.get(folded(token[0]).strip("#()[]:.,;"))
        if alert is not None:
            before, after = text[: token.start()].strip(), text[token.end() :].strip()
            reply = "\n".join(part for part in (before, after) if part)
            if not reply:
                return None
            return Relay(conversation=alert.conversation, person=person, text=reply)
    return None
