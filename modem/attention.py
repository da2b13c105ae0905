"""What a modem said by itself and nobody has acted on yet.

Filled by the port's callback, emptied by the worker: the one place where an unsolicited line waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from modem.at.engine import LateAnswer, Unsolicited
from modem.at.urc import (
    CallEnded,
    CallerId,
    CellBroadcast,
    MessagePushed,
    MessageStored,
    Notice,
    Rebooted,
    Registration,
    ReportPushed,
    ReportStored,
    Ring,
    SignalReport,
    SimState,
    StoreFull,
    UssdAnswer,
)

REPORT_STORE = "SR"
"""Where status reports lie (27.005 §3.1), whatever their announcement says."""

MAX_PUSHED = 1000
"""More than a modem can push while the store is away; then the oldest is lost, and said."""

_log = structlog.get_logger(__name__)


class Attention:
    """A list of things to look at, and the event that wakes the worker."""

    def __init__(
        self,
        wake: asyncio.Event,
        *,
        modem: str,
        pushed: deque[bytes] | None = None,
        on_ussd: Callable[[UssdAnswer], None] = lambda _: None,
    ) -> None:
        self._wake = wake
        self._on_ussd = on_ussd  # whoever asked waits for it, not the worker
        self._log = _log.bind(modem=modem)
        self.pushed = deque[bytes](maxlen=MAX_PUSHED) if pushed is None else pushed
        """PDUs that came without being stored: they exist nowhere else, and outlive a port."""
        self.announced: set[str] = set()
        """Stores that hold something new."""
        self.late: deque[LateAnswer] = deque(maxlen=16)
        self.ringing = False
        self.caller: str | None = None
        self.network_changed = False
        self.sim_changed = False
        self.rebooted = False

    def on_event(self, event: Unsolicited | LateAnswer) -> None:
        """Take what the engine reports; never blocks, never raises."""
        if isinstance(event, LateAnswer):
            self.late.append(event)
        elif self._note(event):
            self._log.debug("modem_said", kind=type(event.urc).__name__)
            return
        self._wake.set()

    def _note(self, event: Unsolicited) -> bool:
        """Remember it; true for what asks for no action."""
        match event.urc:
            case MessagePushed(pdu=pdu) | ReportPushed(pdu=pdu):
                self._push(pdu)
            case MessageStored() | ReportStored() as stored:
                self.announced |= _stores_of(stored)
            case StoreFull(store=store):
                self.announced.add(store or "")
            case Ring():
                self.ringing = True
            case CallerId(number=number):
                self.ringing, self.caller = True, number
            case Registration() | SimState() as change:
                self.network_changed = True
                self.sim_changed |= isinstance(change, SimState)
            case Rebooted():
                self.rebooted = True
            case UssdAnswer() as answer:
                self._on_ussd(answer)
                return True
            case CallEnded() | CellBroadcast() | SignalReport() | Notice():
                return True
        return False

    def _push(self, pdu: bytes) -> None:
        if len(self.pushed) == MAX_PUSHED:
            self._log.error("pushed_pdu_dropped", why="the store takes nothing")
        self.pushed.append(pdu)

    def take_announced(self) -> set[str]:
        """The stores announced since the last call."""
        announced, self.announced = self.announced, set()
        return announced

    def take_call(self) -> tuple[bool, str | None]:
        """Whether somebody rang since the last call, and who."""
        rang, caller = self.ringing, self.caller
        self.ringing, self.caller = False, None
        return rang, caller


def _stores_of(stored: MessageStored | ReportStored) -> set[str]:
    # EC25 and EG25 say SM for a report that they keep in SR (asterisk-chan-quectel PR 75).
    return {stored.store, REPORT_STORE} if isinstance(stored, ReportStored) else {stored.store}
