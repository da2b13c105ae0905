"""One SIM whose messages the network refuses one after the other: it pauses, and tries by itself.

Most often it has no credit, or is barred: what waits must not fail for that. After the pause one
message is tried; an acceptance ends it, another refusal makes it longer. The modem's own trouble is
not seen here: that is the matter of :mod:`modem.watch`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import PauseView
from gatewayd.line import Line
from modem.events import Accepted, Refused, SubmitOutcome
from storage import modems
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.outbox import ClaimedPart

INCIDENT = "sending_refused"

PAUSE_SECONDS = (60, 300, 900, 3600)
"""From a refusal until one message is tried again, by how many such tries were refused."""

# 24.011 annex E.2 and 23.040 §9.2.3.22: what is refused for good because of who sends.
_OF_THE_SENDER = frozenset({"cms_8", "cms_29", "cms_50", "cms_193"})
_DESTINATION_OUT_OF_ORDER = "cms_27"

_log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class _Pause:
    since_ms: int
    detail: str
    incident: str | None
    iccid: str | None
    until: float
    """Of the loop's clock, which decides."""
    until_ms: int
    """Of the world's clock, for people."""
    vain: int = 0


def may_be_the_recipient(refused: Refused) -> bool:
    """Whether the number written to, or the text, may be the cause: others may still get through.

    A refusal for now is the sender's or the network's, with one exception.
    """
    if refused.permanent:
        return refused.code not in _OF_THE_SENDER
    return refused.code == _DESTINATION_OUT_OF_ORDER


class Refusals:
    """The refusals of one modem's SIM, and its pause."""

    def __init__(
        self, *, most: int, store: Store, bus: Bus, clock: Clock, line: Callable[[], Line]
    ) -> None:
        self._most = most
        self._store = store
        self._bus = bus
        self._clock = clock
        self._line = line
        self._refused: set[str] = set()
        self._pause: _Pause | None = None
        self._recalled = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def paused(self) -> bool:
        """Whether nothing goes now, or one message at most to try."""
        return self._pause is not None

    @property
    def holds(self) -> bool:
        """Whether nothing goes now."""
        return self._pause is not None and asyncio.get_running_loop().time() < self._pause.until

    def spares(self, outcome: SubmitOutcome) -> bool:
        """Whether a message that was tried in a pause goes back to wait with the others."""
        return (
            self.paused
            and isinstance(outcome, Refused)
            and not outcome.modem_trouble
            and not may_be_the_recipient(outcome)
        )

    def resume(self) -> None:
        """A person says that it may be tried now."""
        if self._pause is not None:
            self._hold(self._pause, 0)
            self._pause.vain = 0
            self._bus.publish(Topic.OUTBOX)

    async def ready(self, iccid: str | None) -> None:
        """The modem is ready with this SIM: recall a pause of an earlier run, or end another's."""
        if not self._recalled:
            await self._recall(iccid)
        elif self._pause is not None and iccid is not None:
            if self._pause.iccid not in {None, iccid}:
                await self._end("another_sim")
            else:
                self._pause.iccid = iccid

    async def settled(self, part: ClaimedPart | None, outcome: SubmitOutcome) -> None:
        """Count what became of a submit, once that is committed."""
        match outcome:
            case Accepted():
                self._refused.clear()
                if self._pause is not None:
                    await self._end("accepted")
            case Refused(modem_trouble=False) if part is not None:
                self._refused.add(part.to if may_be_the_recipient(outcome) else part.message_id)
                if self._pause is not None:
                    self._again(self._pause, outcome)
                elif len(self._refused) >= self._most:
                    await self._begin(outcome)
            case _:
                pass

    async def _begin(self, refused: Refused) -> None:
        count = len(self._refused)
        detail = f"the network refused {count} messages in a row, the last one so: {refused.detail}"
        self._pause = self._paused_now(detail)
        self._hold(self._pause, PAUSE_SECONDS[0])
        _log.warning(
            "sending_paused",
            modem=self._line().modem,
            code=refused.code,
            refused=count,
            seconds=PAUSE_SECONDS[0],
        )

        async def record(tx: AsyncConnection) -> str:
            return await modems.open_incident(
                tx,
                modem=self._line().modem,
                code=INCIDENT,
                detail=detail,
                now_ms=self._clock.now_ms(),
            )

        self._pause.incident = await self._commit(record)

    def _again(self, pause: _Pause, refused: Refused) -> None:
        pause.vain += 1
        seconds = PAUSE_SECONDS[min(pause.vain, len(PAUSE_SECONDS) - 1)]
        self._hold(pause, seconds)
        _log.warning(
            "sending_still_refused", modem=self._line().modem, code=refused.code, seconds=seconds
        )

    def _paused_now(self, detail: str) -> _Pause:
        now_ms = self._clock.now_ms()
        return _Pause(
            since_ms=now_ms,
            detail=detail,
            incident=None,
            iccid=self._line().iccid,
            until=asyncio.get_running_loop().time(),
            until_ms=now_ms,
        )

    def _hold(self, pause: _Pause, seconds: int) -> None:
        loop = asyncio.get_running_loop()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(seconds, self._bus.publish, Topic.OUTBOX)
        pause.until = loop.time() + seconds
        pause.until_ms = self._clock.now_ms() + seconds * 1000

    async def _end(self, cure: str) -> None:
        pause, self._pause = self._pause, None
        self._refused.clear()
        _log.info("sending_resumed", modem=self._line().modem, cure=cure)
        incident = pause.incident if pause is not None else None
        if incident is not None:

            async def record(tx: AsyncConnection) -> str:
                now_ms = self._clock.now_ms()
                await modems.close_incident(tx, incident_id=incident, cure=cure, now_ms=now_ms)
                return incident

            await self._commit(record)
        self._bus.publish(Topic.OUTBOX)

    async def _recall(self, iccid: str | None) -> None:
        """What a run before this one knew: its pause goes on, beginning with one try."""
        try:
            async with self._store.read() as tx:
                found = await modems.open_incident_of(tx, self._line().modem, INCIDENT)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return
        self._recalled = True
        if found is not None and self._pause is None:
            self._pause = self._paused_now(found.detail or "")
            self._pause.since_ms, self._pause.incident = found.opened_at_ms, found.id
            self._pause.iccid = iccid

    async def _commit(self, unit: Callable[[AsyncConnection], Awaitable[str]]) -> str | None:
        """Record it; what cannot be recorded holds all the same until the daemon ends."""
        try:
            incident = await contained(lambda: self._store.shielded(unit), "pause_not_recorded")
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return None
        self._bus.publish(Topic.JOURNAL)
        return incident

    def view(self) -> PauseView | None:
        """Tell since when, why, and when one message is tried again."""
        if self._pause is None:
            return None
        return PauseView(
            since=_moment(self._pause.since_ms),
            detail=self._pause.detail,
            next_try_at=_moment(self._pause.until_ms),
        )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)
