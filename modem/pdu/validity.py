"""TP-Validity-Period in its three formats (23.040 §9.2.3.12).

Owns the octets; the moment a period starts (the service centre's clock) is not known here.
"""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import assert_never

from modem.pdu.errors import PduError
from modem.pdu.octets import Reader, unswapped
from modem.pdu.timestamp import LENGTH, ServiceCentreTime

_FIVE_MINUTES = timedelta(minutes=5)
_HALF_HOUR = timedelta(minutes=30)
_HALF_DAY = timedelta(hours=12)
_DAY = timedelta(days=1)
_WEEK = timedelta(weeks=1)

# The last value of each of the relative format's four scales (§9.2.3.12.1).
_LAST_FIVE_MINUTES = 143
_LAST_HALF_HOURS = 167
_LAST_DAYS = 196
_LAST_WEEKS = 255

_FORMAT_MASK = 0x18
_ENHANCED_FORMAT, _RELATIVE_FORMAT, _ABSOLUTE_FORMAT = 0x08, 0x10, 0x18
_EXTENSION, _SINGLE_SHOT, _ENHANCED_KIND = 0x80, 0x40, 0x07


@dataclass(frozen=True, slots=True)
class RelativeValidity:
    """One octet, from five minutes to 63 weeks."""

    raw: int

    @classmethod
    def of(cls, period: timedelta) -> "RelativeValidity":
        """Choose the shortest period that is not shorter than asked; at most 63 weeks."""
        if period <= timedelta():
            raise PduError("bad_validity", "a validity period is longer than nothing")
        return cls(min(bisect_left(_periods(), period), _LAST_WEEKS))

    @property
    def period(self) -> timedelta:
        """How long, counted from the service centre's receipt."""
        if self.raw <= _LAST_FIVE_MINUTES:
            return (self.raw + 1) * _FIVE_MINUTES
        if self.raw <= _LAST_HALF_HOURS:
            return _HALF_DAY + (self.raw - _LAST_FIVE_MINUTES) * _HALF_HOUR
        if self.raw <= _LAST_DAYS:
            return (self.raw - 166) * _DAY
        return (self.raw - 192) * _WEEK


@cache
def _periods() -> tuple[timedelta, ...]:
    """Give the period of each value of the octet; they ascend."""
    return tuple(RelativeValidity(raw).period for raw in range(_LAST_WEEKS + 1))


@dataclass(frozen=True, slots=True)
class AbsoluteValidity:
    """A moment, written as a service-centre time."""

    time: ServiceCentreTime


@dataclass(frozen=True, slots=True)
class EnhancedValidity:
    """Seven octets: a functionality indicator and what it calls for (§9.2.3.12.3)."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != LENGTH:
            raise PduError(
                "bad_validity", f"an enhanced validity has {LENGTH} octets, not {len(self.raw)}"
            )

    @property
    def single_shot(self) -> bool:
        """Whether the service centre tries once only."""
        return bool(self.raw[0] & _SINGLE_SHOT)

    @property
    def period(self) -> timedelta | None:
        """How long; None where none is given, or in a form that is reserved or no number."""
        if self.raw[0] & _EXTENSION:
            return None
        match self.raw[0] & _ENHANCED_KIND:
            case 0b001:
                return RelativeValidity(self.raw[1]).period
            case 0b010 if self.raw[1]:
                return timedelta(seconds=self.raw[1])
            case 0b011:
                hours, minutes, seconds = (unswapped(octet) for octet in self.raw[1:4])
                if hours is None or minutes is None or seconds is None:
                    return None
                return timedelta(hours=hours, minutes=minutes, seconds=seconds)
            case _:
                return None


Validity = RelativeValidity | AbsoluteValidity | EnhancedValidity


def read_validity(reader: Reader, flags: int) -> Validity | None:
    """Take the validity in the format that the first octet's flags declare; None for none."""
    declared = flags & _FORMAT_MASK
    if declared == _RELATIVE_FORMAT:
        return RelativeValidity(reader.octet("the validity"))
    if declared == _ABSOLUTE_FORMAT:
        return AbsoluteValidity(ServiceCentreTime(reader.take(LENGTH, "the validity")))
    if declared == _ENHANCED_FORMAT:
        return EnhancedValidity(reader.take(LENGTH, "the validity"))
    return None


def write_validity(validity: Validity | None) -> tuple[int, bytes]:
    """Write the flags of the first octet, and the field."""
    match validity:
        case None:
            return 0, b""
        case RelativeValidity(raw):
            return _RELATIVE_FORMAT, bytes([raw])
        case AbsoluteValidity(time):
            return _ABSOLUTE_FORMAT, time.raw
        case EnhancedValidity(raw):
            return _ENHANCED_FORMAT, raw
        case _:
            assert_never(validity)
