from datetime import timedelta

import pytest

from modem.pdu import EnhancedValidity, PduError, RelativeValidity


@pytest.mark.parametrize(
    ("raw", "period"),
    [
        (0, timedelta(minutes=5)),
        (143, timedelta(hours=12)),
        (144, timedelta(hours=12, minutes=30)),
        (167, timedelta(hours=24)),
        (168, timedelta(days=2)),
        (196, timedelta(days=30)),
        (197, timedelta(weeks=5)),
        (255, timedelta(weeks=63)),
    ],
)
def test_the_relative_scales(raw: int, period: timedelta) -> None:
    assert RelativeValidity(raw).period == period
    assert RelativeValidity.of(period) == RelativeValidity(raw)


def test_the_relative_scale_only_rises() -> None:
    periods = [RelativeValidity(raw).period for raw in range(256)]
    assert periods == sorted(set(periods))


@pytest.mark.parametrize(
    ("asked", "raw"),
    [
        (timedelta(seconds=1), 0),
        (timedelta(minutes=6), 1),
        (timedelta(days=1, seconds=1), 168),
        (timedelta(days=31), 197),
        (timedelta(weeks=62, microseconds=1), 255),
        (timedelta(days=3650), 255),
    ],
)
def test_never_shorter_than_asked_where_it_can_be(asked: timedelta, raw: int) -> None:
    assert RelativeValidity.of(asked) == RelativeValidity(raw)


@pytest.mark.parametrize("asked", [timedelta(), timedelta(seconds=-1)])
def test_no_time_is_no_validity(asked: timedelta) -> None:
    with pytest.raises(PduError) as caught:
        RelativeValidity.of(asked)
    assert caught.value.code == "bad_validity"


@pytest.mark.parametrize(
    ("raw", "period", "single_shot"),
    [
        ("00000000000000", None, False),
        ("40000000000000", None, True),
        ("01a80000000000", timedelta(days=2), False),
        ("423c0000000000", timedelta(minutes=1), True),
        ("02000000000000", None, False),  # zero seconds are reserved
        ("03211032000000", timedelta(hours=12, minutes=1, seconds=23), False),
        ("03f11032000000", None, False),
        ("0321f032000000", None, False),
        ("032110f2000000", None, False),
        ("04010000000000", None, False),  # reserved
        ("81a80000000000", None, False),  # extended by octets nobody has defined
    ],
)
def test_the_enhanced_format(raw: str, period: timedelta | None, single_shot: bool) -> None:
    validity = EnhancedValidity(bytes.fromhex(raw))
    assert validity.period == period
    assert validity.single_shot is single_shot


def test_the_enhanced_format_has_seven_octets() -> None:
    with pytest.raises(PduError) as caught:
        EnhancedValidity(b"\x01")
    assert caught.value.code == "bad_validity"
