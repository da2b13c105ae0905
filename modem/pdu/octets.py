"""Reading a TPDU octet by octet, and the swapped semi-octets its numbers are written in.

Owns the cursor that turns every short read into a PduError; knows no field's meaning.
"""

from modem.pdu.errors import PduError


class Reader:
    """A cursor over one TPDU; reading past the end raises PduError("truncated")."""

    __slots__ = ("_data", "_offset")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = 0

    @property
    def offset(self) -> int:
        """The position of the next octet."""
        return self._offset

    @property
    def remaining(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._offset

    def octet(self, field: str) -> int:
        """Take one octet of the field named."""
        return self.take(1, field)[0]

    def take(self, count: int, field: str) -> bytes:
        """Take exactly `count` octets of the field named."""
        if count > self.remaining:
            raise PduError(
                "truncated",
                f"{field} needs {count} octets, {self.remaining} are left",
                offset=self._offset,
            )
        taken = self._data[self._offset : self._offset + count]
        self._offset += count
        return taken

    def rest(self) -> bytes:
        """Take all that is left."""
        return self.take(self.remaining, "the rest")


def nibbles(data: bytes) -> list[int]:
    """Semi-octets in reading order: the low half of each octet comes first (23.040 §9.1.2.3)."""
    return [half for octet in data for half in (octet & 0x0F, octet >> 4)]


def swapped(tens_and_units: int) -> int:
    """One octet of two decimal digits, units in the high half; 0 to 99."""
    tens, units = divmod(tens_and_units, 10)
    return units << 4 | tens


def unswapped(octet: int) -> int | None:
    """Read the number that `swapped` wrote, or None where a half is no decimal digit."""
    tens, units = octet & 0x0F, octet >> 4
    return tens * 10 + units if tens <= 9 and units <= 9 else None  # noqa: PLR2004 - decimal digits
