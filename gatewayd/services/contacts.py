"""The contacts as people know them: what is written down of them, and who is blocked."""

from collections.abc import Collection, Mapping

from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.tokens import Principal
from storage import contacts
from storage.contacts import ContactRow
from storage.editing import Edit
from storage.engine import Store
from storage.people import Taken


class Contacts:
    """Changes contacts: one transaction each, a hint after the commit."""

    def __init__(self, *, store: Store, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock

    async def get(self, contact_id: str) -> ContactRow | None:
        """Read one."""
        async with self._store.read() as tx:
            return await contacts.get(tx, contact_id)

    async def change(
        self,
        contact_id: str,
        values: Mapping[str, str | None],
        *,
        tags: Collection[str] | None,
        version: int | None,
        by: Principal,
    ) -> Edit | Taken:
        """Set what is given; ``tags`` None leaves them."""
        async with self._store.write() as tx:
            outcome = await contacts.change(
                tx,
                contact_id,
                values,
                tags=tags,
                version=version,
                by=by.id,
                now_ms=self._clock.now_ms(),
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def set_blocked(self, contact_id: str, *, blocked: bool, by: Principal) -> Edit:
        """Keep their messages apart from now on, or no longer."""
        async with self._store.write() as tx:
            outcome = await contacts.set_blocked(
                tx, contact_id, blocked=blocked, by=by.id, now_ms=self._clock.now_ms()
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome
