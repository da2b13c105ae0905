"""The incidents of one modem in the store: what its worker tells of a sick modem, committed.

An incident that could not be committed is lost to the record, never to the modem's treatment.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import IncidentView, StepView
from gatewayd.story import sentence
from gatewayd.troubles.recorder import Recorder
from modem.events import Identity, StepTaken
from modem.ladder import Cause, Step
from storage import modems
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.modems import IncidentRow

T = TypeVar("T")

_CAUSES = frozenset(cause.value for cause in Cause)
_log = structlog.get_logger(__name__)


class Incidents:
    """Writes down what a modem has, at most one incident at a time."""

    def __init__(
        self, *, store: Store, bus: Bus, clock: Clock, modem: str, recorder: Recorder | None
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._modem = modem
        self._recorder = recorder
        self._open: str | None = None

    async def opened(self, cause: Cause, detail: str, identity: Identity | None) -> None:
        """Open an incident; one that a killed predecessor left open ends here."""

        async def record(tx: AsyncConnection) -> str:
            await self._end_leftovers(tx)
            return await modems.open_incident(
                tx, modem=self._modem, code=cause.value, detail=detail, now_ms=self._clock.now_ms()
            )

        self._open = await self._commit(record)
        if self._recorder is not None and self._open is not None:
            self._recorder.opened(self._open, cause, detail, identity)

    async def step(self, taken: StepTaken) -> None:
        """Write down a remedy."""
        if self._recorder is not None:
            self._recorder.step(taken)
        incident_id = self._open
        if incident_id is None:
            return

        async def record(tx: AsyncConnection) -> None:
            await modems.note_step(
                tx,
                incident_id=incident_id,
                step=taken.step.value,
                helped=taken.helped,
                seconds=round(taken.seconds, 3),
                detail=taken.detail,
                now_ms=self._clock.now_ms(),
            )

        await self._commit(record)

    async def closed(self, cure: Step) -> None:
        """Close it with what cured it."""
        if self._recorder is not None:
            self._recorder.closed(cure)
        incident_id, self._open = self._open, None
        if incident_id is None:
            return

        async def record(tx: AsyncConnection) -> None:
            await modems.close_incident(
                tx, incident_id=incident_id, cure=cure.value, now_ms=self._clock.now_ms()
            )

        await self._commit(record)

    async def end_leftovers(self) -> None:
        """The modem is ready: what an earlier run of the daemon left open is over."""
        if self._open is None:
            await self._commit(self._end_leftovers)

    async def _end_leftovers(self, tx: AsyncConnection) -> None:
        for incident in await modems.incidents_of(tx, self._modem):
            if incident.closed_at_ms is None and incident.code in _CAUSES:
                await modems.close_incident(
                    tx,
                    incident_id=incident.id,
                    cure="gateway_restarted",
                    now_ms=self._clock.now_ms(),
                )

    async def _commit(self, unit: Callable[[AsyncConnection], Awaitable[T]]) -> T | None:
        try:
            done = await self._store.shielded(unit)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return None
        self._bus.publish(Topic.JOURNAL)
        return done


def incident_view(row: IncidentRow, *, zone: tzinfo, recording: str | None) -> IncidentView:
    """Show an incident with its story."""
    opened_at = _moment(row.opened_at_ms)
    closed_at = None if row.closed_at_ms is None else _moment(row.closed_at_ms)
    return IncidentView(
        id=row.id,
        kind=row.code,
        detail=row.detail or "",
        opened_at=opened_at,
        closed_at=closed_at,
        cure=row.cure,
        story=sentence(
            row.code,
            opened_at=opened_at.astimezone(zone),
            closed_at=closed_at and closed_at.astimezone(zone),
            cure=row.cure,
        ),
        steps=[_step_view(step) for step in row.steps],
        recording=recording,
    )


def _step_view(step: Mapping[str, Any]) -> StepView:
    return StepView(
        step=step["step"],
        helped=step["helped"],
        seconds=step["seconds"],
        at=_moment(step["at_ms"]),
        detail=step.get("detail"),
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)
