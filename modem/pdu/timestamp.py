"""TP-Service-Centre-Time-Stamp and the other seven-octet times (23.040 §9.2.3.11).

Owns the octets of a time. The raw octets are kept always: a network that writes an impossible
date has still sent a message.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from modem.pdu.errors import PduError
from modem.pdu.octets import swapped, unswapped

LENGTH = 7
_QUARTER_MINUTES = 15
_MAX_QUARTERS = 79
_SIGN = 0x08
# Two digits of a year: the field dates from 1990, so 90 to 99 are the last century's.
_FIRST_YEAR = 90


@dataclass(frozen=True, slots=True)
class ServiceCentreTime:
    """Seven octets: local date, local time, and the distance from UTC in quarters of an hour."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != LENGTH:
            raise PduError("bad_time", f"a time has {LENGTH} octets, not {len(self.raw)}")

    @classmethod
    def of(cls, moment: datetime) -> "ServiceCentreTime":
        """Write an aware moment, whole seconds, in its own zone; 1990 to 2089, else PduError."""
        offset = moment.utcoffset()
        if offset is None:
            raise PduError("bad_time", "a time needs its zone")
        quarters, odd_minutes = divmod(abs(offset), timedelta(minutes=_QUARTER_MINUTES))
        if odd_minutes or quarters > _MAX_QUARTERS:
            raise PduError("bad_time", "a zone is whole quarters of an hour, at most 79")
        if not 1900 + _FIRST_YEAR <= moment.year < 2000 + _FIRST_YEAR:
            raise PduError("bad_time", "two digits hold the years 1990 to 2089")
        zone = swapped(quarters) | (_SIGN if offset < timedelta() else 0)
        fields = (
            moment.year % 100,
            moment.month,
            moment.day,
            moment.hour,
            moment.minute,
            moment.second,
        )
        return cls(bytes(swapped(field) for field in fields) + bytes([zone]))

    @property
    def offset_minutes(self) -> int | None:
        """Minutes that local time is ahead of UTC; None where the zone is no number."""
        quarters = unswapped(self.raw[6] & ~_SIGN)
        if quarters is None:
            return None
        return quarters * (-_QUARTER_MINUTES if self.raw[6] & _SIGN else _QUARTER_MINUTES)

    @property
    def utc(self) -> datetime | None:
        """The moment, or None where date, time or zone is impossible (also: all zero)."""
        year, month, day, hour, minute, second = (unswapped(octet) for octet in self.raw[:6])
        offset = self.offset_minutes
        if (
            year is None
            or month is None
            or day is None
            or hour is None
            or minute is None
            or second is None
            or offset is None
        ):
            return None
        century = 1900 if year >= _FIRST_YEAR else 2000
        zone = timezone(timedelta(minutes=offset))
        try:
            local = datetime(century + year, month, day, hour, minute, second, tzinfo=zone)
        except ValueError:
            return None
        return local.astimezone(UTC)
