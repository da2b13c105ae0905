"""Tells people of conversations that wait, each as they wish, and never outside their hours.

Works inside the transaction of what it tells, so that each is told exactly once. Who is off is told
at the next start of their hours: what is kept for that, :mod:`gatewayd.digests` tells.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.callers import shown_to
from gatewayd.clock import moment_at
from gatewayd.own_phones import OwnPhones
from gatewayd.reminder_text import Kind, Reminder, reminder_text
from gatewayd.services.shop import LoadedShop
from gatewayd.wishes import Matter, Way, wishes_of
from routing.duty import may_be_told, told_from
from routing.opening_time import open_between
from storage import changes, mails, wishes
from storage.conversations import journal
from storage.conversations.reading import ConversationRow
from storage.mails import NewMail
from storage.people import PersonRow
from storage.wishes import NewHeld, WishesRow

REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told: of which conversation, why, and whom (by name) as what."""

    conversation: ConversationRow
    kind: Kind
    audience: Mapping[str, Matter]
    since_ms: int
    not_before: Mapping[str, int] = field(default_factory=dict)
    """Until when who was just told of something else is left in peace, by more than the page."""


class Teller:
    """Tells people, or keeps it for them."""

    def __init__(self, own_phones: OwnPhones, *, mails: bool) -> None:
        self._own_phones = own_phones
        self._mails = mails  # whether there is a mail server that could take one

    async def tell(
        self, tx: AsyncConnection, loaded: LoadedShop, telling: Telling, *, now_ms: int
    ) -> Collection[str]:
        """Tell all of an audience who may be told now; keep it for the others.

        Gives whom (by name) it reached, or is going to, by more than the page.
        """
        wished = await wishes.of_people(tx)
        by_page: list[str] = []
        called: set[str] = set()
        for name, matter in telling.audience.items():
            if not loaded.may_see(name, telling.conversation.inbox):
                continue  # it was taken from who has it, or is mentioned
            person = loaded.people[name]
            ways = ways_of(person, wished, matter)
            if not ways:
                continue
            later_ms = _later_ms(loaded, telling, name, ways, now_ms=now_ms)
            if later_ms != _NOW:
                await self._keep(tx, telling, person, matter, now_ms=now_ms, tell_at_ms=later_ms)
                continue
            if Way.PAGE in ways:
                by_page.append(person.id)
            if await self._call(tx, loaded, telling, person, ways, now_ms=now_ms):
                called.add(name)
        if by_page:
            await record(
                tx, telling, REMINDER, {"kind": telling.kind, "people": [*by_page]}, now_ms
            )
        return called

    async def _call(
        self,
        tx: AsyncConnection,
        loaded: LoadedShop,
        telling: Telling,
        person: PersonRow,
        ways: Collection[Way],
        *,
        now_ms: int,
    ) -> bool:
        """Reach a person where they are, if they wish that and can be reached so."""
        conversation = telling.conversation
        texted = Way.SMS in ways and person.phone is not None
        if texted:
            reminder = await _reminder(tx, loaded, telling, person, now_ms=now_ms)
            if telling.kind is Kind.MENTIONED:
                # Without a code: what one answers a colleague would go to the customer.
                text = partial(reminder_text, reminder)
                await self._own_phones.inform(
                    tx, person, conversation, text, why=telling.kind, now_ms=now_ms
                )
            else:
                await self._own_phones.remind(tx, person, conversation, reminder, now_ms=now_ms)
        mailed = Way.EMAIL in ways and self._mails and person.email is not None
        if mailed:
            await mail_to(tx, person, conversation.id, telling.kind, now_ms=now_ms)
        return texted or mailed

    async def _keep(
        self,
        tx: AsyncConnection,
        telling: Telling,
        person: PersonRow,
        matter: Matter,
        *,
        now_ms: int,
        tell_at_ms: int | None,
    ) -> None:
        kept = NewHeld(
            person_id=person.id,
            conversation_id=telling.conversation.id,
            kind=telling.kind,
            matter=matter,
            tell_at_ms=tell_at_ms,
        )
        await wishes.hold(tx, kept, now_ms=now_ms)


_NOW = 0


def _later_ms(
    loaded: LoadedShop, telling: Telling, name: str, ways: Collection[Way], *, now_ms: int
) -> int | None:
    """Tell when somebody is to be told: ``_NOW``, then, or (None) once it is known."""
    inbox = telling.conversation.inbox
    if not is_reachable(loaded, name, inbox, now_ms=now_ms):
        return hours_begin_ms(loaded, name, inbox, now_ms=now_ms)
    return _NOW if {*ways} <= {Way.PAGE} else telling.not_before.get(name, _NOW)


async def mail_to(
    tx: AsyncConnection,
    person: PersonRow,
    conversation_id: str,
    kind: str,
    *,
    digest_id: str | None = None,
    now_ms: int,
) -> None:
    """Put an e-mail to a person of ours, who has an address, on its way."""
    mail = NewMail(
        recipient=person.email or "",
        rule=digest_id or kind,
        conversation_id=conversation_id,
        message_id=None,
        kind=kind,
        person_id=person.id,
    )
    await mails.add(tx, mail, now_ms=now_ms)


async def record(
    tx: AsyncConnection,
    telling: Telling,
    what: str,
    more: Mapping[str, changes.Json],
    now_ms: int,
) -> None:
    """Journal ``conversation.<what>``."""
    row = telling.conversation
    await journal.record(
        tx,
        what,
        conversation_id=row.id,
        contact_id=row.contact_id,
        inbox=row.inbox,
        state=row.state,
        now_ms=now_ms,
        more=more,
    )


def ways_of(person: PersonRow, wished: Mapping[str, WishesRow], matter: Matter) -> frozenset[Way]:
    """Tell by which ways a person wants to be told of something."""
    ways = wishes_of(wished.get(person.id)).ways[matter]
    return ways if person.notify is None else ways & {Way(each) for each in person.notify}


def is_reachable(loaded: LoadedShop, name: str, inbox: str, *, now_ms: int) -> bool:
    """Whether a person may be told something of an inbox now."""
    return may_be_told(
        loaded.shop.staff.people[name],
        hours=loaded.inbox(inbox).hours,
        on_call=_is_on_call(loaded, name),
        moment=moment_at(now_ms),
    )


def hours_begin_ms(loaded: LoadedShop, name: str, inbox: str, *, now_ms: int) -> int | None:
    """Tell from when on they may be told; None: nobody knows when they are back."""
    begins = told_from(
        loaded.shop.staff.people[name],
        hours=loaded.inbox(inbox).hours,
        on_call=_is_on_call(loaded, name),
        moment=moment_at(now_ms),
    )
    return None if begins is None else ms_of(begins)


def ms_of(moment: datetime) -> int:
    """Write a moment as the tables have it; a part of a millisecond counts as a whole one."""
    return -((moment_at(0) - moment) // _MS)


_MS = moment_at(1) - moment_at(0)


def _is_on_call(loaded: LoadedShop, name: str) -> bool:
    return any(name in team.on_call for team in loaded.shop.staff.teams.values())


async def _reminder(
    tx: AsyncConnection, loaded: LoadedShop, telling: Telling, person: PersonRow, *, now_ms: int
) -> Reminder:
    row = telling.conversation
    hours = loaded.inbox(row.inbox).hours
    waited = open_between(hours, moment_at(telling.since_ms), moment_at(now_ms))
    return Reminder(
        kind=telling.kind,
        who=(await shown_to(tx, person, row)).who,
        waited_minutes=int(waited.total_seconds()) // 60,
    )
