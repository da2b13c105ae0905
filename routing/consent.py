"""Consent: the words that take it away and give it back, and whether a message may be sent.

Owns the lists of words and the order of reasons. Knows neither store nor rules; the ledger of what
was said when is the store's. All moments are aware.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.folding import folded, words_of
from routing.wall import first_shown, latest_shown

OPT_OUT_WORDS = (
    *("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"),
    *("ARRET", "ARRÊT", "DESABONNER"),
)
OPT_IN_WORDS = ("START", "UNSTOP", "DEBUT")
HELP_WORDS = ("HELP", "INFO", "AIDE")

_OPT_OUT = frozenset(map(folded, OPT_OUT_WORDS))
_OPT_IN = frozenset(map(folded, OPT_IN_WORDS))
_HELP = frozenset(map(folded, HELP_WORDS))
_CANCEL = folded("CANCEL")
_HINTS = frozenset(
    words_of(
        """
        stop stopall unsubscribe optout revoke arrêt arrête arrêtez désabonner désabonne désabonnez
        désabonnement désinscrire désinscription
        """
    )
)
_HINTING_PHRASES = (
    *("opt out", "remove me", "leave me alone", "no more texts", "no more messages", "don t text"),
    *("do not text", "wrong number", "ne plus recevoir", "plus de messages", "mauvais numero"),
)


class Keyword(StrEnum):
    """What a message of one word asks for."""

    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    HELP = "help"


def keyword_of(text: str) -> Keyword | None:
    """Read one of the words, alone; case, accents and what is punctuated after it do not matter."""
    word = _alone(text)
    if word in _OPT_OUT:
        return Keyword.OPT_OUT
    if word in _OPT_IN:
        return Keyword.OPT_IN
    return Keyword.HELP if word in _HELP else None


def may_mean_opt_out(text: str) -> bool:
    """Whether a text that is no keyword sounds like one, so that staff should be asked."""
    if keyword_of(text) is not None:
        return False
    words = words_of(text)
    line = f" {' '.join(words)} "
    return not _HINTS.isdisjoint(words) or any(f" {each} " in line for each in _HINTING_PHRASES)


def _alone(text: str) -> str:
    word = folded(text)
    while word and not word[-1].isalnum():
        word = word[:-1]
    return word


class ConsentStep(StrEnum):
    """What a message does to consent; people and programs read these codes."""

    NONE = "none"
    OPTED_OUT = "opted_out"
    STILL_OUT = "still_opted_out"
    OPTED_IN = "opted_in"
    HELP = "help"
    CANCEL_FOR_A_PERSON = "cancel_for_a_person"
    EXEMPT = "exempt"
    SUGGEST_OPT_OUT = "suggest_opt_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFacts:
    """What is known of a contact and the business number that was written to."""

    opted_out: bool = False
    exempt: bool = False
    """A user's own phone, or a listed recipient of alarms."""

    cancel_offered_at: datetime | None = None
    """When the last reminder that offered CANCEL was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """When bulk messages rest, by the wall clock of whom they are for."""

    begin: time = time(21)
    end: time = time(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPolicy:
    """What managers set about consent."""

    cancel_window: timedelta = timedelta(hours=24)
    """How long after a reminder that offered it CANCEL is an answer to it."""

    staff_may_answer_opted_out: bool = False
    quiet_hours: QuietHours | None = QuietHours()


def consent_step(
    text: str, facts: ConsentFacts, *, now: datetime, policy: ConsentPolicy
) -> ConsentStep:
    """Tell what a message does to consent, before anything else is decided about it."""
    keyword = keyword_of(text)
    if facts.exempt:
        return ConsentStep.NONE if keyword is None else ConsentStep.EXEMPT
    if keyword is Keyword.OPT_OUT:
        if _answers_reminder(text, facts, now=now, window=policy.cancel_window):
            return ConsentStep.CANCEL_FOR_A_PERSON
        return ConsentStep.STILL_OUT if facts.opted_out else ConsentStep.OPTED_OUT
    if keyword is Keyword.OPT_IN:
        return ConsentStep.OPTED_IN if facts.opted_out else ConsentStep.NONE
    if keyword is Keyword.HELP:
        return ConsentStep.NONE if facts.opted_out else ConsentStep.HELP
    return ConsentStep.SUGGEST_OPT_OUT if may_mean_opt_out(text) else ConsentStep.NONE


def _answers_reminder(text: str, facts: ConsentFacts, *, now: datetime, window: timedelta) -> bool:
    offered = facts.cancel_offered_at
    return _alone(text) == _CANCEL and offered is not None and now - offered <= window


class SendKind(StrEnum):
    """Who wants a message to be sent, as far as consent asks."""

    BULK = "bulk"
    PROGRAM = "program"
    STAFF = "staff"
    STAFF_ANSWER = "staff_answer"
    """A person's direct answer to a question of this contact."""

    AUTOMATIC = "automatic"
    CONFIRMATION = "confirmation"
    """The one that says that an opt-out or opt-in was understood."""


class SendReason(StrEnum):
    """Why a message may go, waits, or may not; people and programs read these codes."""

    ALLOWED = "allowed"
    EXEMPT = "exempt"
    CONFIRMATION = "confirmation"
    DIRECT_ANSWER = "direct_answer"
    BLOCKED = "contact_blocked"
    OPTED_OUT = "opted_out"
    QUIET_HOURS = "quiet_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendFacts:
    """What is known about one message when it is accepted, and again when it is claimed."""

    kind: SendKind
    opted_out: bool = False
    exempt: bool = False
    blocked: bool = False
    contact_zone: str | None = None
    """The contact's time zone where the number tells it."""

    inbox_zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaySend:
    """The verdict: now, from ``not_before`` on, or not at all."""

    allowed: bool
    reason: SendReason
    not_before: datetime | None = None


def may_send(facts: SendFacts, policy: ConsentPolicy, *, now: datetime) -> MaySend:
    """Judge by consent; to be asked when a message is accepted and again when it is claimed."""
    if facts.exempt:
        return MaySend(allowed=True, reason=SendReason.EXEMPT)
    if facts.blocked:
        return MaySend(allowed=False, reason=SendReason.BLOCKED)
    if facts.kind is SendKind.CONFIRMATION:
        return MaySend(allowed=True, reason=SendReason.CONFIRMATION)
    if facts.opted_out:
        if facts.kind is SendKind.STAFF_ANSWER and policy.staff_may_answer_opted_out:
            return MaySend(allowed=True, reason=SendReason.DIRECT_ANSWER)
        return MaySend(allowed=False, reason=SendReason.OPTED_OUT)
    if facts.kind is SendKind.BULK and policy.quiet_hours is not None:
        zone = ZoneInfo(facts.contact_zone or facts.inbox_zone)
        morning = quiet_until(policy.quiet_hours, zone, now=now)
        if morning is not None:
            return MaySend(allowed=True, reason=SendReason.QUIET_HOURS, not_before=morning)
    return MaySend(allowed=True, reason=SendReason.ALLOWED)


def quiet_until(quiet: QuietHours, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """Tell when the quiet hours around ``now`` end; None outside of them."""
    wall = latest_shown(now, zone)
    if quiet.begin <= quiet.end:
        within = quiet.begin <= wall.time() < quiet.end
    else:
        within = wall.time() >= quiet.begin or wall.time() < quiet.end
    if not within:
        return None
    morning = datetime.combine(wall.date(), quiet.end)
    return first_shown(morning if morning > wall else morning + timedelta(days=1), zone)
