"""The barrier around one outgoing part: an unforeseen error in it ends nothing but its own way.

What is certain is committed alone, and an incident raised; the next part goes on, also after a
restart. Never claims more than the modem said: what the network may have is unknown.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import trace
from gatewayd.clock import Clock
from gatewayd.line import Line
from modem.events import Accepted, SubmitOutcome
from storage import modems, outbox
from storage.engine import Store
from storage.errors import StoreUnavailable

CODE = "internal_error"
INCIDENT = "part_set_aside"
NO_CLAIM = "parts_not_claimed"

_DETAIL = "an unforeseen error in the gateway; its log tells where"
_log = structlog.get_logger(__name__)

_Unit = Callable[[AsyncConnection, int], Awaitable[bool]]


class SetAside:
    """The parts of one modem that met an unforeseen error. Raises StoreUnavailable only."""

    def __init__(self, *, store: Store, clock: Clock, line: Callable[[], Line]) -> None:
        self._store = store
        self._clock = clock
        self._line = line
        self._unclaimed = False

    def claims(self) -> None:
        """Parts can be claimed (again)."""
        self._unclaimed = False

    async def unclaimed(self, error: Exception) -> None:
        """Tell, once until it works again, that this modem is given nothing to send."""
        _log.error(NO_CLAIM, error=type(error).__name__, trace=trace(error))
        if not self._unclaimed:
            detail = "the next outgoing message could not be handled; nothing is sent"
            await self._store.shielded(partial(self._incident, NO_CLAIM, detail))
            self._unclaimed = True

    async def unsent(self, part_id: str, error: Exception) -> None:
        """Fail a part that could not be prepared; nothing of it has been sent."""

        async def fail(tx: AsyncConnection, now_ms: int) -> bool:
            return await outbox.refuse(
                tx, part_id=part_id, code=CODE, detail=_DETAIL, now_ms=now_ms
            )

        await self._commit_one_of(part_id, error, fail)

    async def outcome(self, part_id: str, outcome: SubmitOutcome, error: Exception) -> None:
        """Keep of an outcome what can be kept; without it the part is unknown."""

        async def accept(tx: AsyncConnection, now_ms: int) -> bool:
            reference = outcome.reference if isinstance(outcome, Accepted) else None
            return await outbox.accept(tx, part_id=part_id, reference=reference, now_ms=now_ms)

        async def doubt(tx: AsyncConnection, now_ms: int) -> bool:
            return await outbox.mark_unknown(
                tx, part_id=part_id, code=CODE, detail=_DETAIL, now_ms=now_ms
            )

        units = (accept, doubt) if isinstance(outcome, Accepted) else (doubt,)
        await self._commit_one_of(part_id, error, *units)

    async def evidence(self, part_id: str, error: Exception) -> None:
        """Leave in doubt what a late answer could not settle."""
        await self._commit_one_of(part_id, error)

    async def _commit_one_of(self, part_id: str, error: Exception, *units: _Unit) -> None:
        """Commit the first unit that can be, with the incident; at least the incident."""
        for unit in (*units, _nothing):
            _log.error(INCIDENT, part=part_id, error=type(error).__name__, trace=trace(error))
            try:
                await self._store.shielded(partial(self._with_incident, part_id, unit))
            except StoreUnavailable:
                raise
            except Exception as again:  # noqa: BLE001 - the next unit asks less of the store
                error = again
            else:
                return

    async def _with_incident(self, part_id: str, unit: _Unit, tx: AsyncConnection) -> None:
        await unit(tx, self._clock.now_ms())
        await self._incident(INCIDENT, f"an outgoing message could not be handled: {part_id}", tx)

    async def _incident(self, code: str, detail: str, tx: AsyncConnection) -> None:
        await modems.open_incident(
            tx,
            modem=self._line().modem,
            code=code,
            detail=detail,
            now_ms=self._clock.now_ms(),
        )


async def _nothing(_tx: AsyncConnection, _now_ms: int) -> bool:
    return False
