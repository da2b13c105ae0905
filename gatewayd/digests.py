"""Tells people at the start of their hours what they were not told while they were off, once.

What is told together is one digest, committed with what it sends: a restart neither loses nor
repeats it.
"""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.barrier import contained
from gatewayd.mail import notices
from gatewayd.own_phones import OwnPhones
from gatewayd.reminder_text import digest_text
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.telling import hours_begin_ms, is_reachable, mail_to, ways_of
from gatewayd.wishes import Matter, Way
from storage import changes, wishes
from storage.conversations import news, reading
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.wishes import HeldRow

DIGEST = "user.digest"
PUT_OFF_MS = 900_000
"""What ran into an error of ours is tried again after so long."""


class Digests:
    """What is held back, told when its time comes."""

    def __init__(
        self, *, store: Store, shop: ShopLoader, own_phones: OwnPhones, mails: bool
    ) -> None:
        self._store = store
        self._shop = shop
        self._own_phones = own_phones
        self._mails = mails  # whether there is a mail server that could take one

    async def next_ms(self) -> int | None:
        """Tell when somebody is to be told next."""
        async with self._store.read() as tx:
            return await wishes.next_due_ms(tx)

    async def round(self, now_ms: int) -> int:
        """Tell whose hours have begun; give how many people."""
        async with self._store.read() as tx:
            ids = await wishes.people_due(tx, now_ms=now_ms)
        told = 0
        for person_id in ids:
            one = partial(self._store.shielded, partial(self._person, person_id, now_ms))
            outcome = await contained(one, "digest_failed", person=person_id)
            if outcome is None:  # nobody else's waits for it
                later = partial(wishes.put_off_due, person_id, now_ms, now_ms + PUT_OFF_MS)
                await self._store.shielded(later)
            told += bool(outcome)
        return told

    async def replan(self, now_ms: int) -> None:
        """Tell it when their hours begin, which may be others by now."""

        async def unit(tx: AsyncConnection) -> None:
            loaded = await self._shop.load(tx)
            for row in await wishes.held(tx):
                await _put_off(tx, loaded, row, _name_of(loaded, row.person_id), now_ms)

        await self._store.shielded(unit)

    async def _person(self, person_id: str, now_ms: int, tx: AsyncConnection) -> bool:
        loaded = await self._shop.load(tx)
        name = _name_of(loaded, person_id)
        now: list[HeldRow] = []
        inboxes: dict[str, reading.ConversationRow] = {}
        for row in await wishes.held(tx, person_id):
            conversation = await reading.get(tx, row.conversation_id)
            if conversation is None:
                raise LookupError(row.conversation_id)
            inboxes[row.conversation_id] = conversation
            if not loaded.may_see(name, conversation.inbox):
                await wishes.forget(tx, row.seq)
            elif is_reachable(loaded, name, conversation.inbox, now_ms=now_ms):
                now.append(row)
            else:
                await _put_off(tx, loaded, row, name, now_ms)
        if not now:
            return False
        digest_id = new_id(Prefix.DIGEST, now_ms=now_ms)
        if not await wishes.told(tx, [row.seq for row in now], digest_id):
            raise LookupError(digest_id)
        about = list({row.conversation_id: inboxes[row.conversation_id] for row in now}.values())
        await self._tell(tx, loaded, name, now, about, digest_id, now_ms)
        return True

    async def _tell(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        name: str,
        rows: list[HeldRow],
        about: list[reading.ConversationRow],
        digest_id: str,
        now_ms: int,
    ) -> None:
        person = loaded.people[name]
        wished = await wishes.of_people(tx)
        ways: set[Way] = set()
        for row in rows:
            ways |= ways_of(person, wished, Matter(row.matter))
        if Way.PAGE in ways:
            data: dict[str, changes.Json] = {
                "id": person.id,
                "digest": digest_id,
                "conversations": [each.id for each in about],
            }
            await changes.record(tx, DIGEST, now_ms=now_ms, subject=person.id, data=data)
        there = _was_there(loaded, name, rows, about)
        why = notices.MORE if there else notices.DIGEST
        mailed = Way.EMAIL in ways and self._mails and person.email is not None
        texted = Way.SMS in ways and person.phone is not None
        if mailed:
            await mail_to(tx, person, about[0].id, why, digest_id=digest_id, now_ms=now_ms)
        if texted:
            digest = await notices.digest_of(tx, person, rows, there=there)
            text = partial(digest_text, digest)
            await self._own_phones.inform(tx, person, about[0], text, why=why, now_ms=now_ms)
        if mailed or texted:
            ids = [each.id for each in about]
            await news.mark_called(tx, person_id=person.id, conversation_ids=ids, now_ms=now_ms)


def _was_there(
    loaded: LoadedShop, name: str, rows: list[HeldRow], about: list[reading.ConversationRow]
) -> bool:
    """Whether a person could have been told of all of it at once, and was only left in peace."""
    inboxes = {each.id: each.inbox for each in about}
    return all(
        is_reachable(loaded, name, inboxes[row.conversation_id], now_ms=row.at_ms) for row in rows
    )


async def _put_off(
    tx: AsyncConnection, loaded: LoadedShop, row: HeldRow, name: str, now_ms: int
) -> None:
    conversation = await reading.get(tx, row.conversation_id)
    if conversation is None:
        raise LookupError(row.conversation_id)
    at_ms = hours_begin_ms(loaded, name, conversation.inbox, now_ms=now_ms)
    await wishes.put_off(tx, row.seq, tell_at_ms=at_ms)


def _name_of(loaded: LoadedShop, person_id: str) -> str:
    return next(name for name, row in loaded.people.items() if row.id == person_id)
