"""Which number a message goes from: the one its customer knows, and another only where allowed."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from config.schema import InboxSettings
from gatewayd.bus import Topic
from gatewayd.directory import LimitsView, ModemView
from gatewayd.failover import LOOK_SECONDS, STEADY_SECONDS, Failover, is_unable
from modem.events import NotSent, Unknown
from modem.state import State
from storage import outbox
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import LoopTime, Shop

AFTER = 900
MAIN = InboxSettings(name="main", failover_to=("spare",), failover_after=timedelta(seconds=AFTER))
NO_PROMPT = NotSent(code="no_prompt", detail="the modem did not ask for the message")
SILENCE = Unknown(code="no_answer", detail="nobody knows")
OTHER = "+15145550124"


class Watch:
    """The failover of a shop, and what it sees of the two modems."""

    def __init__(self, shop: "Shop", time: "LoopTime") -> None:
        self.shop = shop
        self.time = time
        self.seen = {
            name: ModemView(name=name, state="ready", since=_moment())
            for name in ("counter", "spare")
        }
        self.failover = Failover(
            settings=shop.settings,
            store=shop.store,
            bus=shop.bus,
            clock=shop.clock,
            views=lambda: list(self.seen.values()),
        )

    async def is_(self, name: str, **fields: Any) -> None:
        self.seen[name] = replace(self.seen[name], **fields)
        await self.failover.look()

    async def after(self, seconds: float) -> None:
        self.shop.clock.advance(seconds)
        await self.time.pass_by(seconds)
        await self.failover.look()


def _moment() -> Any:
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    return datetime(2026, 12, 1, 12, tzinfo=UTC)


async def configure(shop: "Shop", *, inboxes: tuple[InboxSettings, ...], together: bool) -> None:
    """Start again with this configuration."""
    counter, spare = shop.settings.modems
    spare = replace(spare, inbox="main" if together else "spare")
    shop.settings = replace(shop.settings, modems=(counter, spare), inboxes=inboxes)
    shop.counter = shop.side("counter", iccid=shop.counter.identity.iccid)
    shop.spare = shop.side("spare", iccid=shop.spare.identity.iccid, number="+15145550200")
    await shop.counter.ready()
    await shop.spare.ready()


@pytest.fixture
async def shop(shop: "Shop") -> "Shop":
    await configure(shop, inboxes=(MAIN,), together=False)
    return shop


@pytest.fixture
async def watch(shop: "Shop", loop_time: "LoopTime") -> Watch:
    return Watch(shop, loop_time)


async def test_nothing_goes_by_another_number_before_its_time(shop: "Shop", watch: Watch) -> None:
    message_id = await shop.enqueue()
    await watch.is_("counter", state="absent")
    await watch.after(AFTER - 1)
    assert await shop.spare.handler.next_submission() is None

    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        await watch.after(1)
        assert await hints.wait(0)
    await shop.spare.accept(3)
    message = await shop.message(message_id)
    assert (message.state, message.modem, message.from_number) == ("sent", "spare", "+15145550200")
    assert message.failover
    (attempt,) = await shop.attempts(message_id)
    assert attempt.modem == "spare"
    (told,) = await shop.rows("SELECT data FROM changes WHERE type = 'message.sending'")
    assert '"failover": true' in told.data
    assert '"modem": "spare"' in told.data


async def test_it_counts_from_when_the_message_was_due(shop: "Shop", watch: Watch) -> None:
    await watch.is_("counter", state="absent")
    await watch.after(AFTER)
    await shop.enqueue()
    await shop.enqueue(send_in=AFTER)
    await watch.after(AFTER - 1)
    assert await shop.spare.handler.next_submission() is None
    await watch.after(1)
    await shop.spare.accept(3)
    assert await shop.spare.handler.next_submission() is None  # due only now
    await watch.after(AFTER)
    await shop.spare.accept(4)


async def test_where_nothing_is_configured_it_waits(shop: "Shop", loop_time: "LoopTime") -> None:
    await configure(shop, inboxes=(), together=False)
    watch = Watch(shop, loop_time)
    message_id = await shop.enqueue()
    await watch.is_("counter", state="absent")
    await watch.after(10 * AFTER)
    assert await shop.spare.handler.next_submission() is None
    assert await shop.state(message_id) == "queued"


async def test_what_is_or_may_be_on_the_air_stays(
    shop: "Shop", watch: Watch, long_text: str
) -> None:
    begun = await shop.enqueue(long_text)
    await shop.counter.accept(1)
    in_doubt = await shop.enqueue(long_text, to=OTHER)
    await shop.counter.send(NO_PROMPT)  # the second part of the first waits for the prompt again
    await shop.counter.send(SILENCE)
    await watch.is_("counter", state="backoff")
    await shop.counter.handler.release()
    await watch.after(2 * AFTER)
    assert await shop.spare.handler.next_submission() is None
    assert await shop.state(begun) == "sending"
    assert await shop.state(in_doubt) == "unknown"


async def test_a_message_that_failed_before_it_was_sent_may_go(shop: "Shop", watch: Watch) -> None:
    await shop.enqueue()
    await shop.counter.send(NO_PROMPT)
    await watch.is_("counter", state="degraded")
    await watch.after(AFTER)
    assert await shop.spare.handler.next_submission() is not None


async def test_its_own_modem_takes_it_when_it_comes_back_first(shop: "Shop", watch: Watch) -> None:
    message_id = await shop.enqueue()
    await watch.is_("counter", muted=True)
    await watch.after(AFTER)
    await shop.counter.accept(1)
    assert not (await shop.message(message_id)).failover
    assert await shop.spare.handler.next_submission() is None


async def test_a_modem_that_comes_and_goes_has_been_unable_throughout(
    shop: "Shop", watch: Watch
) -> None:
    await shop.enqueue()
    await watch.is_("counter", state="absent")
    await watch.after(AFTER - STEADY_SECONDS)
    await watch.is_("counter", state="ready")
    await watch.after(STEADY_SECONDS - 1)
    await watch.is_("counter", state="absent")
    assert await lanes(shop, "main/standby") == []
    await watch.after(1)
    assert len(await lanes(shop, "main/standby")) == 1


async def test_a_modem_that_held_out_begins_anew(shop: "Shop", watch: Watch) -> None:
    await watch.is_("counter", state="absent")
    await watch.after(AFTER)
    await shop.enqueue()
    await watch.is_("counter", state="ready")
    await watch.after(STEADY_SECONDS)
    await watch.is_("counter", state="absent")
    await watch.after(AFTER - 1)
    assert await lanes(shop, "main/standby") == []
    await watch.after(1)
    assert len(await lanes(shop, "main/standby")) == 1


async def test_a_modem_that_is_able_now_keeps_its_work(shop: "Shop", watch: Watch) -> None:
    await watch.is_("counter", state="absent")
    await watch.after(AFTER)
    await watch.is_("counter", state="ready")
    await shop.enqueue()
    shop.clock.advance(AFTER)
    await watch.failover.look()
    assert await lanes(shop, "main/standby") == []


async def test_before_the_clock_is_set_nothing_is_late(shop: "Shop", watch: Watch) -> None:
    await shop.enqueue()
    await watch.is_("counter", state="absent")
    await watch.after(AFTER)
    await shop.spare.accept(1)
    await shop.enqueue()
    shop.clock.ms = 1000
    await watch.after(AFTER)
    assert await lanes(shop, "main/standby") == []


async def lanes(shop: "Shop", lane: str) -> list[Any]:
    return await shop.rows(
        "SELECT id FROM parts WHERE lane = :lane AND state = 'queued'", lane=lane
    )


@pytest.mark.parametrize(
    ("fields", "unable"),
    [
        ({}, False),
        ({"state": State.UNREGISTERED.value}, True),
        ({"muted": True}, True),
        ({"limits": LimitsView(waits_for="limit_month")}, True),
        ({"limits": LimitsView(waits_for="limit_interval")}, False),
        ({"limits": LimitsView(waits_for="clock_not_set")}, False),
    ],
)
def test_what_makes_a_modem_unable(fields: dict[str, Any], *, unable: bool) -> None:
    view = ModemView(name="counter", state="ready", since=_moment())
    assert is_unable(replace(view, **fields)) is unable


async def test_an_unforeseen_error_ends_one_look_only(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a store that does not answer."""
    looks: list[Exception] = [RuntimeError("planted"), StoreUnavailable(reason="disk full")]
    done = asyncio.Event()

    async def look() -> None:
        if looks:
            raise looks.pop(0)
        done.set()

    monkeypatch.setattr(watch.failover, "look", look)
    running = asyncio.ensure_future(watch.failover.run())
    while not done.is_set():
        await watch.time.pass_by(LOOK_SECONDS)
    running.cancel()
    assert looks == []


