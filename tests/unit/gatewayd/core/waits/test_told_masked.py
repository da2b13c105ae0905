"""What agents are told of customers by SMS and e-mail where they see the ends of numbers only."""

from dataclasses import fields, replace
from typing import Any

import pytest

from config.schema import Language
from gatewayd.callers import Caller, shown_at, shown_to
from gatewayd.mail.notices import notice_of
from storage import options, people, wishes
from storage.conversations import reading
from storage.mails import MailRow
from storage.wishes import WishesRow

CUSTOMER, HIDDEN = "+15145550123", "+1514•••0123"


@pytest.fixture
async def masked(team: Any) -> Any:
    async with team.shop.store.write() as tx:
        await options.change(tx, {"mask_numbers": True}, by="tok", now_ms=team.now_ms)
    return team


async def test_a_reminder_hides_the_number_from_an_agent_not_from_a_manager(masked: Any) -> None:
    await masked.writes("2026-12-03T10:00")
    for when in ("10:30", "11:00", "11:30"):
        await masked.at(f"2026-12-03T{when}")
    assert len(await masked.sms("lea")) == 3
    assert all(HIDDEN in each for each in await masked.sms("lea"))
    assert await masked.sms("max") != []
    assert all(CUSTOMER in each for each in await masked.sms("max"))


async def test_a_digest_hides_it_too(masked: Any) -> None:
    async with masked.shop.store.write() as tx:
        hours, of = {"shifts": "Mo-Fr 12:00-17:00"}, masked.ids["lea"]
        await people.change(tx, of, hours, version=None, by="tok", now_ms=masked.now_ms)
    await masked.writes("2026-12-03T09:00", to="lea")
    await masked.at("2026-12-03T10:20")
    await masked.at("2026-12-03T12:00")
    (digest,) = [each for each in await masked.sms("lea") if "While" in each]
    assert HIDDEN in digest
    assert CUSTOMER not in digest


async def test_so_does_an_e_mail(masked: Any) -> None:
    smtp = replace(masked.shop.settings.smtp, host="mail.example")
    masked.shop.settings = replace(masked.shop.settings, smtp=smtp)
    masked.restart()
    async with masked.shop.store.write() as tx:
        for name in ("lea", "max"):
            values, of = {"email": f"{name}@shop.example"}, masked.ids[name]
            await people.change(tx, of, values, version=None, by="tok", now_ms=masked.now_ms)
            ways = {each: ["email"] for each in ("mine", "team", "overdue")}
            await wishes.put(tx, of, WishesRow(ways=ways, take_back=False), now_ms=masked.now_ms)
    await masked.writes("2026-12-03T10:00")
    await masked.at("2026-12-03T11:30")
    sent = await masked.shop.rows("SELECT * FROM mails ORDER BY id")
    rows = [MailRow(**{name: row._mapping[name] for name in _MAIL}) for row in sent]
    said: dict[str, set[bool]] = {}
    async with masked.shop.store.read() as tx:
        for row in rows:
            notice = await notice_of(tx, row, default=Language.EN)
            assert notice is not None
            told = notice.said
            assert (HIDDEN in told) != (CUSTOMER in told)
            said.setdefault(row.recipient, set()).add(CUSTOMER in told)
    assert said == {"lea@shop.example": {False}, "max@shop.example": {True}}


_MAIL = [each.name for each in fields(MailRow)]


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("Lea@Shop.example", HIDDEN),
        ("max@shop.example", CUSTOMER),
        ("team@shop.example", CUSTOMER),
    ],
)
async def test_a_rule_s_e_mail_hides_it_where_the_address_is_an_agent_s(
    masked: Any, address: str, number: str
) -> None:
    place = await masked.writes("2026-12-03T10:00")
    async with masked.shop.store.write() as tx:
        for name in ("lea", "max"):
            values, of = {"email": f"{name}@shop.example"}, masked.ids[name]
            await people.change(tx, of, values, version=None, by="tok", now_ms=masked.now_ms)
    async with masked.shop.store.read() as tx:
        row = await reading.get(tx, place.conversation_id)
        assert row is not None
        assert await shown_at(tx, address, row) == Caller(who=number, number=number)


async def test_a_name_is_told_and_without_the_setting_the_number(team: Any) -> None:
    place = await team.writes("2026-12-03T10:00")
    async with team.shop.store.write() as tx:
        lea = await people.get(tx, team.ids["lea"], now_ms=team.now_ms)
        row = await reading.get(tx, place.conversation_id)
        assert lea is not None
        assert row is not None
        assert await shown_to(tx, lea, row) == Caller(who=CUSTOMER, number=CUSTOMER)
        await options.change(tx, {"mask_numbers": True}, by="tok", now_ms=team.now_ms)
        known = replace(row, contact_name="Marie Roy")
        assert await shown_to(tx, lea, known) == Caller(who="Marie Roy", number=HIDDEN)
