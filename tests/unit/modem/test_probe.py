from __future__ import annotations

import os
import pty
from typing import TYPE_CHECKING

import pytest

from modem import probe
from modem.errors import PortLostError, PortUnavailableError
from modem.probe import Asked, ask_imei, ask_name, interview
from modem.virtual.dialect import said
from modem.virtual.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

IMEI = "490154203237518"


async def test_a_modem_that_answers_is_known_by_its_imei(bench: Bench) -> None:
    for _ in range(2):  # the port is free again
        assert await ask_imei(bench.device) == Asked(imei=IMEI)


async def test_its_name_can_be_asked_too(bench: Bench) -> None:
    assert await ask_name(bench.device) == Asked(
        imei=IMEI, manufacturer="gatewayd", model="Virtual Modem"
    )


@pytest.mark.parametrize(
    ("device", "failure"), [("/dev/ttyNOPE0", "missing"), ("/dev/null", "unsupported")]
)
async def test_what_cannot_be_opened_says_why(device: str, failure: str) -> None:
    asked = await ask_imei(device)
    assert asked.imei is None
    assert asked.failure is not None
    assert asked.failure.failure == failure


async def test_what_does_not_answer_is_no_modem(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.modem.hang(None)
    assert await ask_imei(bench.device) == Asked()
    monkeypatch.setattr(probe, "PROBE_SECONDS", 0.01)
    assert await ask_imei(bench.device) == Asked()


async def test_an_interview_tells_what_the_modem_is(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench("huawei")
    bench.fault(FaultKind.ERROR, match="+CPIN", code="CME 10")
    told = await interview(bench.device)
    assert (told.manufacturer, told.model, told.imei) == ("huawei", "E173", IMEI)
    assert told.sim.startswith("There is no SIM in the modem")
    assert (told.iccid, told.smsc) == ("8930272000000000017", "+15149876543")
    assert (told.stores, told.receives_into, told.store_size) == (("SM", "ME", "SR"), "ME", 100)
    assert told.announcements is not None
    assert "+CMGF" not in " ".join(bench.typed)  # it asks, and sets nothing


async def test_a_sim_that_is_silent_or_unclear_is_told_as_such(bench: Bench) -> None:
    bench.answer("+CPIN", said("+CPIN: "))
    assert (await interview(bench.device)).sim == "it does not say"
    bench.obeys("+CPIN")
    bench.fault(FaultKind.LOSE_ANSWER, match="+CPIN")
    assert (await interview(bench.device)).sim == "it does not answer"


async def test_what_cannot_be_interviewed_raises(bench: Bench) -> None:
    with pytest.raises(PortUnavailableError):
        await interview("/dev/ttyNOPE0")
    bench.modem.hang(None)
    with pytest.raises(PortLostError):
        await interview(bench.device)


@pytest.mark.machine_clock
async def test_a_terminal_without_a_modem_is_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PROBE_SECONDS", 0.05)
    assert not bench.recorder.log
    master, slave = pty.openpty()
    assert await ask_imei(os.ttyname(slave)) == Asked()
    os.close(slave)
    os.close(master)
