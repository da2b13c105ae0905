"""The shop's desk: rules, people, and customers at moments of its own clock, in Montréal."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from modem.events import Accepted
from storage import decisions, inboxes, people, rulebook, teams
from storage.people import AbsenceKind, NewAbsence, NewPerson

MONTREAL = ZoneInfo("America/Toronto")
CUSTOMER = "+15145550123"
HOURS = "Mo-Fr 09:00-12:00,13:00-17:00"
TEXTS = {
    "closed": {"en": "Closed. Open {next_opening}.", "fr": "Fermé. Ouvert {next_opening}."},
    "holiday": {"en": "{holiday}: closed.", "fr": "{holiday} : fermé."},
    "everyone_away": {"en": "Nobody is here now.", "fr": "Personne n'est là."},
    "missed_call": {"en": "We saw your call.", "fr": "Nous avons vu votre appel."},
    "picture": {"en": "No pictures here.", "fr": "Pas d'images ici."},
    "urgent": {"en": "The person on call knows.", "fr": "La personne de garde le sait."},
}


class Desk:
    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.ids: dict[str, str] = {}

    def at(self, year: int, month: int, day: int, hour: int, minute: int = 0) -> None:
        """Let it be this moment on the shop's wall."""
        moment = datetime(year, month, day, hour, minute, tzinfo=MONTREAL)
        self.shop.clock.ms = round(moment.astimezone(UTC).timestamp() * 1000)

    async def write(self, unit: Callable[..., Awaitable[Any]], *args: Any, **options: Any) -> Any:
        now_ms = self.shop.clock.now_ms()
        async with self.shop.store.write() as tx:
            return await unit(tx, *args, **options, now_ms=now_ms)

    async def open(self) -> None:
        """Begin on a Tuesday evening."""
        self.at(2026, 12, 1, 21)
        await self.write(inboxes.seed, ["main", "spare"])
        await self.set_inbox(timezone=MONTREAL.key)
        await self.set_book()

    async def set_book(self, *, main: Mapping[str, Any] | None = None, **others: Any) -> None:
        """Put rules in force; ``main`` changes what is set for the inbox."""
        inbox = {"hours": {"weekly": HOURS}, "answers": {"texts": TEXTS}} | dict(main or {})
        document = {"inboxes": {"main": inbox}} | others
        await self.write(rulebook.add, document, version=None, by="tok_1")

    async def hire(self, name: str, phone: str | None = None) -> None:
        person = NewPerson(name=name, display_name=name.title(), phone=phone)
        self.ids[name] = await self.write(people.create, person, by="tok_1")

    async def make_team(self, *names: str) -> None:
        """Make the inbox's team of these people, who are all on call."""
        ids = [self.ids[name] for name in names]
        make = partial(teams.create, name="shop", display_name="The shop", by="tok_1")
        self.ids["shop"] = await self.write(make, member_ids=ids, on_call_ids=ids)
        await self.set_inbox(team_id=self.ids["shop"])

    async def set_inbox(self, **values: str) -> None:
        fields = [*values]
        await self.write(inboxes.change, "main", values, fields=fields, version=None, by="tok_1")

    async def away(
        self, name: str, kind: AbsenceKind = AbsenceKind.SICK, delegate: str | None = None
    ) -> None:
        absence = NewAbsence(
            kind=kind,
            from_ms=self.shop.clock.now_ms(),
            delegate_id=None if delegate is None else self.ids[delegate],
        )
        await self.write(people.add_absence, self.ids[name], absence, by="tok_1")

    async def says(self, text: str, *, sender: str = CUSTOMER, minutes: float = 0) -> None:
        """Let a text come in, so many minutes after what was last."""
        self.shop.clock.advance(minutes * 60)
        for pdu in self.shop.pdus(text, sender=sender):
            await self.shop.counter.hears(pdu)

    async def rings(self, sender: str | None = CUSTOMER, *, minutes: float = 0) -> None:
        self.shop.clock.advance(minutes * 60)
        await self.shop.counter.handler.missed_call(sender)

    async def answers(self, to: str = CUSTOMER) -> list[str]:
        """What a number was answered automatically, oldest first."""
        rows = await self.shop.rows(
            "SELECT text FROM messages WHERE author_type = 'automatic' AND to_number = :to"
            " ORDER BY seq",
            to=to,
        )
        return [row.text for row in rows]

    async def sent_on_the_air(self) -> int:
        """Let the modem take all that waits; give how many parts."""
        sent = 0
        while (submission := await self.shop.counter.handler.next_submission()) is not None:
            if not await self.shop.counter.release_body(submission):
                continue  # canceled while the modem had it
            outcome = Accepted(reference=(sent := sent + 1))
            await self.shop.counter.handler.settled(submission, outcome)
        return sent

    async def conversation(self, number: str = CUSTOMER) -> Any:
        rows = await self.shop.rows(
            "SELECT * FROM conversations WHERE number = :number AND inbox = 'main'", number=number
        )
        (row,) = rows
        return row

    async def timeline(self, number: str = CUSTOMER) -> list[tuple[str, str | None]]:
        """What happened, oldest first: the kind, and who did it."""
        rows = await self.shop.rows(
            "SELECT timeline.kind, timeline.author_name FROM timeline"
            " JOIN conversations ON conversations.id = timeline.conversation_id"
            " WHERE conversations.number = :number ORDER BY timeline.seq",
            number=number,
        )
        return [(row.kind, row.author_name) for row in rows]

    async def routing(self, message_id: str | None = None) -> Any:
        """What was decided about a message, the last one that came in unless it is named."""
        if message_id is None:
            message_id = (await self.shop.received())[-1].id
        async with self.shop.store.read() as tx:
            return await decisions.of_message(tx, message_id)

    async def records(self) -> str:
        rows = await self.shop.rows("SELECT record FROM decisions ORDER BY at_ms")
        return json.dumps([row.record for row in rows])


@pytest.fixture
async def desk(shop: Any) -> Desk:
    made = Desk(shop)
    await made.open()
    return made


@pytest.fixture
def again(reopened: Callable[[], Awaitable[Any]], desk: Desk) -> Callable[[], Awaitable[Desk]]:
    """Kill the daemon and start it with the same store."""

    async def restart() -> Desk:
        started = Desk(await reopened())
        started.ids = desk.ids
        return started

    return restart
