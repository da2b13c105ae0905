import pytest

from modem.at.signal import dbm_of


@pytest.mark.parametrize(
    ("rssi", "dbm"),
    [(0, -113), (31, -51), (32, None), (99, None), (100, -116), (191, -25), (199, None)],
)
def test_dbm(rssi: int, dbm: int | None) -> None:
    assert dbm_of(rssi) == dbm
