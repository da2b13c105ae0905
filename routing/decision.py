"""What is known of something that arrived, what the shop has set, and what is decided about it.

Plain values only; :mod:`routing.evaluate` makes one of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from config.schema import Language
from routing.answers import AnswerKind, AnswerPolicy, PastAnswer, Refusal
from routing.assign import Assignment, Staff
from routing.consent import ConsentPolicy, ConsentStep
from routing.hours import Hours, HoursState
from routing.language import ChosenLanguage
from routing.match import RuleOutcome
from routing.model import Kind, Priority, Rule, SenderType, Texts
from routing.own_phones import Alert, Relay
from routing.rulebook import URGENT_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who wrote or called, as far as it is known."""

    known: bool = False
    tags: frozenset[str] = frozenset()
    language: Language | None = None
    """Set by hand."""

    earlier_language: Language | None = None
    """That of earlier words."""

    first_message: bool = False
    blocked: bool = False
    opted_out: bool = False
    cancel_offered_at: datetime | None = None
    assignee: str | None = None
    """The person who has the conversation."""

    past_answers: tuple[PastAnswer, ...] = ()
    person_answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A message or a missed call."""

    at: datetime
    kind: Kind
    sender: str
    """E.164, a short code or a name; empty where it is withheld."""

    sender_type: SenderType
    text: str = ""
    modem: str = ""
    contact: Contact = Contact()
    own_number: bool = False
    """It comes from one of this gateway's own numbers."""

    alarm_recipient: bool = False
    user: str | None = None
    """The person whose own phone it comes from."""

    alerts: tuple[Alert, ...] = ()
    """The alerts that this user got, their codes still valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The shared mailbox that it came to."""

    id: str
    hours: Hours
    language: Language
    team: str | None = None
    both_languages: bool = False
    answers: AnswerPolicy = field(default_factory=AnswerPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """What managers have set; all of it without a problem."""

    business: str
    staff: Staff
    rules: tuple[Rule, ...] = ()
    templates: Mapping[str, Texts] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    urgent_words: tuple[str, ...] = URGENT_WORDS
    consent: ConsentPolicy = field(default_factory=ConsentPolicy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that arrived, with all that it is judged by."""

    incoming: Incoming
    inbox: Inbox
    shop: Shop

    @property
    def staff(self) -> Staff:
        """The people and teams."""
        return self.shop.staff


class Disposition(StrEnum):
    """Where it belongs."""

    CONVERSATION = "conversation"
    RELAY = "relay"
    """A reply of a user from their own phone, to be sent on in the conversation of an alert."""

    OWN_PHONE = "own_phone"
    """A user's own phone, and no reply: kept in no conversation."""


class Channel(StrEnum):
    """How somebody is told."""

    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """Somebody to be told: a person's id for an SMS, else an address."""

    channel: Channel
    to: str
    urgent: bool
    rule: str | None
    """None for the shop's urgent words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An automatic answer, ready to be sent; ``rule`` is the rule's name, else None."""

    kind: AnswerKind
    text: str
    rule: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of the way to a decision, in words."""

    step: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Everything that is decided about one thing that arrived."""

    disposition: Disposition
    consent: ConsentStep
    hours: HoursState
    language: ChosenLanguage
    reasons: tuple[Reason, ...]
    rules: tuple[RuleOutcome, ...] = ()
    assignment: Assignment | None = None
    tags: tuple[str, ...] = ()
    priority: Priority | None = None
    close: bool = False
    block: bool = False
    hold: bool = False
    answer: Answer | None = None
    answer_refused: Refusal | None = None
    notifications: tuple[Notification, ...] = ()
    relay: Relay | None = None
