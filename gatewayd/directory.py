"""What HTTP, metrics and services may ask about the modems and tell them; the daemon implements it.

Owns the Protocol and the view that crosses it. Knows nothing of sessions or serial ports.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from gatewayd.money import Money
from gatewayd.survey import FoundStick
from modem.desk import ConsoleOutcome
from modem.ussd import UssdOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One remedy that was tried."""

    step: str
    helped: bool
    seconds: float
    at: datetime
    """When it was seen whether it helped."""
    detail: str | None = None
    """Why it could not be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """One trouble of a modem, with its cause and cure as far as they are known."""

    id: str
    kind: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None = None
    cure: str | None = None
    story: str = ""
    """All of it in words: "deaf 02:14–02:16, cured by radio restart"."""
    steps: Sequence[StepView] = ()
    recording: str | None = None
    """The name of its recording in the data folder's `troubles`, while that is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsView:
    """What one SIM may send. None: there is no such limit, or what is left is not known yet."""

    min_interval_ms: int | None = None
    max_per_hour: int | None = None
    hour_left: int | None = None
    max_per_day: int | None = None
    day_left: int | None = None
    max_per_month: int | None = None
    month_left: int | None = None
    waits_for: str | None = None
    """Which limit holds its messages back now."""
    next_at: datetime | None = None
    """When it may send again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryView:
    """What a modem's test messages to ourselves have proved of the whole path."""

    last_ok_at: datetime | None = None
    """When one arrived last."""
    awaiting_since: datetime | None = None
    age_seconds: float | None = None
    """How long ago the path was proved; only the metrics tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """What a SIM was last read to have. None: not read yet, or the currency was never named."""

    micros: int | None = None
    """Millionths of the currency's unit."""
    currency: str | None = None
    read_at: datetime | None = None
    low: bool = False
    failure: str | None = None
    """Why the last try did not read it, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseView:
    """Why a SIM sends nothing for a while, though it could: the network refused too many."""

    since: datetime
    detail: str
    """In plain words, with what the network said last."""
    next_try_at: datetime
    """When one message is tried again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemView:
    """A modem as the outside sees it at this moment (CONTRACT.md "Modems")."""

    name: str
    state: str
    reason: str | None = None
    """Why it is in this state, in plain words."""
    number: str | None = None
    imei: str | None = None
    iccid: str | None = None
    operator: str | None = None
    registration: str | None = None
    signal_dbm: int | None = None
    queue: int = 0
    """Parts that wait for this modem."""
    sent_today: int = 0
    """Parts accepted by the network since the gateway's midnight."""
    limits: LimitsView = field(default_factory=LimitsView)
    cost_this_month: Money | None = None
    """What its SIM's accepted parts cost in the gateway's month; None without a price."""
    balance: BalanceView | None = None
    """None where the configuration has no code to ask it by."""
    store_used: int | None = None
    store_size: int | None = None
    since: datetime
    """When it entered this state."""
    muted: bool = False
    canary: CanaryView | None = None
    """None where it has none."""
    paused: PauseView | None = None
    incidents: Sequence[IncidentView] = ()
    unparsed_lines: int = 0
    """What it said that meant nothing to us, since the start; only the metrics tell it."""


class ModemDirectory(Protocol):
    """The daemon's modems, by their configured names."""

    def views(self) -> Sequence[ModemView]:
        """All modems, in the order of the configuration."""
        ...

    def view(self, name: str) -> ModemView | None:
        """One modem; None when no modem has this name."""
        ...

    def number_of(self, name: str) -> str | None:
        """The number of the SIM in a modem; None as long as it is not known."""
        ...

    def recording_of(self, incident_id: str) -> str | None:
        """The name of an incident's recording; None where none is kept."""

    async def found(self, *, ask: bool) -> Sequence[FoundStick]:
        """The USB sticks of this machine; ``ask`` opens the free ones."""
        ...

    async def restart(self, name: str) -> None:
        """Begin to close and reopen the modem's port; its running exchange ends first."""
        ...

    async def confirm_sim(self, name: str) -> bool:
        """Serve the SIM that it holds now; false when it does not wait for that."""
        ...

    async def mute(self, name: str, muted: bool) -> None:  # noqa: FBT001  # agreed with the daemon
        """Stop (or resume) sending through it; it goes on receiving."""
        ...

    async def start_ussd(self, name: str, code: str) -> UssdOutcome:
        """Ask the network by a USSD code."""
        ...

    async def reply_ussd(self, name: str, text: str) -> UssdOutcome:
        """Reply to the menu that the last answer left open."""
        ...

    async def cancel_ussd(self, name: str) -> UssdOutcome:
        """Close the menu that the last answer left open."""
        ...

    async def console(self, name: str, line: str) -> ConsoleOutcome:
        """Type one AT command that only asks."""
        ...
