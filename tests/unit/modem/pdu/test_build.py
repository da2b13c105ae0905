from datetime import UTC, datetime, timedelta

import pytest

from modem.pdu import (
    Deliver,
    PduError,
    RelativeValidity,
    Submit,
    TypeOfNumber,
    build_delivers,
    build_submits,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_one_part() -> None:
    (only,) = build_submits(
        to="+15145550123",
        text="hellohello",
        concat_reference=7,
        report=True,
        validity=timedelta(days=2),
    )
    assert only.to_bytes().hex() == "31000b915141550521f30000a80ae8329bfd4697d9ec37"


def test_several_parts_have_all_in_common_but_their_text() -> None:
    parts = build_submits(
        to="12345", text="ж" * 100, concat_reference=255, report=False, validity=None
    )
    assert [part.text for part in parts] == ["ж" * 67, "ж" * 33]
    for part in parts:
        assert Submit.from_bytes(part.to_bytes()) == part
        assert part.destination.text == "12345"
        assert part.validity is None
        assert not part.status_report_request


def test_a_flash_message_with_a_wide_reference() -> None:
    parts = build_submits(
        to="+15145550123",
        text="a" * 305,
        concat_reference=0xABCD,
        report=True,
        validity=timedelta(hours=1),
        message_class=0,
        wide_reference=True,
    )
    assert len(parts) == 3
    assert all(part.coding.message_class == 0 for part in parts)
    assert all(part.validity == RelativeValidity(11) for part in parts)
    references = {
        part.header.concatenation.reference
        for part in parts
        if part.header and part.header.concatenation
    }
    assert references == {0xABCD}


def test_the_network_s_side() -> None:
    parts = build_delivers(originator="VIDEOTRON", text="ж" * 71, time=NOON, concat_reference=1)
    assert [Deliver.from_bytes(part.to_bytes()) for part in parts] == list(parts)
    assert {part.originator.ton for part in parts} == {TypeOfNumber.ALPHANUMERIC}
    assert {part.time.utc for part in parts} == {NOON}


@pytest.mark.parametrize(("to", "text"), [("+", "ok"), ("+15145550123", "\ud800")])
def test_bad_input_is_refused(to: str, text: str) -> None:
    with pytest.raises(PduError):
        build_submits(to=to, text=text, concat_reference=1, report=True, validity=None)
