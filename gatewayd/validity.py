"""How long the network may try: never beyond the message's expiry, however long it waited here.

Pure. Knows TPDUs and times, neither rows nor modems.
"""

from dataclasses import replace
from datetime import timedelta

from modem.pdu import PduError, RelativeValidity, Submit

_PERIODS = tuple(RelativeValidity(raw) for raw in range(256))
"""Ascending: five minutes to 63 weeks (23.040 §9.2.3.12.1)."""


def capped(tpdu: bytes, *, expires_at_ms: int | None, now_ms: int) -> bytes:
    """Give the SUBMIT with a validity that ends by the expiry; five minutes are the least.

    Times are UTC milliseconds. What cannot be read is the network's to judge: given as it is.
    """
    if expires_at_ms is None:
        return tpdu
    try:
        submit = Submit.from_bytes(tpdu)
    except PduError:
        return tpdu
    left = timedelta(milliseconds=expires_at_ms - now_ms)
    if isinstance(submit.validity, RelativeValidity) and submit.validity.period <= left:
        return tpdu
    return replace(submit, validity=_longest_within(left)).to_bytes()


def _longest_within(left: timedelta) -> RelativeValidity:
    return max(
        (validity for validity in _PERIODS if validity.period <= left),
        key=lambda validity: validity.period,
        default=_PERIODS[0],
    )
