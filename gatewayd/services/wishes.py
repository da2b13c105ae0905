"""How people wish to be told, as they and their managers see and set it."""

from dataclasses import dataclass

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.tokens import Principal
from gatewayd.wishes import Wishes, wishes_of
from storage import people, wishes
from storage.editing import Edit
from storage.engine import Store
from storage.wishes import WishesRow


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesView:
    """What a person wishes; ``inherited``: they have said nothing, this holds by default."""

    wishes: Wishes
    inherited: bool


class NotificationWishes:
    """The wishes of all people."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock

    async def get(self, person_id: str) -> WishesView | None:
        """Read a person's; None: there is no such person."""
        async with self._store.read() as tx:
            if await people.unknown_of(tx, [person_id]):
                return None
            row = (await wishes.of_people(tx)).get(person_id)
        return WishesView(wishes=wishes_of(row), inherited=row is None)

    async def put(self, person_id: str, wanted: Wishes, *, by: Principal) -> Edit:
        """Set all of a person's."""
        row = WishesRow(
            ways={matter.value: sorted(ways) for matter, ways in wanted.ways.items()},
            take_back=wanted.take_back,
            daily_digest=wanted.daily_digest.value,
        )
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            outcome = await people.change(tx, person_id, {}, version=None, by=by.id, now_ms=now_ms)
            if outcome is Edit.DONE:
                await wishes.put(tx, person_id, row, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return Edit.DONE if outcome is Edit.DONE else Edit.NOT_FOUND
