"""What managers set, as the decisions take it: names for ids, one truth for hours, read once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.schema import GatewaySettings, HttpSettings, Language, Settings
from gatewayd.services.shop import LoadedShop, ShopLoader
from routing.assign import Absence, AbsenceKind, Person, Team, follow
from routing.hours import Hours
from routing.rulebook import Rulebook
from storage import inboxes, leaving, people, rulebook, teams
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.people import NewAbsence, NewPerson, PersonState

NOW = 1_800_000_000_000
MOMENT = datetime(2027, 1, 15, 8, tzinfo=UTC)
DAY_MS = 86_400_000
BOOK = {
    "urgent_words": ["flood"],
    "consent": {"quiet_hours": "off"},
    "inboxes": {"main": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}, "both_languages": True}},
    "templates": {"prices": {"en": "See our page"}},
    "lists": {"vip": ["+1514*"]},
    "rules": [{"name": "prices", "do": {"answer": "prices"}}],
    "sending": {"sticky": False},
}


class StoppedClock:
    def now_ms(self) -> int:
        return NOW


@pytest.fixture
def loader(tmp_path: Path) -> ShopLoader:
    gateway = GatewaySettings(
        name="Vélos Roy", country="CA-QC", timezone="America/Toronto", language=Language.FR
    )
    http = HttpSettings(socket=tmp_path / "gatewayd.sock")
    return ShopLoader(settings=Settings(gateway=gateway, http=http), clock=StoppedClock())


async def load(loader: ShopLoader, store: Store) -> LoadedShop:
    async with store.read() as tx:
        return await loader.load(tx)


async def set_book(store: Store, document: Any) -> None:
    async with store.write() as tx:
        await rulebook.add(tx, document, version=None, by="tok_1", now_ms=NOW)


async def add_people(store: Store, *everyone: NewPerson) -> list[str]:
    async with store.write() as tx:
        made = [await people.create(tx, one, by="tok_1", now_ms=NOW) for one in everyone]
    assert all(isinstance(one, str) for one in made)
    return [str(one) for one in made]


async def add_team(store: Store, members: Sequence[str], on_call: Sequence[str]) -> str:
    async with store.write() as tx:
        made = await teams.create(
            tx,
            name="shop",
            display_name="Shop",
            member_ids=members,
            on_call_ids=on_call,
            by="tok_1",
            now_ms=NOW,
        )
    assert isinstance(made, str)
    return made


async def set_inbox(store: Store, **values: str) -> None:
    async with store.write() as tx:
        await inboxes.seed(tx, ["main"], now_ms=NOW)
        await inboxes.change(
            tx, "main", values, fields=values, version=None, by="tok_1", now_ms=NOW
        )


async def test_without_anything_set_it_is_as_the_configuration_says(
    loader: ShopLoader, store: Store
) -> None:
    loaded = await load(loader, store)
    assert (loaded.version, loaded.book, loaded.shop.business) == (0, Rulebook(), "Vélos Roy")
    inbox = loaded.inbox("spare")
    assert inbox.hours == Hours(zone="America/Toronto")
    assert (inbox.id, inbox.language, inbox.team) == ("spare", Language.FR, None)


async def test_the_book_decides_with_the_inbox_s_own_zone_language_and_team(
    loader: ShopLoader, store: Store
) -> None:
    await set_book(store, BOOK)
    team = await add_team(store, [], [])
    await set_inbox(store, timezone="America/Vancouver", language="en", team_id=team)

    loaded = await load(loader, store)

    inbox = loaded.inbox("main")
    assert inbox.hours == Hours(
        weekly="Mo-Fr 09:00-17:00", zone="America/Vancouver", country="CA-QC"
    )
    assert (inbox.language, inbox.team, inbox.both_languages) == (Language.EN, "shop", True)
    assert loaded.shop.rules == loaded.book.rules
    assert loaded.shop.urgent_words == ("flood",)
    assert loaded.shop.lists == {"vip": ("+1514*",)}
    assert loaded.shop.templates["prices"].en == "See our page"
    assert loaded.consent.quiet_hours is None
    assert loaded.shop.consent is loaded.consent
    assert loaded.sending.sticky is False


async def test_people_and_teams_go_by_name(loader: ShopLoader, store: Store) -> None:
    marie = NewPerson(
        name="marie", display_name="Marie Roy", phone="+15145550177", shifts="Mo 08:00-12:00"
    )
    (jean_id,) = await add_people(store, NewPerson(name="jean", display_name="Jean"))
    (marie_id,) = await add_people(store, replace(marie, delegate_id=jean_id))
    await add_team(store, [marie_id, jean_id], [jean_id])
    async with store.write() as tx:
        sick = NewAbsence(kind=people.AbsenceKind.SICK, from_ms=NOW, delegate_id=jean_id)
        await people.add_absence(tx, marie_id, sick, by="tok_1", now_ms=NOW)

    loaded = await load(loader, store)

    assert loaded.shop.staff.people["marie"] == Person(
        id="marie",
        name="Marie Roy",
        phone="+15145550177",
        shifts=Hours(weekly="Mo 08:00-12:00", zone="America/Toronto"),
        absences=(Absence(kind=AbsenceKind.SICK, since=MOMENT, delegate="jean"),),
        delegate="jean",
    )
    assert loaded.shop.staff.teams == {
        "shop": Team(id="shop", members=("marie", "jean"), on_call=("jean",))
    }
    assert loaded.people["marie"].id == marie_id
    assert loaded.teams["shop"].member_ids == (marie_id, jean_id)


async def test_an_absence_that_is_over_is_known_for_a_month(
    loader: ShopLoader, store: Store
) -> None:
    (marie_id,) = await add_people(store, NewPerson(name="marie", display_name="Marie"))
    async with store.write() as tx:
        for days in (40, 30):
            over = NewAbsence(
                kind=people.AbsenceKind.SICK,
                from_ms=NOW - 50 * DAY_MS,
                until_ms=NOW - days * DAY_MS,
            )
            await people.add_absence(tx, marie_id, over, by="tok_1", now_ms=NOW)
    loaded = await load(loader, store)
    (known,) = loaded.shop.staff.people["marie"].absences
    assert known.until == MOMENT - timedelta(days=30)


async def test_it_is_read_once_for_each_change(loader: ShopLoader, store: Store) -> None:
    await set_inbox(store)
    first = await load(loader, store)
    assert await load(loader, store) is first
    assert first.inbox("main").hours == Hours(zone="America/Toronto")
    await set_book(store, BOOK)
    second = await load(loader, store)
    assert (second.version, second.inbox("main").hours.weekly) == (1, "Mo-Fr 09:00-17:00")
    assert await load(loader, store) is second
    await set_inbox(store, language="en")
    third = await load(loader, store)
    assert (second.inbox("main").language, third.inbox("main").language) == (
        Language.FR,
        Language.EN,
    )


async def test_a_book_that_cannot_be_read_any_more_keeps_nothing_from_coming_in(
    loader: ShopLoader, store: Store
) -> None:
    await set_book(store, {"magic": True})
    with capture_logs() as logs:
        loaded = await load(loader, store)
        await load(loader, store)
    assert (loaded.version, loaded.book) == (1, Rulebook())
    (told,) = logs
    assert (told["event"], told["version"]) == ("rulebook_unreadable", 1)
    assert "magic" in told["problems"][0]


async def test_whoever_is_suspended_is_reached_by_no_rule(loader: ShopLoader, store: Store) -> None:
    (jean_id,) = await add_people(store, NewPerson(name="jean", display_name="Jean"))
    marie = NewPerson(name="marie", display_name="Marie", phone="+15145550177", delegate_id=jean_id)
    (marie_id,) = await add_people(store, marie)
    await load(loader, store)
    async with store.write() as tx:
        await leaving.set_state(tx, marie_id, PersonState.SUSPENDED, by="tok_1", now_ms=NOW)

    staff = (await load(loader, store)).shop.staff

    assert staff.people["marie"].phone is None
    found = follow("marie", team=None, staff=staff, moment=MOMENT, by_shift=False)
    assert (found.person, found.why) == ("jean", "stands in for marie")


async def load_to_write(loader: ShopLoader, store: Store) -> LoadedShop:
    async with store.write() as tx:
        return await loader.load(tx)


async def test_what_came_to_nothing_with_its_commit_is_not_kept_in_mind(
    loader: ShopLoader, store: Store, no_commit: Callable[[], Any]
) -> None:
    """A unit sees what others of its transaction did; the next change may look the same."""
    with no_commit():
        lost = await asyncio.gather(
            set_book(store, BOOK), load_to_write(loader, store), return_exceptions=True
        )
    assert [type(each) for each in lost] == [StoreUnavailable] * 2
    await set_book(store, {**BOOK, "urgent_words": ["fire"]})
    assert (await load_to_write(loader, store)).shop.urgent_words == ("fire",)
    assert (await load(loader, store)).shop.urgent_words == ("fire",)


async def test_what_units_share_is_read_once_too(
    loader: ShopLoader, store: Store, no_commit: Callable[[], Any]
) -> None:
    await set_book(store, BOOK)
    with no_commit(), pytest.raises(StoreUnavailable):
        await set_book(store, {})
    first = await load_to_write(loader, store)
    assert await load_to_write(loader, store) is first
    seen = await load(loader, store)
    assert seen == first
    assert await load_to_write(loader, store) is seen
