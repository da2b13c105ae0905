"""Signal strength: the modem's steps into dBm (27.007 §8.5)."""

from typing import Final

_GSM_STEPS: Final = 31
_TD_SCDMA_FIRST: Final = 100
_TD_SCDMA_LAST: Final = 191


def dbm_of(rssi: int) -> int | None:
    """Give dBm for +CSQ's ``rssi``: 0-31, or 100-191 as LTE modules extend it; else ``None``."""
    if 0 <= rssi <= _GSM_STEPS:
        return -113 + 2 * rssi
    if _TD_SCDMA_FIRST <= rssi <= _TD_SCDMA_LAST:
        return -116 + (rssi - _TD_SCDMA_FIRST)
    return None
