# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""python-gsmmodem-new, unmodified, on our virtual modem."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

gsmmodem = pytest.importorskip("gsmmodem", reason="python-gsmmodem-new is not installed")
TO = "+15145550123"


@pytest.fixture
def connect() -> Iterator[Callable[..., Any]]:
    opened: list[Any] = []

    def open_modem(link: Path, **callbacks: Callable[[Any], None]) -> Any:
        modem = gsmmodem.GsmModem(str(link), 115200, **callbacks)
        modem.connect()
        opened.append(modem)
        return modem

    yield open_modem
    # Closed under it, its thread of a notification fails ten seconds later, in somebody's test.
    for thread in threading.enumerate():
        if "HandleModemNotification" in thread.name:
            thread.join(timeout=120)
    for modem in opened:
        modem.close()


@pytest.mark.parametrize("personality", ["generic", "huawei"])
def test_knows_its_modem(start_modem, connect, personality: str) -> None:
    modem = start_modem("--personality", personality)
    theirs = connect(modem.link)
    assert theirs.imei == "490154203237518"
    assert theirs.ownNumber == "+15145550100"
    assert theirs.networkName == "Virtuel QC"
    assert theirs.signalStrength == 21


@pytest.mark.parametrize("personality", ["generic", "huawei"])
def test_sends_and_gets_the_report(start_modem, connect, personality: str) -> None:
    modem = start_modem("--personality", personality)
    theirs = connect(modem.link)
    sent = theirs.sendSms(TO, "Votre commande est prête", waitForDeliveryReport=True)
    assert sent.status == sent.DELIVERED
    (accepted,) = modem.ledger("accepted")
    assert accepted["text"] == "Votre commande est prête"
    assert accepted["reference"] == sent.reference


def test_is_told_of_a_refusal(start_modem, connect) -> None:
    modem = start_modem()
    modem.order("recipient", number=TO, refuse=38)
    theirs = connect(modem.link)
    with pytest.raises(gsmmodem.exceptions.CmsError) as refusal:
        theirs.sendSms(TO, "no")
    assert refusal.value.code == 38


def test_receives(start_modem, connect) -> None:
    modem = start_modem()
    received: queue.Queue[tuple[str, str]] = queue.Queue()
    connect(modem.link, smsReceivedCallbackFunc=lambda sms: received.put((sms.number, sms.text)))
    modem.order("text_in", **{"from": "+15145550999", "text": "Allô, ça va?"})
    assert received.get(timeout=120) == ("+15145550999", "Allô, ça va?")
    assert modem.wait("deleted")
