"""Contacts that people and programs write down before anything was written with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.numbers import BadNumber, normalise
from gatewayd.services.messages import IdempotencyKey, KeyConflict
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal
from storage import contact_import, idempotency
from storage.contact_import import Known
from storage.engine import Store
from storage.idempotency import InProgress, Mismatch, Replay

_CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A contact as it is written down; ``numbers`` however they are written."""

    numbers: Collection[str]
    values: Mapping[str, str]
    """Of `name language notes external_id`, those that are known."""
    tags: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """It is there, now or already before."""

    contact_id: str
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAlready:
    """Another contact has this field; ``contact_id`` is whose it is."""

    field: str
    contact_id: str


@dataclass(frozen=True, slots=True)
class InNoInbox:
    """Who sees certain inboxes only would not see it: it has no conversation yet."""


class _TakenError(Exception):
    """Takes back the transaction, and the key with it."""

    def __init__(self, known: KnownAlready) -> None:
        super().__init__(known.field)
        self.known = known


NotCreated = Unfit | KnownAlready | InNoInbox | KeyConflict


class NewContacts:
    """One transaction for each, with its idempotency key; a hint after the commit."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._country = settings.gateway.country
        self._store = store
        self._bus = bus
        self._clock = clock

    async def create(
        self, contact: NewContact, *, by: Principal, key: IdempotencyKey | None = None
    ) -> Created | NotCreated:
        """Write it down, or say why not; a refused one does not use up its key."""
        if by.inboxes is not None:
            return InNoInbox()
        numbers = self._numbers(contact.numbers)
        if isinstance(numbers, Unfit):
            return numbers
        known = Known(values=contact.values, tags=set(contact.tags), numbers=numbers)
        try:
            async with self._store.write() as tx:
                outcome = await self._create(tx, known, by=by, key=key)
        except _TakenError as error:
            return error.known
        if isinstance(outcome, Created) and not outcome.replayed:
            self._bus.publish(Topic.JOURNAL)
        return outcome

    def _numbers(self, written: Collection[str]) -> list[str] | Unfit:
        found = dict[str, None]()
        for place, each in enumerate(written):
            number = normalise(each, country=self._country)
            if isinstance(number, BadNumber):
                return Unfit(field=f"numbers/{place}", code=number.code, detail=number.reason)
            found[number.text] = None
        return list(found)

    async def _create(
        self, tx: AsyncConnection, contact: Known, *, by: Principal, key: IdempotencyKey | None
    ) -> Created | KeyConflict:
        """Insert it; raises _TakenError where another has its number or id."""
        now_ms = self._clock.now_ms()
        earlier = None if key is None else await _earlier(tx, key, by=by, now_ms=now_ms)
        if earlier is not None:
            return earlier
        await _check_free(tx, contact)
        contact_id = await contact_import.create(tx, contact, by=by.id, now_ms=now_ms)
        if key is not None:
            # Only the id: what is known of them is read anew, so that an erasure leaves nothing.
            await idempotency.finish(
                tx,
                token_id=by.id,
                key=key.key,
                status=_CREATED,
                body={"id": contact_id},
                message_id=None,
            )
        return Created(contact_id=contact_id, replayed=False)


async def _earlier(
    tx: AsyncConnection, key: IdempotencyKey, *, by: Principal, now_ms: int
) -> Created | KeyConflict | None:
    begun = await idempotency.begin(
        tx,
        token_id=by.id,
        key=key.key,
        body_digest=key.body_digest,
        now_ms=now_ms,
        valid_ms=key.valid_ms,
    )
    match begun:
        case Mismatch():
            return KeyConflict.MISMATCH
        case InProgress():
            return KeyConflict.IN_PROGRESS
        case Replay(body=body) if body is not None:
            return Created(contact_id=str(body["id"]), replayed=True)
        case _:
            return None


async def _check_free(tx: AsyncConnection, contact: Known) -> None:
    external_id = contact.values.get("external_id")
    ids = [] if external_id is None else [external_id]
    for row in await contact_import.known(tx, external_ids=ids, numbers=contact.numbers):
        has_number = set(row.numbers) & set(contact.numbers)
        field = "numbers" if has_number else "external_id"
        raise _TakenError(KnownAlready(field=field, contact_id=row.id))
