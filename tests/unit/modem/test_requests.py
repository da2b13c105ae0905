"""The queue of what people ask by hand: each is answered, whatever happens to the modem."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

import pytest

from modem.errors import PortLostError
from modem.requests import MAX_WAITING, WENT_AWAY, NotDone, Requests, WhyNot

if TYPE_CHECKING:
    from modem.session import Session

SESSION = cast("Session", object())  # handed on, never looked at


@pytest.fixture
def requests() -> Requests:
    queue = Requests(asyncio.Event())
    queue.open()
    return queue


async def name(_: Session) -> str:
    return "done"


async def asked(requests: Requests, count: int = 1) -> list[asyncio.Task[str | NotDone]]:
    """Ask so often; gives who waits, each in the queue."""
    tasks = [asyncio.create_task(requests.ask(name)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def test_nothing_waits(requests: Requests) -> None:
    assert not await requests.take_up(SESSION)


async def test_one_is_done_and_wakes_the_worker() -> None:
    wake = asyncio.Event()
    requests = Requests(wake)
    requests.open()
    (waiting,) = await asked(requests)
    assert wake.is_set()
    assert await requests.take_up(SESSION)
    assert await waiting == "done"


async def test_nobody_serves_the_modem(requests: Requests) -> None:
    requests.close("gone")
    done = await requests.ask(name)
    assert isinstance(done, NotDone)
    assert done.why is WhyNot.NOT_SERVED
    requests.leave(name)
    requests.open()
    assert not await requests.take_up(SESSION)


async def test_who_waits_and_who_is_served_are_told_of_the_end(requests: Requests) -> None:
    never = asyncio.Event()

    async def long(_: Session) -> str:
        await never.wait()
        return "never"

    served = asyncio.create_task(requests.ask(long))
    await asyncio.sleep(0)
    worker = asyncio.create_task(requests.take_up(SESSION))
    (waiting,) = await asked(requests)
    requests.close("unplugged")
    lost = NotDone(why=WhyNot.LOST, detail="unplugged")
    assert (await served, await waiting) == (lost, lost)
    never.set()
    assert await worker  # its late result harms nobody


async def test_a_lost_port_and_a_cancellation_are_told_and_passed_on(requests: Requests) -> None:
    async def lose(_: Session) -> str:
        raise PortLostError(device="x", detail="hung up")

    async def cancel(_: Session) -> str:
        raise asyncio.CancelledError

    for work, error, detail in (
        (lose, PortLostError, WENT_AWAY),
        (cancel, asyncio.CancelledError, "the gateway is stopping"),
    ):
        waiting = asyncio.create_task(requests.ask(work))
        await asyncio.sleep(0)
        with pytest.raises(error):
            await requests.take_up(SESSION)
        assert await waiting == NotDone(why=WhyNot.LOST, detail=detail)


async def test_an_unforeseen_error_ends_its_request_and_nothing_else(requests: Requests) -> None:
    async def fail(_: Session) -> str:
        raise ZeroDivisionError

    waiting = asyncio.create_task(requests.ask(fail))
    (other,) = await asked(requests)
    assert await requests.take_up(SESSION)
    assert await requests.take_up(SESSION)
    with pytest.raises(ZeroDivisionError):
        await waiting
    assert await other == "done"


async def test_who_stops_waiting_takes_it_back(requests: Requests) -> None:
    (waiting,) = await asked(requests)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not await requests.take_up(SESSION)
    late = await requests.ask(name, patience_seconds=0)
    assert isinstance(late, NotDone)
    assert late.why is WhyNot.BUSY
    assert not await requests.take_up(SESSION)


async def test_the_queue_is_bounded(requests: Requests) -> None:
    waiting = await asked(requests, MAX_WAITING)
    refused = await requests.ask(name)
    assert isinstance(refused, NotDone)
    assert refused.why is WhyNot.BUSY
    requests.close("the end")
    assert {isinstance(each, NotDone) for each in await asyncio.gather(*waiting)} == {True}
