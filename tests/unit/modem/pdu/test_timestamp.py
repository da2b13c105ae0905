from datetime import UTC, datetime, timedelta, timezone

import pytest

from modem.pdu import PduError, ServiceCentreTime


def zone(minutes: int) -> timezone:
    return timezone(timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("moment", "raw"),
    [
        (datetime(2026, 11, 22, 14, 53, 7, tzinfo=UTC), "62112241357000"),
        (datetime(2026, 11, 22, 14, 53, 7, tzinfo=zone(-300)), "6211224135700a"),
        (datetime(2026, 7, 1, 0, 0, 0, tzinfo=zone(345)), "62701000000032"),
        (datetime(1999, 12, 31, 23, 59, 59, tzinfo=zone(-79 * 15)), "9921133295959f"),
        (datetime(2089, 12, 31, 23, 59, 59, tzinfo=zone(79 * 15)), "98211332959597"),
    ],
)
def test_a_moment_is_written_in_its_zone_and_read_as_utc(moment: datetime, raw: str) -> None:
    time = ServiceCentreTime.of(moment)
    assert time.raw == bytes.fromhex(raw)
    assert time.utc == moment
    offset = moment.utcoffset()
    assert offset is not None
    assert time.offset_minutes == offset // timedelta(minutes=1)


@pytest.mark.parametrize(
    "raw",
    [
        "00000000000000",  # many networks' discharge time
        "62312200000000",  # month 13
        "62200300000000",  # 30 February
        "62112242000000",  # hour 24
        "62112200060000",  # minute 60
        "62112200000600",  # second 60
        "f2112200000000",  # halves that are no digits, in each field
        "62f12200000000",
        "6211f200000000",
        "621122f2000000",
        "62112200f20000",
        "6211220000f200",
        "621122000000f2",
        "ffffffffffffff",
    ],
)
def test_an_impossible_time_is_kept_raw(raw: str) -> None:
    time = ServiceCentreTime(bytes.fromhex(raw))
    assert time.utc is None
    assert time.raw.hex() == raw


def test_a_zone_that_is_no_number() -> None:
    assert ServiceCentreTime(bytes.fromhex("621122000000f0")).offset_minutes is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 1, 1),  # noqa: DTZ001 - the very mistake
        datetime(2026, 1, 1, tzinfo=zone(7)),
        datetime(2026, 1, 1, tzinfo=zone(80 * 15)),
        datetime(1989, 12, 31, tzinfo=UTC),
        datetime(2090, 1, 1, tzinfo=UTC),
    ],
)
def test_a_moment_that_cannot_be_written(moment: datetime) -> None:
    with pytest.raises(PduError) as caught:
        ServiceCentreTime.of(moment)
    assert caught.value.code == "bad_time"


def test_seven_octets_only() -> None:
    with pytest.raises(PduError) as caught:
        ServiceCentreTime(b"\0" * 6)
    assert caught.value.code == "bad_time"
