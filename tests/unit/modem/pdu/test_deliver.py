from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modem.pdu import Address, DataCoding, Deliver, PduError, ServiceCentreTime, TypeOfNumber

# An SMS-DELIVER written out by hand after 23.040 §9.2.2.1: "hellohello".
CLASSIC = bytes.fromhex(
    "040b915141550521f3000062112241357 0000ae8329bfd4697d9ec37".replace(" ", "")
)


def test_the_classic_message() -> None:
    message = Deliver.from_bytes(CLASSIC)
    assert message.originator == Address(text="+15145550123", ton=TypeOfNumber.INTERNATIONAL)
    assert message.time.utc == datetime(2026, 11, 22, 14, 53, 7, tzinfo=UTC)
    assert message.text == "hellohello"
    assert message.coding == DataCoding(0)
    assert message.header is None
    assert not message.more_messages
    assert message.to_bytes() == CLASSIC


@pytest.mark.parametrize(
    ("flag", "first_octet"),
    [
        ("more_messages", 0x00),
        ("loop_prevention", 0x0C),
        ("status_report_indication", 0x24),
        ("reply_path", 0x84),
    ],
)
def test_each_flag_is_written_and_read(flag: str, first_octet: int) -> None:
    flagged = replace(Deliver.from_bytes(CLASSIC), **{flag: True})
    assert flagged.to_bytes()[0] == first_octet
    assert Deliver.from_bytes(flagged.to_bytes()) == flagged


def test_an_impossible_date_is_no_reason_to_lose_the_text() -> None:
    message = replace(Deliver.from_bytes(CLASSIC), time=ServiceCentreTime(b"\xff" * 7))
    back = Deliver.from_bytes(message.to_bytes())
    assert (back.text, back.time.utc) == ("hellohello", None)


def test_a_sender_with_a_name() -> None:
    message = replace(Deliver.from_bytes(CLASSIC), originator=Address.parse("VIDEOTRON"))
    assert Deliver.from_bytes(message.to_bytes()).originator.text == "VIDEOTRON"


@pytest.mark.parametrize("length", range(len(CLASSIC)))
def test_every_truncation_is_told(length: int) -> None:
    with pytest.raises(PduError) as caught:
        Deliver.from_bytes(CLASSIC[:length])
    assert caught.value.code == "truncated"


def test_what_a_sim_pads_a_record_with_is_ignored() -> None:
    assert Deliver.from_bytes(CLASSIC + b"\xff" * 100) == Deliver.from_bytes(CLASSIC)
