from __future__ import annotations

import os
import pty
from typing import TYPE_CHECKING

import pytest

from modem import probe
from modem.probe import Asked, ask_imei

if TYPE_CHECKING:
    from conftest import Bench

IMEI = "490154203237518"


async def test_a_modem_that_answers_is_known_by_its_imei(bench: Bench) -> None:
    for _ in range(2):  # the port is free again
        assert await ask_imei(bench.device) == Asked(imei=IMEI)


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


async def test_a_terminal_without_a_modem_is_given_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PROBE_SECONDS", 0.05)
    assert not bench.recorder.log
    master, slave = pty.openpty()
    assert await ask_imei(os.ttyname(slave)) == Asked()
    os.close(slave)
    os.close(master)
