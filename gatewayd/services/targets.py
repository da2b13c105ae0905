"""How long customers of an inbox may wait, as managers see and set it."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.tokens import Principal
from routing.followup import Targets
from storage import inboxes, targets
from storage.editing import Edit
from storage.engine import Store
from storage.targets import TargetsRow

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetsView:
    """The targets of an inbox; ``inherited``: nobody has set any, these hold by default."""

    row: TargetsRow
    inherited: bool
    version: int


def default_row(inbox: str) -> TargetsRow:
    """Give what holds where nobody has set anything."""
    known = Targets()
    within = known.answer_within
    return TargetsRow(
        inbox=inbox,
        answer_minutes=None if within is None else within // _MINUTE,
        due_soon_percent=known.due_soon_percent,
        escalate_percent=known.escalate_percent,
        reassign_minutes=None,
    )


def targets_of(row: TargetsRow | None) -> Targets:
    """Translate a row to routing's value."""
    if row is None:
        return Targets()
    return Targets(
        answer_within=_duration(row.answer_minutes),
        due_soon_percent=row.due_soon_percent,
        escalate_percent=row.escalate_percent,
        reassign_after=_duration(row.reassign_minutes),
    )


def _duration(minutes: int | None) -> timedelta | None:
    return None if minutes is None else minutes * _MINUTE


class InboxTargets:
    """The targets of all inboxes."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock

    async def get(self, inbox: str) -> TargetsView | None:
        """Read those of an inbox; None: there is no such inbox."""
        async with self._store.read() as tx:
            return await _view(tx, inbox)

    async def put(self, row: TargetsRow, *, version: int | None, by: Principal) -> Edit:
        """Set all of an inbox's; who waits already is judged by them at once."""
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            outcome = await inboxes.change(
                tx, row.inbox, {}, fields=["targets"], version=version, by=by.id, now_ms=now_ms
            )
            if outcome is Edit.DONE:
                await targets.put(tx, row, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return outcome


async def _view(tx: AsyncConnection, inbox: str) -> TargetsView | None:
    row = await inboxes.get(tx, inbox)
    if row is None:
        return None
    found = (await targets.list_all(tx)).get(inbox)
    return TargetsView(
        row=found or default_row(inbox), inherited=found is None, version=row.version
    )
