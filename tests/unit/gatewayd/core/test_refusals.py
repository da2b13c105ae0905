"""A SIM whose messages the network refuses one after the other."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gatewayd.bus import Topic
from gatewayd.refusals import PAUSE_SECONDS
from modem.events import Accepted, NotSent, Refused, Unknown
from storage import modems
from storage.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import LoopTime, Outage, Shop

NO_CREDIT = Refused(
    code="cms_21", detail="often the SIM has no credit", permanent=False, modem_trouble=False
)
BARRED = Refused(code="cms_8", detail="barred for this SIM", permanent=True, modem_trouble=False)
NO_NUMBER = Refused(code="cms_1", detail="no such number", permanent=True, modem_trouble=False)
OUT_OF_ORDER = Refused(code="cms_27", detail="not there", permanent=False, modem_trouble=False)
SICK = Refused(code="cms_500", detail="unwell", permanent=False, modem_trouble=True)

pytestmark = pytest.mark.usefixtures("loop_time")


def to(place: int) -> str:
    return f"+151455501{place:02}"


async def fill(shop: "Shop", count: int = 9) -> list[str]:
    return [await shop.enqueue(to=to(place)) for place in range(count)]


async def refuse(shop: "Shop", outcome: Refused, times: int) -> None:
    for _ in range(times):
        await shop.counter.send(outcome)


async def states(shop: "Shop", ids: list[str]) -> list[str]:
    return [await shop.state(each) for each in ids]


async def incidents(shop: "Shop") -> list[tuple[str, str, str | None]]:
    rows = await shop.rows("SELECT code, detail, cure FROM incidents ORDER BY opened_at_ms")
    return [(row.code, row.detail, row.cure) for row in rows]


async def test_after_five_the_rest_waits_and_it_is_told(shop: "Shop") -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 5)

    assert await shop.counter.handler.next_submission() is None
    assert await states(shop, ids) == ["failed"] * 5 + ["queued"] * 4
    (incident,) = await incidents(shop)
    assert incident == (
        "sending_refused",
        "the network refused 5 messages in a row, the last one so: barred for this SIM",
        None,
    )
    pause = shop.counter.handler.refusals.view()
    assert pause is not None
    assert pause.detail == incident[1]
    assert (pause.next_try_at - pause.since).total_seconds() == PAUSE_SECONDS[0]
    assert (await shop.events("modem.incident")) == ["modem.incident"]


async def test_one_message_is_tried_after_the_pause_and_an_acceptance_ends_it(
    shop: "Shop", loop_time: "LoopTime"
) -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 5)
    with shop.bus.subscribe(Topic.OUTBOX) as hints:
        await loop_time.pass_by(PAUSE_SECONDS[0])
        assert await hints.wait(0)
    submission = await shop.counter.begin()
    assert await states(shop, ids[5:]) == ["sending", "queued", "queued", "queued"]
    await shop.counter.handler.settled(submission, Accepted(reference=1))

    assert shop.counter.handler.refusals.view() is None
    assert [incident[2] for incident in await incidents(shop)] == ["accepted"]
    await shop.counter.accept(2)
    await refuse(shop, BARRED, 2)
    assert await states(shop, ids[5:]) == ["sent", "sent", "failed", "failed"]
    assert shop.counter.handler.refusals.view() is None


async def test_what_is_tried_in_vain_waits_on_and_the_pause_grows(
    shop: "Shop", loop_time: "LoopTime"
) -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 5)
    for seconds in (*PAUSE_SECONDS[1:], PAUSE_SECONDS[-1]):
        await loop_time.pass_by(PAUSE_SECONDS[-1])
        shop.clock.advance(PAUSE_SECONDS[-1])
        submission = await shop.counter.begin()
        await shop.counter.handler.settled(submission, BARRED)
        pause = shop.counter.handler.refusals.view()
        assert pause is not None
        assert round(pause.next_try_at.timestamp() * 1000) == shop.clock.ms + seconds * 1000
        assert await shop.counter.handler.next_submission() is None
    assert await states(shop, ids) == ["failed"] * 5 + ["queued"] * 4
    assert {(await shop.part(each)).tries for each in ids[5:]} == {0}
    assert len(await incidents(shop)) == 1


async def test_a_number_that_does_not_exist_fails_at_once_in_a_pause_too(
    shop: "Shop", loop_time: "LoopTime"
) -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 5)
    await loop_time.pass_by(PAUSE_SECONDS[0])
    await shop.counter.send(NO_NUMBER)
    assert await shop.state(ids[5]) == "failed"
    assert await shop.counter.handler.next_submission() is None


async def test_an_acceptance_in_between_begins_the_row_anew(shop: "Shop") -> None:
    await fill(shop)
    await refuse(shop, BARRED, 4)
    await shop.counter.accept(1)
    await refuse(shop, BARRED, 4)
    assert shop.counter.handler.refusals.view() is None


async def test_a_message_counts_once_however_often_it_is_tried(shop: "Shop") -> None:
    await shop.enqueue()
    for _ in range(4):
        await refuse(shop, NO_CREDIT, 1)
        shop.clock.advance(3600)
    assert shop.counter.handler.refusals.view() is None


async def test_what_may_be_the_recipient_s_counts_once_for_each_recipient(shop: "Shop") -> None:
    for _ in range(6):
        await shop.enqueue()
    await refuse(shop, NO_NUMBER, 6)
    for _ in range(6):
        await shop.enqueue()
    await refuse(shop, OUT_OF_ORDER, 6)
    assert shop.counter.handler.refusals.view() is None
    await fill(shop, 4)
    await refuse(shop, NO_NUMBER, 4)
    assert shop.counter.handler.refusals.view() is not None


@pytest.mark.parametrize(
    "outcome",
    [SICK, NotSent(code="no_prompt", detail="none"), Unknown(code="no_answer", detail="none")],
)
async def test_the_modem_s_own_trouble_is_not_the_network_s_refusal(
    shop: "Shop", outcome: Any
) -> None:
    await fill(shop)
    for _ in range(9):
        await shop.counter.send(outcome)
    assert shop.counter.handler.refusals.view() is None


async def test_what_was_claimed_ahead_is_given_back(shop: "Shop") -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 4)
    submission = await shop.counter.begin()
    assert (await shop.part(ids[5])).state == "claimed"
    await shop.counter.handler.settled(submission, BARRED)
    assert await shop.counter.handler.next_submission() is None
    assert (await shop.part(ids[5])).state == "queued"


async def test_a_person_may_have_it_tried_now(shop: "Shop") -> None:
    await fill(shop)
    shop.counter.handler.refusals.resume()  # nothing to resume
    await refuse(shop, BARRED, 5)
    shop.counter.handler.refusals.resume()
    submission = await shop.counter.begin()
    await shop.counter.handler.settled(submission, BARRED)
    assert await shop.counter.handler.next_submission() is None


async def test_a_restart_tries_one_and_no_more(
    shop: "Shop", reopened: "Callable[[], Awaitable[Shop]]"
) -> None:
    ids = await fill(shop)
    await refuse(shop, BARRED, 5)
    assert await shop.counter.handler.next_submission() is None
    again = await reopened()
    pause = again.counter.handler.refusals.view()
    assert pause is not None
    submission = await again.counter.begin()
    await again.counter.handler.settled(submission, BARRED)
    assert await again.counter.handler.next_submission() is None
    assert await states(again, ids[5:]) == ["queued"] * 4
    assert len(await incidents(again)) == 1


async def test_what_a_run_before_knew_is_asked_for_until_the_store_answers(
    shop: "Shop",
    reopened: "Callable[[], Awaitable[Shop]]",
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await fill(shop)
    await refuse(shop, BARRED, 5)
    again = await reopened()
    side = again.side("counter", iccid=shop.counter.identity.iccid)

    async def no_answer(*_: Any) -> None:
        raise StoreUnavailable(reason="disk full")

    with monkeypatch.context() as outage:
        outage.setattr(modems, "open_incident_of", no_answer)
        await side.ready()
    assert side.handler.refusals.view() is None
    await side.ready()
    assert side.handler.refusals.view() is not None


async def test_another_sim_is_another_matter(shop: "Shop") -> None:
    await fill(shop)
    await refuse(shop, BARRED, 5)
    await shop.counter.ready()
    assert shop.counter.handler.refusals.view() is not None
    other = replace(shop.counter.identity, iccid="8930272000000000033")
    shop.counter.status = replace(shop.counter.status, identity=other)
    await shop.counter.ready()
    assert shop.counter.handler.refusals.view() is None
    assert [incident[2] for incident in await incidents(shop)] == ["another_sim"]


async def test_an_unforeseen_error_in_the_record_ends_nothing_else(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    async def planted(*_: Any, **__: Any) -> None:
        raise RuntimeError

    ids = await fill(shop)
    monkeypatch.setattr(modems, "open_incident", planted)
    await refuse(shop, BARRED, 5)
    assert await shop.counter.handler.next_submission() is None
    assert await states(shop, ids) == ["failed"] * 5 + ["queued"] * 4


async def test_a_pause_that_cannot_be_recorded_holds_all_the_same(
    shop: "Shop", outage: "Outage"
) -> None:
    await fill(shop)
    await refuse(shop, BARRED, 4)
    submission = await shop.counter.begin()
    part = shop.counter.handler.dispatch._part(submission.id)
    outage.begin()
    await shop.counter.handler.refusals.settled(part, BARRED)
    outage.over()
    assert await shop.counter.handler.next_submission() is None
    await shop.counter.handler.refusals.settled(part, Accepted(reference=1))
    assert await incidents(shop) == []
    assert shop.counter.handler.refusals.view() is None
