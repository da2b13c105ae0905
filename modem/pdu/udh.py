"""TP-User-Data-Header: the information elements before the text (23.040 §9.2.3.24).

Owns the elements and the meaning of those that matter here; keeps the others as they are.
"""

from dataclasses import dataclass
from enum import IntEnum

from modem.pdu.dcs import Lamp, MessageWaiting


class Identifier(IntEnum):
    """Information elements that this codec reads; all others are kept unread."""

    CONCATENATION_8 = 0x00
    SPECIAL_INDICATION = 0x01
    PORTS_8 = 0x04
    PORTS_16 = 0x05
    CONCATENATION_16 = 0x08
    SINGLE_SHIFT = 0x24
    LOCKING_SHIFT = 0x25


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One information element: its identifier and its octets, at most 255."""

    identifier: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Concatenation:
    """Part `number` of `total` (both 1 to 255) under a reference of 8 bits, or 16 if `wide`."""

    reference: int
    wide: bool
    total: int
    number: int

    def element(self) -> Element:
        """Write the information element that says so."""
        tail = bytes([self.total, self.number])
        if self.wide:
            reference = self.reference.to_bytes(2, "big")
            return Element(identifier=Identifier.CONCATENATION_16, data=reference + tail)
        return Element(identifier=Identifier.CONCATENATION_8, data=bytes([self.reference]) + tail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Application port addressing (§9.2.3.24.3 and .4)."""

    destination: int
    originator: int
    wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserDataHeader:
    """The header without its length octet.

    A header whose last element claims too many or too few octets is ignored as a whole
    (§9.2.3.24): it then has no elements, and its octets stand in `unread`.
    """

    elements: tuple[Element, ...] = ()
    unread: bytes = b""

    @classmethod
    def from_bytes(cls, raw: bytes) -> "UserDataHeader":
        """Read what follows the length octet; total."""
        elements: list[Element] = []
        offset = 0
        while offset < len(raw):
            end = offset + 2 + raw[offset + 1] if offset + 1 < len(raw) else len(raw) + 1
            if end > len(raw):
                return cls(unread=raw)
            elements.append(Element(identifier=raw[offset], data=raw[offset + 2 : end]))
            offset = end
        return cls(elements=tuple(elements))

    def to_bytes(self) -> bytes:
        """Write the octets after the length octet."""
        return (
            b"".join(bytes([e.identifier, len(e.data)]) + e.data for e in self.elements)
            + self.unread
        )

    @property
    def concatenation(self) -> Concatenation | None:
        """Which part this is. The last valid element counts; impossible numbers do not."""
        for element in reversed(self.elements):
            match element.identifier, element.data:
                case Identifier.CONCATENATION_8, bytes(data) if len(data) == 3:  # noqa: PLR2004 - §9.2.3.24.1
                    found = Concatenation(
                        reference=data[0], wide=False, total=data[1], number=data[2]
                    )
                case Identifier.CONCATENATION_16, bytes(data) if len(data) == 4:  # noqa: PLR2004 - §9.2.3.24.8
                    reference = int.from_bytes(data[:2], "big")
                    found = Concatenation(
                        reference=reference, wide=True, total=data[2], number=data[3]
                    )
                case _:
                    continue
            if 1 <= found.number <= found.total:
                return found
        return None

    @property
    def ports(self) -> Ports | None:
        """Application ports; where several elements disagree, the last counts."""
        for element in reversed(self.elements):
            match element.identifier, tuple(element.data):
                case Identifier.PORTS_8, (destination, originator):
                    return Ports(destination=destination, originator=originator, wide=False)
                case Identifier.PORTS_16, (d_high, d_low, o_high, o_low):
                    return Ports(
                        destination=d_high << 8 | d_low,
                        originator=o_high << 8 | o_low,
                        wide=True,
                    )
                case _:
                    continue
        return None

    @property
    def single_shift(self) -> int | None:
        """National language of the single shift table (23.038 §6.2.1.2.4), or None."""
        return self._language(Identifier.SINGLE_SHIFT)

    @property
    def locking_shift(self) -> int | None:
        """National language of the locking shift table, or None."""
        return self._language(Identifier.LOCKING_SHIFT)

    @property
    def message_waiting(self) -> tuple[MessageWaiting, ...]:
        """Lamps switched by special message indications (§9.2.3.24.2), one an element."""
        return tuple(
            MessageWaiting(
                lamp=Lamp(element.data[0] & 0x03),
                active=element.data[1] > 0,
                store=bool(element.data[0] & 0x80),
            )
            for element in self.elements
            if element.identifier == Identifier.SPECIAL_INDICATION and len(element.data) == 2  # noqa: PLR2004 - the type and the count
        )

    def _language(self, identifier: Identifier) -> int | None:
        for element in reversed(self.elements):
            if element.identifier == identifier and len(element.data) == 1:
                return element.data[0]
        return None
