"""From the journal to the receiver, over a real store and a real socket, at the test's time."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from config.build import from_mapping
from gatewayd.bus import Bus, Topic
from gatewayd.webhooks import courier as module
from gatewayd.webhooks.courier import Courier, secrets_of
from gatewayd.webhooks.post import Poster, new_secret
from gatewayd.webhooks.schedule import RETRY_SECONDS
from storage import changes, deliveries, webhooks
from storage.deliveries import DeliveryRow
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.webhooks import WebhookFormat, WebhookRow, WebhookState

T = TypeVar("T")
NOON_MS = 1_796_126_400_000
SETTINGS = from_mapping(
    {
        "gateway": {"country": "CA-QC"},
        "modems": [
            {"name": "counter", "device": "virtual:"},
            {"name": "spare", "device": "virtual:spare", "inbox": "branch"},
        ],
    },
    base=Path("/"),
)


class Clock:
    def __init__(self) -> None:
        self.ms = NOON_MS

    def now_ms(self) -> int:
        return self.ms


async def seen(look: Callable[[], Awaitable[T | None]]) -> T:
    """Look until there is something; each look is a read of the store, which takes its time."""
    while (found := await look()) is None:
        pass
    return found


class Bench:
    """A store with a webhook or two, and a courier that can be started and killed."""

    def __init__(self, store: Store, poster: Poster, url: str) -> None:
        self.store = store
        self.poster = poster
        self.url = url
        self.clock = Clock()
        self.bus = Bus()

    async def webhook(self, **wishes: Any) -> WebhookRow:
        wanted = {"url": self.url, "types": None, "inbox": None, "ordered": False} | wishes
        async with self.store.write() as tx:
            row = await webhooks.create(tx, **wanted, secret=new_secret(), now_ms=self.clock.ms)
        self.bus.publish(Topic.WEBHOOKS)
        return row

    async def happens(self, type_: str = "modem.state", modem: str = "counter") -> str:
        async with self.store.write() as tx:
            event_id = await changes.record(
                tx, type_, now_ms=self.clock.ms, subject=modem, data={"modem": modem}
            )
        self.bus.publish(Topic.JOURNAL)
        return event_id

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        courier = Courier(
            settings=SETTINGS,
            store=self.store,
            bus=self.bus,
            clock=self.clock,
            poster=self.poster,
        )
        task = asyncio.create_task(courier.run())
        try:
            yield
            assert not task.done(), task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def deliveries(self, webhook: WebhookRow) -> list[DeliveryRow]:
        """Oldest first."""
        async with self.store.read() as tx:
            page = await deliveries.list_of(tx, webhook.id, state=None, limit=200)
        return list(reversed(page.items))

    async def until(self, webhook: WebhookRow, *states: str) -> list[DeliveryRow]:
        """Wait until its deliveries are in these states, with a try behind them."""

        async def there() -> list[DeliveryRow] | None:
            found = await self.deliveries(webhook)
            return found if [row.state.value for row in found if row.tries] == [*states] else None

        return await seen(there)

    async def tried(self, webhook: WebhookRow, times: int) -> DeliveryRow:
        """Wait until its one delivery has been tried so often."""

        async def there() -> DeliveryRow | None:
            rows = await self.deliveries(webhook)
            return rows[0] if rows and rows[0].tries == times else None

        return await seen(there)

    async def state(self, webhook: WebhookRow) -> WebhookRow:
        async with self.store.read() as tx:
            row = await webhooks.get(tx, webhook.id)
        assert row is not None
        return row

    async def told(self, type_: str = "webhook.state") -> list[Any]:
        async with self.store.read() as tx:
            return [change.data["state"] for change in await changes.after(tx, None, 200, {type_})]


@pytest.fixture
async def bench(prepared: Path, receiver: Any, poster: Poster) -> AsyncIterator[Bench]:
    store = await Store.open(data_dir=prepared)
    yield Bench(store, poster, receiver.url)
    await store.close()


def failures(count: int, status: int = 500) -> list[web.Response]:
    return [web.Response(status=status) for _ in range(count)]


async def test_each_webhook_gets_what_it_wants_from_its_making_on(
    bench: Bench, receiver: Any
) -> None:
    await bench.happens()
    calls = await bench.webhook(types=("call.missed",))
    branch = await bench.webhook(inbox="branch")
    async with bench.running():
        await bench.happens()
        missed = await bench.happens("call.missed")
        there = await bench.happens(modem="spare")
        (call,) = await bench.until(calls, "delivered")
        (state,) = await bench.until(branch, "delivered")

    assert (call.event_id, state.event_id) == (missed, there)
    assert sorted(head["webhook-id"] for head, _ in receiver.got) == sorted([missed, there])
    body = json.loads(receiver.got[0][1])
    assert set(body) == {"id", "type", "created_at", "data"}


async def test_what_fails_is_tried_again_at_its_time_also_after_a_restart(
    bench: Bench, receiver: Any
) -> None:
    webhook = await bench.webhook()
    receiver.answers = failures(2, 503)
    async with bench.running():
        event = await bench.happens()
        (row,) = await bench.until(webhook, "pending")
    assert (row.tries, row.status) == (1, 503)
    assert row.due_at_ms - NOON_MS == pytest.approx(5000, rel=0.21)

    bench.clock.ms = row.due_at_ms
    async with bench.running():
        await bench.tried(webhook, 2)
    bench.clock.ms += 40_000
    async with bench.running():
        await bench.until(webhook, "delivered")
    assert [head["webhook-id"] for head, _ in receiver.got] == [event] * 3


async def test_without_order_what_fails_holds_nothing_up(bench: Bench, receiver: Any) -> None:
    webhook = await bench.webhook()
    receiver.answers = failures(1)
    async with bench.running():
        await bench.happens()
        await bench.until(webhook, "pending")
        await bench.happens()
        await bench.until(webhook, "pending", "delivered")


async def test_with_order_it_holds_up_what_comes_after_it(bench: Bench, receiver: Any) -> None:
    webhook = await bench.webhook(ordered=True)
    receiver.answers = failures(1)
    async with bench.running():
        first = await bench.happens()
        await bench.until(webhook, "pending")
        second = await bench.happens()

        async def both() -> bool | None:
            return len(await bench.deliveries(webhook)) == 2 or None

        await seen(both)
    assert len(receiver.got) == 1

    bench.clock.ms += 10_000
    async with bench.running():
        await bench.until(webhook, "delivered", "delivered")
    assert [head["webhook-id"] for head, _ in receiver.got] == [first, first, second]


async def test_a_hanging_receiver_holds_up_no_other_webhook(bench: Bench, receiver: Any) -> None:
    hangs = asyncio.Event()

    async def hang(_: web.Request) -> web.StreamResponse:
        hangs.set()
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answers = [hang]
    await bench.webhook(ordered=True)
    async with bench.running():
        await bench.happens()
        await hangs.wait()
        other = await bench.webhook()
        await bench.happens()
        await bench.until(other, "delivered")


async def test_gone_disables_it_and_says_so(bench: Bench, receiver: Any) -> None:
    webhook = await bench.webhook(ordered=True)
    receiver.answers = failures(1, 410)
    async with bench.running():
        await bench.happens()

        async def disabled() -> bool | None:
            return not (await bench.state(webhook)).active or None

        await seen(disabled)
        await bench.happens()
    state = await bench.state(webhook)

    assert (state.state, state.disabled_reason) == (
        WebhookState.DISABLED,
        "the receiver answered 410 Gone",
    )
    assert await bench.told() == ["disabled"]
    assert len(receiver.got) == 1


async def test_one_that_keeps_failing_is_reported_once_and_well_again(
    bench: Bench, receiver: Any
) -> None:
    webhook = await bench.webhook(types=("modem.state",))
    receiver.answers = failures(5)
    for tries in range(1, 7):
        async with bench.running():
            if tries == 1:
                await bench.happens()
            row = await bench.tried(webhook, tries)
        failing = (await bench.state(webhook)).failing_since_ms is not None
        assert failing == (4 <= tries <= 5)
        bench.clock.ms = row.due_at_ms
    assert await bench.told() == ["failing", "active"]


async def test_after_three_days_it_is_given_up_and_stays_listed(
    bench: Bench, receiver: Any
) -> None:
    webhook = await bench.webhook(types=("modem.state",))
    receiver.answers = failures(100)
    await bench.happens()
    for tries in range(1, len(RETRY_SECONDS) + 2):
        async with bench.running():
            row = await bench.tried(webhook, tries)
        bench.clock.ms = row.due_at_ms
    assert row.state.value == "failed"
    assert (await bench.state(webhook)).active
    assert (await bench.state(webhook)).failing_since_ms is not None


async def test_an_event_that_is_no_longer_kept_is_not_invented(bench: Bench, receiver: Any) -> None:
    webhook = await bench.webhook()
    receiver.answers = failures(1)
    async with bench.running():
        await bench.happens()
        await bench.until(webhook, "pending")
    bench.clock.ms += 3_600_000
    await bench.happens()
    async with bench.store.write() as tx:
        assert await changes.prune(tx, bench.clock.ms, now_ms=bench.clock.ms) == 1
    async with bench.running():
        first, _ = await bench.until(webhook, "failed", "delivered")
    assert first.error == "the event is no longer kept"


async def test_an_unforeseen_error_is_a_failed_try(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await bench.webhook()

    def planted(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "signed", planted)
    async with bench.running():
        await bench.happens()
        (row,) = await bench.until(webhook, "pending")
    assert row.error == "an unforeseen error; see the log"


async def test_while_the_store_takes_nothing_nothing_is_posted_again(
    bench: Bench, receiver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await bench.webhook()
    settle, asked = deliveries.settle, asyncio.Event()
    monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0.0)
    monkeypatch.setattr("gatewayd.insisting.STORE_RETRY_SECONDS", 0.0)

    async def full(*args: Any, **kwargs: Any) -> bool:
        if not asked.is_set():
            asked.set()
            raise StoreUnavailable(reason="database or disk is full")
        return await settle(*args, **kwargs)

    monkeypatch.setattr(deliveries, "settle", full)
    async with bench.running():
        await bench.happens()
        await bench.until(webhook, "delivered")
    assert asked.is_set()
    assert len(receiver.got) == 1


async def test_it_goes_on_when_the_store_has_been_away(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = await bench.webhook()
    list_all, away = webhooks.list_all, asyncio.Event()
    monkeypatch.setattr(module, "STORE_RETRY_SECONDS", 0.0)
    monkeypatch.setattr("gatewayd.insisting.STORE_RETRY_SECONDS", 0.0)

    async def gone(tx: AsyncConnection) -> list[WebhookRow]:
        if not away.is_set():
            away.set()
            raise StoreUnavailable(reason="unable to open database file")
        return await list_all(tx)

    monkeypatch.setattr(webhooks, "list_all", gone)
    async with bench.running():
        await away.wait()
        await bench.happens()
        await bench.until(webhook, "delivered")


async def test_one_that_was_away_for_longer_than_events_are_kept_gets_the_rest(
    bench: Bench, tmp_path: Path
) -> None:
    await bench.happens()
    webhook = await bench.webhook()
    with sqlite3.connect(tmp_path / "gatewayd.db") as raw:
        raw.execute("UPDATE webhooks SET cursor = 'evt_long_gone'")
    raw.close()
    async with bench.running():
        await bench.happens()
        await bench.until(webhook, "delivered", "delivered")


def test_for_a_while_after_a_rotation_two_secrets_sign() -> None:
    row = WebhookRow(
        id="whk_1",
        url="https://crm.example/",
        types=None,
        inbox=None,
        ordered=False,
        format=WebhookFormat.STANDARD,
        alias=None,
        state=WebhookState.ACTIVE,
        disabled_reason=None,
        secret="new",
        previous_secret="old",
        previous_until_ms=NOON_MS,
        cursor=None,
        failing_since_ms=None,
        created_at_ms=0,
    )
    assert secrets_of(row, NOON_MS - 1) == ["new", "old"]
    assert secrets_of(row, NOON_MS) == ["new"]


async def test_one_that_was_removed_ends_its_lane(bench: Bench, receiver: Any) -> None:
    webhook = await bench.webhook()
    async with bench.running():
        await bench.happens()
        await bench.until(webhook, "delivered")
        async with bench.store.write() as tx:
            assert await webhooks.remove(tx, webhook.id)
        bench.bus.publish(Topic.WEBHOOKS)
        other = await bench.webhook()
        await bench.happens()
        await bench.until(other, "delivered")
    assert len(receiver.got) == 2


async def test_that_a_rule_fired_is_told_to_its_own_webhook_and_to_who_wants_all(
    bench: Bench,
) -> None:
    own, other = await bench.webhook(types=()), await bench.webhook(types=())
    wants = await bench.webhook(types=("rule.fired",))
    async with bench.running():
        async with bench.store.write() as tx:
            await changes.record(
                tx,
                "rule.fired",
                now_ms=NOON_MS,
                subject="cnv_1",
                data={"rule": "tell", "webhook": own.id, "conversation_id": "cnv_1"},
            )
        bench.bus.publish(Topic.JOURNAL)
        await bench.until(own, "delivered")
        await bench.until(wants, "delivered")
    assert await bench.deliveries(other) == []
