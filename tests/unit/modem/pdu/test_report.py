from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modem.pdu import Alphabet, Delivery, PduError, StatusReport, classify, explain

CLASSIC = bytes.fromhex("06 2a 0b915141550521f3 62112241357000 62112241457000 00")


def test_the_classic_report() -> None:
    report = StatusReport.from_bytes(CLASSIC)
    assert report.reference == 42
    assert report.recipient.text == "+15145550123"
    assert report.time.utc == datetime(2026, 11, 22, 14, 53, 7, tzinfo=UTC)
    assert report.discharge.utc == datetime(2026, 11, 22, 14, 54, 7, tzinfo=UTC)
    assert report.delivery is Delivery.DELIVERED
    assert report.content() is None
    assert report.to_bytes() == CLASSIC


@pytest.mark.parametrize(
    ("flag", "first_octet"),
    [
        ("more_messages", 0x02),
        ("loop_prevention", 0x0E),
        ("command_result", 0x26),
        ("has_header", 0x46),
    ],
)
def test_each_flag_is_written_and_read(flag: str, first_octet: int) -> None:
    flagged = replace(StatusReport.from_bytes(CLASSIC), **{flag: True})
    assert flagged.to_bytes()[0] == first_octet
    assert StatusReport.from_bytes(flagged.to_bytes()) == flagged


@pytest.mark.parametrize("length", range(len(CLASSIC)))
def test_every_truncation_is_told(length: int) -> None:
    with pytest.raises(PduError) as caught:
        StatusReport.from_bytes(CLASSIC[:length])
    assert caught.value.code == "truncated"


def test_a_zero_discharge_time_still_counts() -> None:
    report = StatusReport.from_bytes(CLASSIC[:-8] + bytes(7) + b"\x46")
    assert report.discharge.utc is None
    assert report.delivery is Delivery.UNDELIVERED


@pytest.mark.parametrize(
    ("parameters", "text", "alphabet"),
    [
        ("00", None, None),
        ("0100", None, None),
        ("0208", None, None),
        ("0401 41", "A", Alphabet.GSM7),
        ("0700080200e7", "ç", Alphabet.UCS2),
        ("87 81 00 00 08 02 00e7", "ç", Alphabet.UCS2),  # an indicator continued twice
    ],
)
def test_optional_parameters(parameters: str, text: str | None, alphabet: Alphabet | None) -> None:
    report = StatusReport.from_bytes(CLASSIC + bytes.fromhex(parameters))
    content = report.content()
    if alphabet is None:
        assert content is None
    else:
        assert content is not None
        assert (content.text, content.coding.alphabet) == (text, alphabet)
    assert report.to_bytes() == CLASSIC + bytes.fromhex(parameters)


def test_broken_parameters_cost_the_content_only() -> None:
    report = StatusReport.from_bytes(CLASSIC + b"\x07\x00")
    assert report.delivery is Delivery.DELIVERED
    with pytest.raises(PduError):
        report.content()


@pytest.mark.parametrize(
    ("first", "last", "delivery"),
    [
        (0x00, 0x00, Delivery.DELIVERED),
        (0x01, 0x01, Delivery.FORWARDED),
        (0x02, 0x02, Delivery.REPLACED),
        (0x03, 0x1F, Delivery.FORWARDED),
        (0x20, 0x3F, Delivery.TRYING),
        (0x40, 0x7F, Delivery.UNDELIVERED),
        (0x80, 0xFF, Delivery.UNDELIVERED),
    ],
)
def test_every_status_has_its_class(first: int, last: int, delivery: Delivery) -> None:
    assert {classify(status) for status in range(first, last + 1)} == {delivery}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0x00, "delivered to the phone"),
        (0x10, "a status of this network's own (0x10)"),
        (0x22, "the phone does not answer; the network keeps trying"),
        (0x46, "the validity period ran out; the network will not try again"),
        (0x62, "the phone does not answer; the network has given up"),
        (0x7F, "a status of this network's own (0x7F); the network has given up"),
        (0x80, "rejected with a reserved status (0x80)"),
    ],
)
def test_plain_words(status: int, words: str) -> None:
    assert explain(status) == words
