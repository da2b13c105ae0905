"""Whom who waits is told to, by which way, and when: never outside their hours."""

from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from config.schema import Language
from gatewayd.mail import notices
from gatewayd.mail.notices import notice_of
from storage import people, teams, wishes
from storage.conversations.states import Turn
from storage.mails import MailRow
from storage.people import AbsenceKind, NewPerson
from storage.wishes import WishesRow

CUSTOMER = "+15145550123"


async def test_off_hours_nobody_is_told_and_the_digest_comes_when_they_begin(
    team: Any, reopened: Callable[[], Awaitable[Any]]
) -> None:
    async with team.shop.store.write() as tx:
        shifts = {"shifts": "Mo-Fr 12:00-17:00"}
        of = team.ids["max"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    await team.writes("2026-12-03T09:10", number="+15145550124")
    await team.at("2026-12-03T10:20")
    assert await team.sms("max") == []
    assert len(await team.sms("lea")) == 2
    await team.at("2026-12-03T11:00")
    await team.turn(Turn.ANSWER)
    await team.at("2026-12-03T11:59")
    assert await team.sms("max") == []
    team.restart(await reopened())
    await team.at("2026-12-03T12:00")
    digest = (
        "While you were away: 1 conversation that waits (+15145550124). "
        "Answered by others meanwhile: 1."
    )
    assert await team.sms("max") == [digest]
    team.restart()
    await team.at("2026-12-03T16:00")
    assert await team.sms("max") == [digest]


async def test_a_digest_that_cannot_be_told_holds_up_nobody_elses(
    team: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with team.shop.store.write() as tx:
        for name in ("lea", "max"):
            shifts = {"shifts": "Mo-Fr 12:00-17:00"}
            of = team.ids[name]
            await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00", to=None)
    await team.at("2026-12-03T10:20")
    broken = min(team.ids, key=team.ids.__getitem__)  # who is told first
    well = notices.digest_of

    async def digest_of(tx: Any, person: Any, rows: Any, **how: Any) -> Any:
        if person.name == broken:
            raise RuntimeError(broken)
        return await well(tx, person, rows, **how)

    with monkeypatch.context() as patch:
        patch.setattr(notices, "digest_of", digest_of)
        await team.at("2026-12-03T12:00")
    (other,) = team.ids.keys() - {broken}

    async def digests_of(name: str) -> int:
        return sum(text.startswith("While you were away") for text in await team.sms(name))

    assert (await digests_of(broken), await digests_of(other)) == (0, 1)
    await team.at("2026-12-03T12:15")
    assert (await digests_of(broken), await digests_of(other)) == (1, 1)


async def test_who_is_on_call_is_told_at_once_and_who_is_absent_is_not(team: Any) -> None:
    (row,) = await team.shop.rows("SELECT id FROM teams")
    async with team.shop.store.write() as tx:
        more = {"member_ids": None, "version": None, "by": "tok", "now_ms": team.now_ms}
        await teams.change(tx, row.id, {}, on_call_ids=[team.ids["max"]], **more)
        shifts = {"shifts": "Mo-Fr 12:00-17:00"}
        of = team.ids["max"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T10:00")
    assert len(await team.sms("max")) == 1
    await team.absent("max", AbsenceKind.VACATION, until="2026-12-07T09:00")
    await team.at("2026-12-03T10:30")
    assert len(await team.sms("max")) == 1
    await team.at("2026-12-07T09:00")
    assert len(await team.sms("max")) == 2


async def test_the_managers_hear_of_it_last(team: Any) -> None:
    async with team.shop.store.write() as tx:
        (row,) = await team.shop.rows("SELECT id FROM teams")
        more = {"on_call_ids": None, "version": None, "by": "tok", "now_ms": team.now_ms}
        await teams.change(tx, row.id, {}, member_ids=[team.ids["lea"]], **more)
    await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T11:00")
    assert await team.sms("max") == []
    await team.at("2026-12-03T11:30")
    assert await team.sms("max") == [f"Nobody has answered: {CUSTOMER} has waited 1 h 30."]


async def test_who_is_suspended_has_nothing_and_is_told_nothing(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    async with team.shop.store.write() as tx:
        gone = {"state": "suspended"}
        await people.change(tx, team.ids["lea"], gone, version=None, by="tok", now_ms=team.now_ms)
    await team.at("2026-12-03T12:00")
    assert await team.holder(place) == "max"
    assert await team.sms("lea") == []


@pytest.mark.parametrize("server", [True, False])
async def test_an_e_mail_is_joined_when_it_goes_in_the_language_of_who_reads_it(
    team: Any, server: bool
) -> None:
    smtp = replace(team.shop.settings.smtp, host="mail.example" if server else None)
    team.shop.settings = replace(team.shop.settings, smtp=smtp)
    team.restart()
    async with team.shop.store.write() as tx:
        values = {"email": "lea@shop.example", "language": "fr", "shifts": "Mo-Fr 09:00-10:45"}
        of = team.ids["lea"]
        await people.change(tx, of, values, version=None, by="tok", now_ms=team.now_ms)
        ways = {each: ["email"] for each in ("mine", "team", "overdue")}
        await wishes.put(tx, of, WishesRow(ways=ways, take_back=False), now_ms=team.now_ms)
    await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:30")
    await team.at("2026-12-03T11:00")
    await team.at("2026-12-04T09:00")
    said = await e_mails(team)
    expected = [
        f"{CUSTOMER} attend une réponse",
        f"En votre absence : 1 conversation en attente ({CUSTOMER}).",
    ]
    assert said == (expected if server else [])
    assert await team.sms("lea") == []
    if server:
        await may_see(team, "lea", "spare")  # they wait for the mail server meanwhile
        assert await e_mails(team) == [None, None]
        await may_see(team, "lea", "spare", "main")
        assert await e_mails(team) == expected
        async with team.shop.store.write() as tx:
            gone = {"state": "suspended"}
            await people.change(tx, of, gone, version=None, by="tok", now_ms=team.now_ms)
        assert await e_mails(team) == [None, None]


_MAIL = [each.name for each in fields(MailRow)]


async def e_mails(team: Any) -> list[str | None]:
    """What each would say if it went now; None: it does not go."""
    sent = await team.shop.rows("SELECT * FROM mails ORDER BY id")
    rows = [MailRow(**{name: row._mapping[name] for name in _MAIL}) for row in sent]
    async with team.shop.store.read() as tx:
        told = [await notice_of(tx, row, default=Language.EN) for row in rows]
    return [each and each.said for each in told]


async def test_who_may_be_told_by_no_way_is_told_by_none(team: Any) -> None:
    async with team.shop.store.write() as tx:
        values = {"notify": ["page"]}
        await people.change(tx, team.ids["lea"], values, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T10:00")
    await team.at("2026-12-03T10:30")
    assert await team.sms("lea") == []
    assert await team.told() == ["due_soon", "reminder"]


async def test_what_nobody_has_is_the_team_s(team: Any) -> None:
    await team.writes("2026-12-03T10:00", to=None)
    await team.at("2026-12-03T10:30")
    assert (len(await team.sms("lea")), len(await team.sms("max"))) == (1, 1)


async def may_see(team: Any, name: str, *inboxes: str) -> None:
    async with team.shop.store.write() as tx:
        values = {"inboxes": [*inboxes]}
        of = team.ids[name]
        await people.change(tx, of, values, version=None, by="tok", now_ms=team.now_ms)


async def test_what_was_held_back_of_an_inbox_that_is_not_theirs_any_more_is_not_told(
    team: Any,
) -> None:
    async with team.shop.store.write() as tx:
        shifts = {"shifts": "Mo-Fr 12:00-17:00"}
        of = team.ids["max"]
        await people.change(tx, of, shifts, version=None, by="tok", now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    await team.at("2026-12-03T10:20")
    assert len(await team.shop.rows("SELECT * FROM held_notices")) == 1
    await may_see(team, "max", "spare")
    await team.at("2026-12-03T12:00")
    assert await team.sms("max") == []
    assert await team.shop.rows("SELECT * FROM held_notices") == []


async def test_who_has_what_they_may_not_see_any_more_is_told_nothing_of_it(team: Any) -> None:
    await team.writes("2026-12-03T09:00")
    await may_see(team, "lea", "spare")
    await team.at("2026-12-03T09:40")  # due soon, and the team's by now
    assert (await team.sms("lea"), len(await team.sms("max"))) == ([], 1)
    await team.at("2026-12-03T10:20")
    assert await team.sms("lea") == []
    assert len(await team.sms("max")) == 2


@pytest.mark.parametrize("away", [False, True])
async def test_an_administrator_hears_what_no_manager_is_there_to_hear(
    team: Any, away: bool
) -> None:
    eva = NewPerson(name="eva", display_name="Eva", phone="+15145550113", role="admin")
    async with team.shop.store.write() as tx:
        made = str(await people.create(tx, eva, by="tok", now_ms=team.now_ms))
        by_sms = WishesRow(ways={"mine": [], "team": [], "overdue": ["sms"]}, take_back=True)
        await wishes.put(tx, made, by_sms, now_ms=team.now_ms)
    await team.writes("2026-12-03T09:00")
    if away:
        await team.absent("max", AbsenceKind.SICK)
    await team.at("2026-12-03T10:20")
    await team.at("2026-12-03T10:30")
    sent = await team.shop.rows(
        "SELECT to_number FROM messages WHERE direction = 'out' AND to_number = '+15145550113'"
    )
    assert len(sent) == int(away)
    assert bool(await team.sms("max")) is not away
