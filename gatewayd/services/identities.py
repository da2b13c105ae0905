"""Who is one person: contacts that are made one, and one that is made two."""

from dataclasses import asdict, dataclass, replace

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.numbers import canonical
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.conversations import author_of
from gatewayd.services.tokens import Principal
from storage import contacts, merging
from storage.contacts import ContactRow
from storage.engine import Store
from storage.merging import FormerContact, MergeOutcome, SplitOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerPage:
    """Contacts that went, the first first."""

    items: tuple[FormerContact, ...]
    next: str | None


class NotAPerson:
    """It stands for everybody whose number could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """Two contacts, and what the first would be with the other as its part."""

    into: ContactRow
    other: ContactRow
    result: ContactRow


class Identities:
    """One transaction for each, hints after the commit."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._country = settings.gateway.country
        self._store = store
        self._bus = bus
        self._clock = clock

    async def merge(
        self, contact_id: str, other_id: str, *, by: Principal
    ) -> MergeOutcome | NotAPerson:
        """Make another contact a part of this one."""
        async with self._store.write() as tx:
            for each in (contact_id, other_id):
                row = await contacts.get(tx, each)
                if row is not None and UNKNOWN_SENDER in row.numbers:
                    return NotAPerson()
            outcome = await merging.merge(
                tx, contact_id, other_id, by=author_of(by), now_ms=self._clock.now_ms()
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def preview(
        self, contact_id: str, other_id: str
    ) -> MergePreview | MergeOutcome | NotAPerson:
        """Tell what a merge would make; it may be another thing by the time it is done."""
        async with self._store.read() as tx:
            into, other = await contacts.get(tx, contact_id), await contacts.get(tx, other_id)
        if into is None or into.erased_at_ms is not None:
            return MergeOutcome.NOT_FOUND
        if other is None or other.erased_at_ms is not None:
            return MergeOutcome.OTHER_NOT_FOUND
        if into.id == other.id:
            return MergeOutcome.SAME
        if UNKNOWN_SENDER in (*into.numbers, *other.numbers):
            return NotAPerson()
        if (into.blocked_at_ms is None) != (other.blocked_at_ms is None):
            return MergeOutcome.BLOCKED_DIFFERS
        result = replace(
            into,
            **merging.united(asdict(into), asdict(other)),
            numbers=tuple(sorted({*into.numbers, *other.numbers})),
            tags=tuple(sorted({*into.tags, *other.tags})),
        )
        return MergePreview(into=into, other=other, result=result)

    async def split(
        self, contact_id: str, numbers: list[str], *, by: Principal
    ) -> str | SplitOutcome:
        """Make some of its numbers another contact; give its id."""
        spelled = {canonical(each, country=self._country).text for each in numbers}
        async with self._store.write() as tx:
            outcome = await merging.split(
                tx, contact_id, spelled, by=author_of(by), now_ms=self._clock.now_ms()
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def former(self, contact_id: str) -> FormerContact | None:
        """Tell what became of a contact that there is no longer."""
        async with self._store.read() as tx:
            return await merging.former(tx, contact_id)

    async def former_since(
        self, since_ms: int, *, limit: int, after: str | None, by: Principal
    ) -> FormerPage:
        """List those that went since then, of whom somebody may know."""
        async with self._store.read() as tx:
            found = await merging.former_since(
                tx, since_ms, limit=limit + 1, after=after, may_see=by.inboxes
            )
        items = tuple(found[:limit])
        more = len(found) > limit
        return FormerPage(items=items, next=items[-1].contact_id if more else None)
