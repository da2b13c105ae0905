"""A modem that announces, at each look, what is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.events import Accepted

if TYPE_CHECKING:
    from conftest import Bench

    from modem.virtual.dialect import Outcome, Request


async def test_it_leaves_time_to_send(bench: Bench) -> None:
    def cry(asked: Request) -> Outcome:
        bench.modem.later(0, lambda: bench.modem.say('+CMTI: "SM",3'))
        return bench.modem.execute(asked)

    async with bench.serving() as worker:
        await bench.until_idle()
        bench.answer("+CMGL", cry)
        bench.modem.say('+CMTI: "SM",3')
        outcome = await bench.send(worker, "hello")
        assert isinstance(outcome, Accepted)
        bench.text_in("heard all the same")
        await bench.recorder.until(lambda: bench.recorder.arrivals)
