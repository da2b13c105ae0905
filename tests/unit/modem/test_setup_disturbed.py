"""A set-up in which answers are lost, the SIM is busy, or the modem restarts without a word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.virtual.dialect import OK, cme
from modem.virtual.faults import FaultKind
from modem.virtual.personality import GENERIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

    from modem.virtual.dialect import Outcome, Request

ICCID = "8930272000000000017"
IMEI = "490154203237518"


@pytest.mark.parametrize("verb", ["+CCID", "+CGSN"])
async def test_who_is_on_the_line_is_asked_again_in_silence(bench: Bench, verb: str) -> None:
    bench.fault(FaultKind.LOSE_ANSWER, match=verb, count=2)
    async with bench.session() as session:
        identity = session.setup.identity
    assert (identity.imei, identity.iccid) == (IMEI, ICCID)


async def test_a_busy_sim_is_asked_again_for_its_name(bench: Bench) -> None:
    asked = 0

    def busy_at_first(request: Request) -> Outcome:
        nonlocal asked
        asked += 1
        return cme(14) if asked == 1 else bench.modem.execute(request)

    bench.answer("+CCID", busy_at_first)
    async with bench.session() as session:
        assert session.setup.identity.iccid == ICCID


async def test_a_restart_on_the_way_begins_anew(bench: Bench) -> None:
    restarts = 0

    def restart_at_first(request: Request) -> Outcome:
        nonlocal restarts
        answer = bench.modem.execute(request)
        if request.form.value == "=" and restarts == 0:
            restarts += 1
            bench.modem.later(0, bench.modem.reboot)
        return answer

    bench.answer("+CNMI", restart_at_first)
    async with bench.session() as session:
        assert session.setup.armed == session.setup.announcement
    assert restarts == 1
    assert bench.modem.settings.announcements[1] == 1


async def test_a_modem_that_keeps_no_announcements_is_lived_with(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(replace(GENERIC, name="deaf"))
    bench.answer(
        "+CNMI", lambda request: OK if request.form.value == "=" else _as_it_is(bench, request)
    )
    async with bench.session() as session:
        assert session.setup.armed is not None
        assert session.setup.armed.mt == 0


def _as_it_is(bench: Bench, request: Request) -> Outcome:
    return bench.modem.execute(request)