async def test_an_unforeseen_error_does_not_stop_a_start(
    team: "Shop", loop_time: "LoopTime", monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = await known_by_spare(team)

    async def planted(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(outbox, "take_up", planted)
    await Watch(team, loop_time).failover.take_up()
    await team.spare.accept(3)
    assert await team.state(message_id) == "sent"


async def test_where_nothing_is_shared_one_look_is_enough(
    shop: "Shop", loop_time: "LoopTime"
) -> None:
    await configure(shop, inboxes=(), together=False)
    running = asyncio.ensure_future(Watch(shop, loop_time).failover.run())
    while not running.done():
        await loop_time.pass_by(LOOK_SECONDS)


# Several modems of one inbox


@pytest.fixture
async def team(shop: "Shop") -> "Shop":
    """Both modems serve ``main``, which allows no other number."""
    await configure(shop, inboxes=(), together=True)
    return shop


async def known_by_spare(shop: "Shop") -> str:
    """A message to a customer who knows the spare modem's number."""
    await shop.enqueue()
    await shop.spare.accept(1)
    return await shop.enqueue()


async def test_the_same_customer_keeps_the_same_sim(team: "Shop", loop_time: "LoopTime") -> None:
    message_id = await known_by_spare(team)
    watch = Watch(team, loop_time)
    await watch.is_("spare", state="absent")
    await watch.after(10 * AFTER)
    assert await team.counter.handler.next_submission() is None
    await team.spare.accept(2)
    message = await team.message(message_id)
    assert (message.modem, message.failover) == ("spare", False)


async def test_what_waits_for_a_new_customer_follows_the_first(team: "Shop") -> None:
    first, second = await team.enqueue(), await team.enqueue()
    other = await team.enqueue(to=OTHER)
    submission = await team.spare.begin()
    assert (await team.part(second)).state == "claimed"  # by the same modem, ahead
    assert (await team.counter.next()).id == (await team.part(other)).id
    third = await team.enqueue()
    assert await team.counter.handler.next_submission() is None
    await team.spare.handler.settled(submission, SILENCE)
    assert await team.counter.handler.next_submission() is None
    await team.spare.accept(2)
    await team.spare.accept(3)
    modems = [(await team.message(each)).modem for each in (first, second, third)]
    assert modems == ["spare", "spare", "spare"]


async def test_after_a_kill_in_the_middle_the_others_still_follow(
    team: "Shop", reopened: "Callable[[], Awaitable[Shop]]", loop_time: "LoopTime"
) -> None:
    first = await team.enqueue()
    await team.spare.begin()
    second = await team.enqueue()
    again = await reopened()
    await again.store.shielded(lambda tx: outbox.recover(tx, now_ms=again.clock.ms))
    assert await again.state(first) == "unknown"
    await Watch(again, loop_time).failover.take_up()
    assert await again.counter.handler.next_submission() is None
    await again.spare.ready()
    await again.spare.accept(2)
    assert (await again.message(second)).failover is False


async def test_a_team_whose_inbox_allows_it_stands_in_for_each_other(
    shop: "Shop", loop_time: "LoopTime"
) -> None:
    await configure(shop, inboxes=(MAIN,), together=True)
    message_id = await known_by_spare(shop)
    watch = Watch(shop, loop_time)
    await watch.is_("spare", state="absent")
    await watch.after(AFTER - 1)
    assert await shop.counter.handler.next_submission() is None
    await watch.after(1)
    await shop.counter.accept(9)
    message = await shop.message(message_id)
    assert (message.modem, message.failover) == ("counter", True)
    # From now on this is the number that the customer knows.
    assert (await shop.message(await shop.enqueue())).from_number == "+15145550100"


async def test_a_sim_that_is_gone_for_good_leaves_its_customers_to_all(
    team: "Shop", loop_time: "LoopTime"
) -> None:
    message_id = await known_by_spare(team)
    watch = Watch(team, loop_time)
    await watch.failover.look()
    assert await team.counter.handler.next_submission() is None
    other = replace(team.spare.identity, iccid="8930272000000000033")
    team.spare.status = replace(team.spare.status, identity=other)
    await team.spare.ready()
    await watch.failover.look()
    await team.counter.accept(5)
    message = await team.message(message_id)
    assert (message.modem, message.failover) == ("counter", True)


async def test_another_configuration_strands_nothing(team: "Shop", loop_time: "LoopTime") -> None:
    message_id = await known_by_spare(team)
    await configure(team, inboxes=(), together=False)  # a restart later, spare serves another inbox
    watch = Watch(team, loop_time)
    await watch.failover.look()
    await team.counter.accept(5)
    assert (await team.message(message_id)).failover
