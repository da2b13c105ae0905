"""Values that the decisions share: texts, problems, what arrives, and rules as they are written.

Knows nothing of how they are judged.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from config.schema import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The same text in English and French; a missing one is empty."""

    en: str = ""
    fr: str = ""

    def in_language(self, language: Language) -> str:
        """Give the text in a language, or in the other where there is only that."""
        wanted, other = (self.fr, self.en) if language is Language.FR else (self.en, self.fr)
        return wanted or other


NO_TEXT = Texts()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a setting: the key as the person who wrote it knows it, and why."""

    key: str
    reason: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.key}: {self.reason}"


class Kind(StrEnum):
    """What arrives."""

    SMS = "sms"
    PICTURE = "picture"
    """The notice of an MMS, which a gateway without one cannot fetch."""

    MISSED_CALL = "missed_call"
    REPORT = "report"
    """What a network or a machine reports; never a customer's words."""


class SenderType(StrEnum):
    """What a sender is; only a number can be answered."""

    NUMBER = "number"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    WITHHELD = "withheld"


class Priority(StrEnum):
    """How soon a conversation wants a person."""

    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


class ContactIs(StrEnum):
    """Whether somebody has given the contact a name."""

    KNOWN = "known"
    UNKNOWN = "unknown"


class HoursAre(StrEnum):
    """Whether the inbox is open."""

    OPEN = "open"
    CLOSED = "closed"


class Then(StrEnum):
    """Whether the rules below a rule that fired are looked at."""

    STOP = "stop"
    CONTINUE = "continue"


class TargetKind(StrEnum):
    """Whom something can be given to."""

    PERSON = "person"
    TEAM = "team"
    ON_DUTY = "on_duty"
    ON_CALL = "on_call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A person, a team, or whoever of the inbox's team is on duty or on call."""

    kind: TargetKind
    name: str = ""

    def __str__(self) -> str:
        """As rules write it: ``person:lea``, ``on_call``."""
        return f"{self.kind}:{self.name}" if self.name else self.kind.value


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions, all of which must hold; of several values in one, any. Unset ones hold."""

    inbox: tuple[str, ...] = ()
    modem: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    sender: tuple[str, ...] = ()
    """Numbers as ``+15145550123``, or their beginning as ``+1514*``."""

    list: tuple[str, ...] = ()
    """Names of lists of senders."""

    contact: ContactIs | None = None
    tag: tuple[str, ...] = ()
    first_message: bool | None = None
    language: Language | None = None
    hours: HoursAre | None = None
    holiday: bool | None = None
    words: tuple[str, ...] = ()
    """Words or phrases that stand in the text, whole; case and accents do not matter."""

    pattern: tuple[str, ...] = ()
    """The whole text, with ``*`` for anything and ``?`` for one character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """What a rule that fires does."""

    assign: Target | None = None
    tag: tuple[str, ...] = ()
    priority: Priority | None = None
    answer: str | None = None
    """The name of a template."""

    forward: tuple[Target, ...] = ()
    """Who gets it as SMS."""

    email: tuple[str, ...] = ()
    webhook: tuple[str, ...] = ()
    urgent: bool = False
    """While closed, reach the person on call, and tell the customer so."""

    close: bool = False
    block: bool = False
    hold: bool = False
    """For review by a person: nothing is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; rules are looked at in their order."""

    name: str
    when: When = field(default_factory=When)
    do: Do = field(default_factory=Do)
    then: Then = Then.STOP
    enabled: bool = True
