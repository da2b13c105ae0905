"""What the SMS says that tells a person of a conversation. Pure: values in, text out.

Keeps to the characters of GSM 03.38 in its own words, so that only the customer's can force UCS-2.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.schema import Language
from modem.pdu.national import Shift
from modem.pdu.segment import plan
from storage.queries import MessageRow

MOST_PARTS = 2
_LONGEST_NAME = 40
_CUT = "..."


class What(StrEnum):
    """What arrived."""

    TEXT = "text"
    PICTURE = "picture"
    CALL = "call"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told. ``who`` is the contact's name or number; ``code`` None: one cannot reply."""

    who: str
    what: What
    text: str = ""
    urgent: bool
    code: str | None


_HAPPENED = {
    What.PICTURE: {Language.EN: "{who} sent a picture.", Language.FR: "{who} a envoyé une image."},
    What.CALL: {Language.EN: "{who} called.", Language.FR: "{who} a appelé."},
    What.UNREADABLE: {
        Language.EN: "{who} sent something that cannot be read.",
        Language.FR: "{who} a envoyé quelque chose d'illisible.",
    },
}
_REPLY = {
    Language.EN: "\nTo reply: {code} and your words.",
    Language.FR: "\nPour répondre : {code} et vos mots.",
}
_NOT_SENT = {
    Language.EN: "Your reply to {who} was not sent. Please use the page.",
    Language.FR: "Votre réponse à {who} n'a pas été transmise. Utilisez la page.",
}


_WHATS = {"mms": What.PICTURE, "text": What.TEXT, "flash": What.TEXT}


def what_of(message: MessageRow | None) -> What:
    """Tell what arrived; None is a missed call."""
    if message is None:
        return What.CALL
    what = _WHATS.get(message.kind or "", What.UNREADABLE)
    return What.UNREADABLE if what is What.TEXT and not message.text else what


def alert_text(
    notice: Notice, language: Language, *, max_parts: int = MOST_PARTS, shifts: Sequence[Shift] = ()
) -> str:
    """Say who wrote what, cut to ``max_parts``, and with which code one replies."""
    mark = "URGENT " if notice.urgent else ""
    who = _short(notice.who)
    code = "" if notice.code is None else _REPLY[language].format(code=notice.code)
    if notice.what is not What.TEXT:
        return mark + _HAPPENED[notice.what][language].format(who=who) + code
    head = f"{mark}{who}: "

    def parts(kept: int) -> int:
        return plan(f"{head}{notice.text[:kept]}{_CUT}{code}", shifts=shifts).parts

    whole = f"{head}{notice.text}{code}"
    if plan(whole, shifts=shifts).parts <= max_parts:
        return whole
    # A longer beginning never needs fewer parts.
    kept = bisect_right(range(len(notice.text) + 1), max_parts, key=parts) - 1
    return f"{head}{notice.text[: max(0, kept)].rstrip()}{_CUT}{code}"


def not_sent_text(who: str, language: Language) -> str:
    """Say that a reply from a person's own phone did not go on."""
    return _NOT_SENT[language].format(who=_short(who))


def _short(who: str) -> str:
    return who if len(who) <= _LONGEST_NAME else f"{who[:_LONGEST_NAME].rstrip()}{_CUT}"
