"""What the gateway does for one modem's worker: the seam between bytes and rows.

Composes ingest, dispatch and reports of one modem and remembers who is on the line. Where the store
is unavailable nothing is taken from the modem and nothing is given to it, and what the modem did is
committed as soon as the store answers again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar, assert_never
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings, Settings
from gatewayd.bus import Bus, Topic
from gatewayd.calls import MissedCalls
from gatewayd.clock import Clock
from gatewayd.dispatch import Dispatch
from gatewayd.failover import sharing_of
from gatewayd.incidents import Incidents
from gatewayd.ingest import Ingest
from gatewayd.line import Line
from gatewayd.metrics import Metrics
from gatewayd.pacing import Pacing
from gatewayd.permission import Permission
from gatewayd.refusals import Refusals
from gatewayd.replies import Replies
from gatewayd.reports import Reports
from gatewayd.simcard import SimCard, without_sim
from gatewayd.troubles.recorder import Recorder
from modem.errors import SetupError
from modem.events import (
    ArrivedPdu,
    Disposition,
    PinHistory,
    Slot,
    Status,
    StepTaken,
    Submission,
    SubmitOutcome,
)
from modem.ladder import Cause, Step
from modem.state import State
from storage import changes, modems, pins
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.modems import ModemRow
from storage.pins import PinMemory

STORE_RETRY_SECONDS = 1.0
"""How soon the store is tried again, and a part handed out that it would not mark."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


