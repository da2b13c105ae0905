from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modem.pdu import (
    AbsoluteValidity,
    Address,
    EnhancedValidity,
    PduError,
    RelativeValidity,
    ServiceCentreTime,
    Submit,
    Validity,
)

# An SMS-SUBMIT written out by hand after 23.040 §9.2.2.2: "hellohello", valid for two days.
CLASSIC = bytes.fromhex("31000b915141550521f30000a80ae8329bfd4697d9ec37")


def test_the_classic_message() -> None:
    message = Submit.from_bytes(CLASSIC)
    assert message.destination.text == "+15145550123"
    assert message.validity == RelativeValidity(0xA8)
    assert message.status_report_request
    assert message.text == "hellohello"
    assert message.to_bytes() == CLASSIC


@pytest.mark.parametrize(
    ("flag", "first_octet"),
    [("reject_duplicates", 0x35), ("reply_path", 0xB1), ("status_report_request", 0x31)],
)
def test_each_flag_is_written_and_read(flag: str, first_octet: int) -> None:
    flagged = replace(Submit.from_bytes(CLASSIC), **{flag: True})
    assert flagged.to_bytes()[0] == first_octet
    assert Submit.from_bytes(flagged.to_bytes()) == flagged


@pytest.mark.parametrize(
    ("validity", "format_bits"),
    [
        (None, 0x00),
        (RelativeValidity(7), 0x10),
        (AbsoluteValidity(ServiceCentreTime.of(datetime(2026, 1, 1, tzinfo=UTC))), 0x18),
        (EnhancedValidity(b"\x01\x07\0\0\0\0\0"), 0x08),
    ],
)
def test_every_validity_format(validity: Validity | None, format_bits: int) -> None:
    message = replace(Submit.from_bytes(CLASSIC), validity=validity, reference=255)
    assert message.to_bytes()[0] & 0x18 == format_bits
    assert Submit.from_bytes(message.to_bytes()) == message


def test_a_short_code() -> None:
    message = replace(Submit.from_bytes(CLASSIC), destination=Address.parse("12345"))
    assert Submit.from_bytes(message.to_bytes()).destination.text == "12345"


@pytest.mark.parametrize("length", range(len(CLASSIC)))
def test_every_truncation_is_told(length: int) -> None:
    with pytest.raises(PduError) as caught:
        Submit.from_bytes(CLASSIC[:length])
    assert caught.value.code == "truncated"
