"""The validity that goes out never outlives the message's expiry."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gatewayd.validity import capped
from modem.pdu import EnhancedValidity, RelativeValidity, Submit, Validity, build_submits

NOW_MS = 1_796_126_400_000
(SUBMIT,) = build_submits(
    to="+15145550123", text="ça va €", concat_reference=0, report=True, validity=timedelta(days=2)
)


def left(tpdu: bytes, seconds: float) -> Validity | None:
    changed = Submit.from_bytes(
        capped(tpdu, expires_at_ms=NOW_MS + round(seconds * 1000), now_ms=NOW_MS)
    )
    assert replace(changed, validity=None) == replace(Submit.from_bytes(tpdu), validity=None)
    return changed.validity


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (2 * 86_400, timedelta(days=2)),
        (3 * 86_400, timedelta(days=2)),
        (2 * 86_400 - 1, timedelta(days=1)),
        (43_200 + 1799, timedelta(hours=12)),
        (43_200 + 1800, timedelta(hours=12, minutes=30)),
        (601, timedelta(minutes=10)),
        (1, timedelta(minutes=5)),
        (-1, timedelta(minutes=5)),
    ],
)
def test_ends_by_the_expiry(seconds: float, expected: timedelta) -> None:
    validity = left(SUBMIT.to_bytes(), seconds)
    assert isinstance(validity, RelativeValidity)
    assert validity.period == expected


@pytest.mark.parametrize("other", [None, EnhancedValidity(bytes([1, 255, 0, 0, 0, 0, 0]))])
def test_other_formats_become_relative(other: Validity | None) -> None:
    tpdu = replace(SUBMIT, validity=other).to_bytes()
    assert left(tpdu, 600) == RelativeValidity(1)


def test_without_expiry_nothing_is_touched() -> None:
    assert capped(b"anything", expires_at_ms=None, now_ms=NOW_MS) == b"anything"


def test_what_cannot_be_read_is_not_touched() -> None:
    assert capped(b"\x01", expires_at_ms=NOW_MS, now_ms=NOW_MS) == b"\x01"
