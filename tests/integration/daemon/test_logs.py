"""Logs hold neither texts nor numbers nor PDUs."""

import io
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import structlog

from config.schema import (
    LogFormat,
    LoggingSettings,
    LogLevel,
)
from gatewayd import logs
from modem.virtual.faults import Fault, FaultKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP = "+15145550100"
CUSTOMER = "+15145550123"


class TestLogs:
    async def test_neither_texts_nor_numbers_nor_pdus(
        self, world: "World", start: "Start", restored_logging: io.StringIO
    ) -> None:
        written = restored_logging
        out, in_ = "Zanzibar goes out", "Xylophone comes in"
        world.counter.faults.add(Fault(kind=FaultKind.SUBMIT_ERROR, code="CMS 42", count=1))
        world.counter.faults.add(Fault(kind=FaultKind.ACCEPT_THEN_ERROR, code="CMS 332", count=1))
        async with start(world) as gateway:
            for text in (out, out * 20):
                await gateway.until(await gateway.send(text), "delivered")
            world.network.text_in(to=SHOP, from_=CUSTOMER, text=in_)
            world.network.text_in(to=SHOP, from_=CUSTOMER, text=in_ * 20)
            world.network.deliver_pdu(to=SHOP, tpdu=b"\x04\x0b")
            world.counter.calls.ring(CUSTOMER)
            await gateway.event("message.received", times=3)
            await gateway.event("call.missed")
        log = written.getvalue()
        assert "submit_settled" in log
        assert "modem_state" in log
        secrets = ["Zanzibar", "Xylophone", CUSTOMER[1:], CUSTOMER[-7:], _swapped(CUSTOMER)]
        secrets += [entry.pdu[-20:] for entry in world.network.ledger.entries if entry.pdu]
        assert [secret for secret in secrets if secret.lower() in log.lower()] == []


@pytest.fixture
def restored_logging() -> Iterator[io.StringIO]:
    """All that the daemon logs, at its most talkative, into a text."""
    root = logging.getLogger()
    before, level, config = root.handlers, root.level, structlog.get_config()
    stream = io.StringIO()
    logs.configure(
        LoggingSettings(level=LogLevel.DEBUG, format=LogFormat.JSON, mask_numbers=True),
        stream=stream,
    )
    yield stream
    root.handlers = before
    root.setLevel(level)
    structlog.configure(**config)


def _swapped(number: str) -> str:
    """As semi-octets, the way a TPDU holds it (23.040 §9.1.2.3)."""
    digits = number[1:] + "F"
    return "".join(second + first for first, second in zip(digits[::2], digits[1::2], strict=True))
