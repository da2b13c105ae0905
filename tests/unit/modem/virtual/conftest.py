from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.pdu import build_submits
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.personality import personality
from modem.virtual.scheduler import ManualScheduler

if TYPE_CHECKING:
    from collections.abc import Callable

CONTROL_Z = b"\x1a"


class Computer:
    """A program at the modem's line, on a clock that the test moves."""

    def __init__(self, modem: VirtualModem, clock: ManualScheduler) -> None:
        self.modem = modem
        self.network = modem.network
        self.ledger = modem.network.ledger
        self.clock = clock
        self.got = bytearray()
        modem.connect(self.got.extend)

    def take(self) -> str:
        text = self.got.decode("latin-1")
        self.got.clear()
        return text

    def types(self, line: str) -> list[str]:
        """Type a line; what came back, without empty lines."""
        self.got.clear()
        self.modem.receive(line.encode("latin-1") + b"\r")
        return self.lines()

    def lines(self) -> list[str]:
        return [line for line in self.take().replace("\r", "\n").split("\n") if line]

    def passes(self, seconds: float = 0.0) -> list[str]:
        self.got.clear()
        self.clock.advance(seconds)
        return self.lines()

    def sends(self, text: str, *, to: str = "+15145550123", report: bool = False) -> list[str]:
        """Submit a one-part text; what came after its body."""
        submit = build_submits(to=to, text=text, concat_reference=1, report=report, validity=None)[
            0
        ].to_bytes()
        prompt = self.types(f"AT+CMGS={len(submit)}")
        assert prompt == ["> "], prompt
        self.modem.receive(b"00" + submit.hex().encode() + CONTROL_Z)
        return self.lines()

    def dies_and_returns(self) -> None:
        self.modem.disconnect()
        self.got.clear()
        self.modem.connect(self.got.extend)


@pytest.fixture
def make_computer() -> Callable[..., Computer]:
    def make(name: str = "generic", **options: object) -> Computer:
        clock = ManualScheduler()
        network = VirtualNetwork(scheduler=clock)
        modem = VirtualModem(network, personality=personality(name), **options)  # type: ignore[arg-type]  # a test's shorthand
        return Computer(modem, clock)

    return make


@pytest.fixture
def computer(make_computer: Callable[..., Computer]) -> Computer:
    return make_computer()
