"""A PDU of the same shape that names nobody: digits become 0, letters x, data zeros.

Owns what of a PDU may be shown: its kind, flags, coding, times, reference, status and the parts'
numbering. What cannot be decoded and written again octet by octet is not masked but refused.
"""

from collections.abc import Mapping
from dataclasses import replace

from modem.pdu import (
    AbsoluteValidity,
    Address,
    Alphabet,
    Deliver,
    Element,
    EnhancedValidity,
    Frame,
    Identifier,
    PduError,
    ServiceCentreTime,
    StatusReport,
    Submit,
    TypeOfNumber,
    UserData,
    UserDataHeader,
    Validity,
    decode_incoming,
    gsm7,
)
from modem.pdu.timestamp import LENGTH
from modem.pdu.userdata import header_octets, header_septets

_SHOWN_ELEMENTS: Mapping[int, int] = {
    Identifier.CONCATENATION_8: 3,
    Identifier.CONCATENATION_16: 4,
    Identifier.PORTS_8: 2,
    Identifier.PORTS_16: 4,
    Identifier.SPECIAL_INDICATION: 2,
    Identifier.SINGLE_SHIFT: 1,
    Identifier.LOCKING_SHIFT: 1,
}
"""How long each is: one of another length may hold anything."""

_LETTER = ord("x")


def masked_pdu(raw: bytes, *, tpdu_length: int) -> bytes | None:
    """Mask service centre and TPDU; None for what is not, octet by octet, a TPDU of this length."""
    try:
        frame = Frame.from_bytes(raw)
        if len(frame.tpdu) != tpdu_length:
            return None
        found = decode_incoming(raw)
        if Frame(smsc=found.smsc, tpdu=found.tpdu.to_bytes()).to_bytes() != raw:
            return None
        smsc = None if found.smsc is None else _address(found.smsc)
        masked = Frame(smsc=smsc, tpdu=_tpdu(found.tpdu)).to_bytes()
    except PduError:
        return None
    return masked if len(masked) == len(raw) else None


def _tpdu(tpdu: Deliver | Submit | StatusReport) -> bytes:
    match tpdu:
        case Deliver():
            return replace(
                tpdu,
                originator=_address(tpdu.originator),
                time=_time(tpdu.time),
                header=_header(tpdu.header),
                user_data=_body(tpdu),
            ).to_bytes()
        case Submit():
            return replace(
                tpdu,
                destination=_address(tpdu.destination),
                validity=_validity(tpdu.validity),
                header=_header(tpdu.header),
                user_data=_body(tpdu),
            ).to_bytes()
        case StatusReport():
            return replace(
                tpdu,
                recipient=_address(tpdu.recipient),
                time=_time(tpdu.time),
                discharge=_time(tpdu.discharge),
                parameters=bytes(len(tpdu.parameters)),  # may hold a text of the service centre's
            ).to_bytes()


def _address(address: Address) -> Address:
    if address.ton is TypeOfNumber.ALPHANUMERIC:
        return replace(address, text="x" * len(gsm7.encode(address.text)))
    plus = "+" * address.text.startswith("+")
    return replace(address, text=plus + "0" * (len(address.text) - len(plus)))


def _time(time: ServiceCentreTime) -> ServiceCentreTime:
    """A time is shown; seven octets that are none may be anything."""
    return time if time.utc is not None else ServiceCentreTime(bytes(LENGTH))


def _validity(validity: Validity | None) -> Validity | None:
    match validity:
        case AbsoluteValidity(time=time):
            return replace(validity, time=_time(time))
        case EnhancedValidity():
            raise PduError("bad_validity", "its octets may be anything")
        case _:
            return validity


def _header(header: UserDataHeader | None) -> UserDataHeader | None:
    if header is None:
        return None
    elements = tuple(map(_element, header.elements))
    return UserDataHeader(elements=elements, unread=bytes(len(header.unread)))


def _element(element: Element) -> Element:
    if _SHOWN_ELEMENTS.get(element.identifier) == len(element.data):
        return element
    return replace(element, data=bytes(len(element.data)))  # a reply address, a name …


def _body(content: UserData) -> bytes:
    size = len(content.user_data)
    if content.coding.compressed or content.coding.alphabet is Alphabet.DATA8:
        return bytes(size)
    if content.coding.alphabet is Alphabet.UCS2:
        return bytes([0, _LETTER]) * (size // 2) + bytes(size % 2)
    skipped = header_septets(content.header)
    fill_bits = 7 * skipped - 8 * header_octets(content.header)
    letters = bytes([_LETTER]) * (content.user_data_length - skipped)
    return gsm7.pack(letters, fill_bits=fill_bits)
