"""What a daily digest holds, before it is words: numbers, names and ids, no customer's text."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatewayd.daily.schedule import Days
from gatewayd.directory import IncidentView
from gatewayd.money import Money
from gatewayd.services.supervision import Report
from storage.conversations.reading import ConversationRow
from storage.daily import Failures

MOST_LISTED = 10
"""Of the waiting, the failed and the incidents; a link leads to the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StillWaiting:
    """A customer who waits now; ``waited_ms`` of opening time."""

    row: ConversationRow
    waited_ms: int
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Who waits now: how many, of them overdue, and those who have for longest."""

    count: int
    overdue: int
    longest: Sequence[StillWaiting]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemTrouble:
    """What a modem had."""

    modem: str
    incident: IncidentView


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUse:
    """What a SIM was handed, on the last day and in its month so far; None: no such limit."""

    modem: str
    day: int
    max_per_day: int | None
    month: int
    max_per_month: int | None
    cost: Money | None
    """The month's, where it has a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyDigest:
    """All of it, as one person may see it."""

    days: Days
    now_ms: int
    report: Report
    """By inbox, and in total."""
    waiting: Waiting
    failed: Failures
    doubts: Failures
    troubles: Sequence[ModemTrouble]
    plans: Sequence[PlanUse]
