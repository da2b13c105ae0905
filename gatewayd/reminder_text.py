"""What people of ours are told of conversations that wait. Pure: values in, text out.

Keeps to the characters of GSM 03.38 in its own words, so that only a customer's name can force
UCS-2. No customer's words are in it: they are read in the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.schema import Language

_LONGEST_NAME = 40
_MOST_NAMES = 3
_HOUR_MINUTES = 60


class Kind(StrEnum):
    """Why somebody is told."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    REASSIGNED = "reassigned"
    NEW = "new"
    """A customer wrote, or rang."""
    HANDED = "handed"
    """Somebody handed it to who is told."""
    MENTIONED = "mentioned"
    """A note mentions who is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One conversation. ``waited_minutes`` is opening time; ``code`` None: one cannot reply."""

    kind: Kind
    who: str
    waited_minutes: int
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Several at once: who waits still, how many do not, who was handed over, and mentions.

    ``there``: they were there meanwhile, and are told of more than the last time.
    """

    waiting: Sequence[str] = ()
    settled: int = 0
    handed: Sequence[str] = ()
    mentioned: Sequence[str] = ()
    there: bool = False


_SAID = {
    Kind.DUE_SOON: {
        Language.EN: "{who} has waited {time} for an answer.",
        Language.FR: "{who} attend une réponse depuis {time}.",
    },
    Kind.OVERDUE: {
        Language.EN: "Overdue: {who} has waited {time} for an answer.",
        Language.FR: "En retard : {who} attend une réponse depuis {time}.",
    },
    Kind.ESCALATED: {
        Language.EN: "Nobody has answered: {who} has waited {time}.",
        Language.FR: "Personne n'a répondu : {who} attend depuis {time}.",
    },
    Kind.REASSIGNED: {
        Language.EN: "The conversation with {who} is yours now; they have waited {time}.",
        Language.FR: "La conversation avec {who} est maintenant à vous; attente : {time}.",
    },
    Kind.NEW: {
        Language.EN: "New: {who} waits for an answer.",
        Language.FR: "Nouveau : {who} attend une réponse.",
    },
    Kind.HANDED: {
        Language.EN: "The conversation with {who} was handed to you.",
        Language.FR: "On vous a confié la conversation avec {who}.",
    },
    Kind.MENTIONED: {
        Language.EN: "A note about {who} mentions you. Read it in the inbox.",
        Language.FR: "Une note sur {who} vous mentionne. À lire dans la boîte.",
    },
}
_WAITS = {
    Kind.DUE_SOON: {
        Language.EN: "{who} waits for an answer",
        Language.FR: "{who} attend une réponse",
    },
    Kind.OVERDUE: {
        Language.EN: "Overdue: {who} waits for an answer",
        Language.FR: "En retard : {who} attend une réponse",
    },
    Kind.ESCALATED: {
        Language.EN: "Nobody has answered {who}",
        Language.FR: "Personne n'a répondu à {who}",
    },
    Kind.REASSIGNED: {
        Language.EN: "The conversation with {who} is yours now",
        Language.FR: "La conversation avec {who} est maintenant à vous",
    },
    Kind.NEW: {
        Language.EN: "New: {who} waits for an answer",
        Language.FR: "Nouveau : {who} attend une réponse",
    },
    Kind.HANDED: {
        Language.EN: "The conversation with {who} was handed to you",
        Language.FR: "On vous a confié la conversation avec {who}",
    },
    Kind.MENTIONED: {
        Language.EN: "A note about {who} mentions you",
        Language.FR: "Une note sur {who} vous mentionne",
    },
}
_REPLY = {
    Language.EN: "\nTo reply: {code} and your words.",
    Language.FR: "\nPour répondre : {code} et vos mots.",
}
_DIGEST = {
    Language.EN: "While you were away: {told}. {rest}",
    Language.FR: "En votre absence : {told}. {rest}",
}
_MORE = {
    Language.EN: "More since: {told}. {rest}",
    Language.FR: "Depuis : {told}. {rest}",
}
_HANDED = {
    Language.EN: "handed to you ({names})",
    Language.FR: "on vous a confié ({names})",
}
_MENTIONED = {
    Language.EN: "notes that mention you ({names})",
    Language.FR: "notes qui vous mentionnent ({names})",
}
_ONE_WAITS = {
    Language.EN: "1 conversation that waits ({names})",
    Language.FR: "1 conversation en attente ({names})",
}
_WAIT = {
    Language.EN: "{count} conversations that wait ({names})",
    Language.FR: "{count} conversations en attente ({names})",
}
_NONE_WAITS = {
    Language.EN: "nothing that still waits",
    Language.FR: "plus rien en attente",
}
_SETTLED = {
    Language.EN: "Answered by others meanwhile: {count}.",
    Language.FR: "Réglées par d'autres entre-temps : {count}.",
}


def reminder_text(reminder: Reminder, language: Language) -> str:
    """Say who waits, and with which code one replies."""
    said = _SAID[reminder.kind][language].format(
        who=_short(reminder.who), time=duration(reminder.waited_minutes)
    )
    code = "" if reminder.code is None else _REPLY[language].format(code=reminder.code)
    return said + code


def waiting_text(kind: Kind, who: str, language: Language) -> str:
    """Say who waits, without for how long: it is read later."""
    return _WAITS[kind][language].format(who=_short(who))


def digest_text(digest: Digest, language: Language) -> str:
    """Say who still waits of those whom one was not told of, how many do not, and what else is."""
    count = len(digest.waiting)
    told = []
    if digest.waiting or not (digest.handed or digest.mentioned):
        form = _NONE_WAITS if not count else _ONE_WAITS if count == 1 else _WAIT
        told.append(form[language].format(count=count, names=_names(digest.waiting)))
    if digest.handed:
        told.append(_HANDED[language].format(names=_names(digest.handed)))
    if digest.mentioned:
        told.append(_MENTIONED[language].format(names=_names(digest.mentioned)))
    rest = _SETTLED[language].format(count=digest.settled) if digest.settled else ""
    said = _MORE if digest.there else _DIGEST
    return said[language].format(told=", ".join(told), rest=rest).strip()


def _names(of: Sequence[str]) -> str:
    names = ", ".join(map(_short, of[:_MOST_NAMES]))
    return f"{names}..." if len(of) > _MOST_NAMES else names


def duration(minutes: int) -> str:
    """Write a time for people: ``45 min``, ``3 h 05``."""
    if minutes < _HOUR_MINUTES:
        return f"{minutes} min"
    return f"{minutes // _HOUR_MINUTES} h {minutes % _HOUR_MINUTES:02}"


def _short(who: str) -> str:
    return who if len(who) <= _LONGEST_NAME else f"{who[:_LONGEST_NAME].rstrip()}..."