class ModemHandler:
    """Implements ``modem.events.Handler`` for one modem."""

    def __init__(
        self,
        *,
        settings: Settings,
        modem: ModemSettings,
        store: Store,
        bus: Bus,
        clock: Clock,
        proved: Callable[[str], None],
        metrics: Metrics | None = None,
        recorder: Recorder | None = None,
    ) -> None:
        counts = (metrics or Metrics()).of_modem(modem.name)
        common: dict[str, Any] = {"store": store, "bus": bus, "clock": clock}
        told: dict[str, Any] = {**common, "line": self.line, "proved": proved, "counts": counts}
        self._modem = modem
        self._country = settings.gateway.country
        self._store = store
        self._bus = bus
        self._clock = clock
        self._status: Status | None = None
        self._told: Status | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._permission = Permission(settings=settings, clock=clock)
        replies = Replies(settings=settings, clock=clock)
        self._replies = replies
        self.calls = MissedCalls(
            **common, modem=modem, line=self.line, country=self._country, replies=replies
        )
        self._incidents = Incidents(**common, modem=modem.name, recorder=recorder)
        self._reports = Reports(country=settings.gateway.country, modem=modem.name)
        zone = ZoneInfo(settings.gateway.timezone)
        self.pacing = Pacing(modem=modem, zone=zone, bus=bus, clock=clock, line=self.line)
        self.sim = SimCard(store=store, clock=clock, modem=modem.name)
        most = settings.sending.pause_after_refused
        self.refusals = Refusals(**common, most=most, line=self.line)
        self.dispatch = self._dispatch(settings, told)
        self.ingest = self._ingest(told)
        self._ingest_in_doubt = self._ingest(told | {"line": lambda: without_sim(self.line())})

    def _dispatch(self, settings: Settings, told: Mapping[str, Any]) -> Dispatch:
        return Dispatch(
            **told,
            sending=settings.sending,
            pacing=self.pacing,
            refusals=self.refusals,
            sharing=sharing_of(settings, self._modem),
            reports=self._reports,
            permission=self._permission,
        )

    def _ingest(self, told: Mapping[str, Any]) -> Ingest:
        return Ingest(
            **told,
            country=self._country,
            inbox=self._modem.inbox,
            reports=self._reports,
            receiver=self._replies,
        )

    def line(self) -> Line:
        """Who is on the line now."""
        identity = self._status.identity if self._status else None
        return Line(
            modem=self._modem.name,
            iccid=identity.iccid if identity else None,
            imei=identity.imei if identity else None,
            number=identity.number if identity else self._modem.number,
            inboxes=(self._modem.inbox,),
        )

    async def status_changed(self, status: Status) -> None:
        """Remember who is on the line; journal a change of state."""
        self._status, before = status, self._told
        if status.state is not State.READY:
            # It would wait for this modem's network, neither expiring nor sent by another.
            await self.release()
            # It may not come again: the last moment for what the store did not take.
            await self.calls.commit()
        else:
            await self.refusals.ready(status.identity.iccid)
        moved = before is None or (before.state, before.reason) != (status.state, status.reason)
        if not moved and before is not None and before.identity == status.identity:
            return
        try:
            async with self._store.write() as tx:
                await self._remember(tx, status, moved=moved)
        except StoreUnavailable as error:
            # Told at the next look, which is never far.
            _log.error("store_unavailable", reason=error.reason)
            return
        first_ready = self._told is None or self._told.state is not State.READY
        self._told = status
        if first_ready and status.state is State.READY:
            await self._incidents.end_leftovers()
        self._bus.publish(Topic.JOURNAL, Topic.OUTBOX)

    async def _remember(self, tx: AsyncConnection, status: Status, *, moved: bool) -> None:
        now_ms = self._clock.now_ms()
        await self.sim.remember(tx, status)
        if status.state is State.READY:
            identity = status.identity
            await modems.upsert(
                tx,
                ModemRow(
                    name=status.name,
                    imei=identity.imei,
                    iccid=identity.iccid,
                    imsi=identity.imsi,
                    number=identity.number,
                    smsc=identity.smsc,
                    operator=status.operator,
                    last_ready_ms=now_ms,
                ),
                now_ms=now_ms,
            )
        if moved:
            await changes.record(
                tx,
                "modem.state",
                now_ms=now_ms,
                subject=status.name,
                data={"modem": status.name, "state": status.state.value, "reason": status.reason},
            )

    async def arrived(self, arrived: ArrivedPdu) -> Disposition:
        """Commit one incoming PDU."""
        if not self.sim.doubts(arrived):
            return await self.ingest.arrived(arrived)
        disposition = await self._ingest_in_doubt.arrived(arrived)
        self.sim.handled(disposition)
        return disposition

    async def served_sim(self) -> str | None:
        """The ICCID that this modem serves."""
        return await self.sim.served()

    async def swept(self) -> None:
        """All of the modem's stores have been read."""
        await self.sim.swept()

    async def deleted(self, slots: dict[Slot, bytes]) -> None:
        """Forget slots that the modem has emptied."""
        try:
            await self.ingest.deleted(slots)
        except StoreUnavailable as error:
            # A slot remembered too long does no harm: other bytes in it are a new message.
            _log.error("store_unavailable", reason=error.reason)

    async def next_submission(self) -> Submission | None:
        """The next due part; none while the store does not answer."""
        if self._rest is not None:
            return None
        try:
            return await self.dispatch.next_submission()
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return None

    async def submitting(self, submission: Submission, *, deadline_seconds: float) -> bool:
        """Commit that Ctrl-Z is about to be written; without that commit it is not written."""
        try:
            return await self.dispatch.submitting(submission, deadline_seconds=deadline_seconds)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            self.dispatch.keep_for_later(submission)
            self._rest_a_while()
            return False

    def _rest_a_while(self) -> None:
        """Hand nothing out: a part that cannot be marked would be typed and withdrawn for ever."""
        loop = asyncio.get_running_loop()
        self._rest = loop.call_later(STORE_RETRY_SECONDS, self._rested)

    def _rested(self) -> None:
        self._rest = None
        self._bus.publish(Topic.OUTBOX)

    async def settled(self, submission: Submission, outcome: SubmitOutcome) -> None:
        """Commit what became of a part, however long the store takes to answer again."""
        await self._insist(lambda: self.dispatch.settled(submission, outcome))

    async def late_answer(self, submission_id: str, reference: int | None) -> None:
        """Commit an answer that came after its deadline."""
        await self._insist(lambda: self.dispatch.late_answer(submission_id, reference))

    async def _insist(self, commit: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await commit()
            except StoreUnavailable as error:
                _log.error("store_unavailable", reason=error.reason)
                await asyncio.sleep(STORE_RETRY_SECONDS)
            else:
                return

    async def missed_call(self, number: str | None) -> None:
        """File and journal a voice call that nobody could take."""
        await self.calls.rang(number)

    async def incident_opened(self, cause: Cause, detail: str) -> None:
        """Write down that the modem is sick."""
        identity = self._status.identity if self._status else None
        await self._incidents.opened(cause, detail, identity)

    async def incident_step(self, taken: StepTaken) -> None:
        """Write down a remedy that was tried."""
        await self._incidents.step(taken)

    async def incident_closed(self, cure: Step) -> None:
        """Write down that it is over."""
        await self._incidents.closed(cure)

    async def recall_pin(self, holder: str, pin: str) -> PinHistory:
        """What this SIM did with this PIN before."""
        memory = await self._before_typing(lambda tx: pins.recall(tx, holder=holder, pin=pin))
        match memory:
            case PinMemory.NONE_REFUSED:
                return PinHistory.NONE_REFUSED
            case PinMemory.ANOTHER_REFUSED:
                return PinHistory.ANOTHER_REFUSED
            case PinMemory.THIS_REFUSED:
                return PinHistory.THIS_REFUSED
            case _:
                assert_never(memory)

    async def pin_refused(self, holder: str, pin: str) -> None:
        """Remember a refusal, over restarts."""
        await self._before_typing(lambda tx: pins.remember_refused(tx, holder=holder, pin=pin))

    async def pin_accepted(self, holder: str) -> None:
        """Forget the refusal that was noted before typing."""
        await self._insist(lambda: self._store.shielded(lambda tx: pins.forget(tx, holder=holder)))

    async def _before_typing(self, unit: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """No PIN is typed that could not be remembered."""
        try:
            return await self._store.shielded(unit)
        except StoreUnavailable as error:
            raise SetupError(
                code="store_unavailable",
                detail="the PIN is not typed while the store does not answer",
            ) from error

    async def release(self) -> None:
        """Give back what was claimed and not begun."""
        try:
            await self.dispatch.release()
        except StoreUnavailable as error:
            # Still claimed in the store: the next start gives it back.
            _log.error("store_unavailable", reason=error.reason)
