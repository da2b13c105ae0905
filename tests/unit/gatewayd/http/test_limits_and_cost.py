"""What the API tells of limits and prices."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from config.schema import ModemSettings
from config.values import Price
from gatewayd.directory import LimitsView, ModemView, PauseView
from gatewayd.http.context import HttpContext
from gatewayd.money import Money
from gatewayd.services.waiting import Waiting, waiting_of
from storage import outbox, pacing
from storage.queries import AttemptRow, MessageRow
from storage.states import MessageState

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)
Start = Callable[..., AbstractAsyncContextManager[Any]]


def view(name: str = "counter", *, iccid: str | None = "89", **limits: Any) -> ModemView:
    return ModemView(name=name, state="ready", since=NOON, iccid=iccid, limits=LimitsView(**limits))


def message(state: MessageState = MessageState.QUEUED, **fields: Any) -> MessageRow:
    blank: dict[str, Any] = dict.fromkeys(MessageRow.__dataclass_fields__)
    return MessageRow(**blank | {"id": "msg_1", "state": state, "parts": 2} | fields)


def attempt(ended_at_ms: int | None) -> AttemptRow:
    blank: dict[str, Any] = dict.fromkeys(AttemptRow.__dataclass_fields__)
    return AttemptRow(**blank | {"ended_at_ms": ended_at_ms})


HOUR = {"waits_for": "limit_hour", "next_at": NOON + timedelta(hours=1)}
DAY = {"waits_for": "limit_day", "next_at": NOON + timedelta(hours=12)}
PAUSED = replace(view(), paused=PauseView(since=NOON, detail="no credit", next_try_at=NOON))
FOR_THE_HOUR = Waiting(code="limit_hour", until=NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("row", "attempts", "serving", "waiting"),
    [
        (message(), [], [view(**HOUR)], FOR_THE_HOUR),
        (message(), [], [view(**DAY), view("spare", **HOUR)], FOR_THE_HOUR),
        (message(), [], [view(**HOUR), view("spare")], None),
        (message(iccid="89"), [], [view(**HOUR), view("spare", iccid="90")], FOR_THE_HOUR),
        (message(sim="89"), [], [view(**HOUR), view("spare", iccid="90")], FOR_THE_HOUR),
        (message(sim="modem:spare"), [], [view(**HOUR), view("spare", iccid="90")], None),
        (message(sim="77"), [], [view(**HOUR), view("spare", iccid="90")], None),  # gone for good
        (message(), [], [PAUSED], Waiting(code="sending_paused", until=NOON)),
        (message(MessageState.SENDING), [attempt(1)], [view(**HOUR)], FOR_THE_HOUR),
        (message(MessageState.SENDING), [attempt(1), attempt(None)], [view(**HOUR)], None),
        (message(MessageState.SENT), [attempt(1)], [view(**HOUR)], None),
        (message(send_at_ms=NOON_MS + 1), [], [view(**HOUR)], None),
        (message(), [], [], None),
        (
            message(),
            [],
            [view(waits_for="clock_not_set")],
            Waiting(code="clock_not_set", until=None),
        ),
    ],
)
def test_what_a_message_waits_for(
    row: MessageRow, attempts: list[AttemptRow], serving: list[ModemView], waiting: Waiting | None
) -> None:
    assert waiting_of(row, attempts, serving, now_ms=NOON_MS) == waiting


async def test_a_modem_tells_its_limits_and_its_month(context: HttpContext, start: Start) -> None:
    modems: Any = context.modems
    modems.modems["counter"] = replace(
        modems.modems["counter"],
        limits=LimitsView(max_per_hour=3, hour_left=0, **HOUR),
        cost_this_month=Money(micros=1_240_000, currency="CAD"),
    )
    async with start(context) as api:
        body = await api.admin("GET", "/v1/modems/counter")
    assert body["limits"] == {
        "max_per_hour": 3,
        "hour_left": 0,
        "waits_for": "limit_hour",
        "next_at": "2026-12-01T13:00:00.000Z",
    }
    assert body["cost_this_month"] == {"amount": "1.24", "currency": "CAD"}


async def test_a_queued_message_says_what_it_waits_for(context: HttpContext, start: Start) -> None:
    modems: Any = context.modems
    async with start(context) as api:
        sent = await api.send()
        before = await api.admin("GET", f"/v1/messages/{sent['id']}")
        modems.modems["counter"] = replace(
            modems.modems["counter"], limits=LimitsView(max_per_hour=3, hour_left=0, **HOUR)
        )
        after = await api.admin("GET", f"/v1/messages/{sent['id']}")
    assert before["waiting"] is None
    assert after["waiting"] == {"code": "limit_hour", "until": "2026-12-01T13:00:00.000Z"}
    assert after["error"] is None


def priced(context: HttpContext, *, modems: tuple[tuple[str, str], ...]) -> HttpContext:
    price = Price(amount=Decimal("0.02"), currency="CAD")
    settings = tuple(
        ModemSettings(name=name, device="virtual:", inbox=inbox, price_per_part=price)
        for name, inbox in modems
    )
    return replace(context, settings=replace(context.settings, modems=settings))


async def test_a_preview_tells_the_price(context: HttpContext, start: Start) -> None:
    wanted = {"text": "a" * 161}
    two = priced(context, modems=(("counter", "main"), ("spare", "branch")))
    async with start(two) as api:
        usual = await api.admin("POST", "/v1/messages/preview", json=wanted)
        other = await api.admin("POST", "/v1/messages/preview", json={**wanted, "inbox": "branch"})
        unknown = {**wanted, "inbox": "nowhere"}
        await api.admin("POST", "/v1/messages/preview", status=422, json=unknown)
    assert usual["cost"] == other["cost"] == {"amount": "0.04", "currency": "CAD"}


@pytest.mark.parametrize(
    "modems",
    [
        (("counter", "main"), ("spare", "main")),  # it could be either's price
        (("counter", "branch"), ("spare", "office")),  # the inbox must be named
    ],
)
async def test_a_price_that_is_not_certain_is_not_told(
    context: HttpContext, start: Start, modems: tuple[tuple[str, str], ...]
) -> None:
    async with start(priced(context, modems=modems)) as api:
        body = await api.admin("POST", "/v1/messages/preview", json={"text": "a"})
    assert body["cost"] is None


async def test_a_message_tells_what_it_cost(context: HttpContext, start: Start) -> None:
    async with start(context) as api:
        sent = await api.send()
        async with context.store.write() as tx:
            part = await outbox.claim(
                tx, modem="counter", iccid="89", inboxes=["main"], now_ms=NOON_MS
            )
            assert part is not None
            attempt_id = await outbox.mark_submitting(
                tx,
                part_id=part.part_id,
                modem="counter",
                iccid="89",
                imei=None,
                now_ms=NOON_MS,
                deadline_ms=NOON_MS + 1,
            )
            assert attempt_id is not None
            await pacing.set_price(tx, attempt_id=attempt_id, micros=7500, currency="CAD")
        running = await api.admin("GET", f"/v1/messages/{sent['id']}")
        async with context.store.write() as tx:
            await outbox.accept(tx, part_id=part.part_id, reference=1, now_ms=NOON_MS)
        accepted = await api.admin("GET", f"/v1/messages/{sent['id']}")
        listed = await api.admin("GET", "/v1/messages")
    assert sent["cost"] is None
    assert running["cost"] is None
    assert accepted["cost"] == {"amount": "0.0075", "currency": "CAD"}
    assert listed["items"][0]["cost"] == accepted["cost"]
