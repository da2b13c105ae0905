"""TP-User-Data: header, fill bits and body, as every TPDU that carries text has them.

Owns the split between header and body (23.040 §9.2.3.16 and §9.2.3.24) and the reading of one
part's body. Knows nothing of other parts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from modem.pdu import gsm7, national
from modem.pdu.dcs import Alphabet, DataCoding
from modem.pdu.errors import PduError
from modem.pdu.octets import Reader
from modem.pdu.udh import UserDataHeader

MAX_OCTETS = 140
MAX_SEPTETS = 160
HAS_HEADER = 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class UserData:
    """What a TPDU carries.

    `user_data` is the octets after the header as on the wire (for GSM 7-bit still packed, its
    fill bits in front), `user_data_length` the TP-UDL: septets for GSM 7-bit, else octets, the
    header's counted in.
    """

    coding: DataCoding = DataCoding()  # noqa: RUF009 - frozen
    header: UserDataHeader | None = None
    user_data: bytes = b""
    user_data_length: int = 0

    @property
    def text(self) -> str | None:
        """The text of this part alone, without lone surrogates; None for data and compressed."""
        if not self.readable:
            return None
        if self.coding.alphabet is Alphabet.UCS2:
            return decode_ucs2(self.user_data)
        locking, single = self.tables
        return gsm7.decode(self.septets, locking=locking, single=single)

    @property
    def octets(self) -> bytes:
        """The body as octets: what a program sent as 8-bit data."""
        return self.user_data

    @property
    def readable(self) -> bool:
        """Whether the body is text that this codec can read."""
        return not self.coding.compressed and self.coding.alphabet is not Alphabet.DATA8

    @property
    def septets(self) -> bytes:
        """The body's septets, one an octet; only for the GSM 7-bit alphabet."""
        skipped = header_septets(self.header)
        fill_bits = 7 * skipped - 8 * header_octets(self.header)
        return gsm7.unpack(self.user_data, self.user_data_length - skipped, fill_bits=fill_bits)

    @property
    def tables(self) -> tuple[str, Mapping[int, str]]:
        """The locking and the single shift table that this part's header puts in force."""
        if self.header is None:
            return gsm7.ALPHABET, gsm7.EXTENSION
        return (
            national.locking_table(self.header.locking_shift),
            national.single_shift_table(self.header.single_shift),
        )

    def user_data_field(self) -> bytes:
        """TP-UDL and TP-UD."""
        return bytes([self.user_data_length]) + _header_field(self.header) + self.user_data


def decode_ucs2(octets: bytes) -> str:
    """UTF-16 big endian; what is no character (lone surrogate, odd octet) becomes U+FFFD."""
    return octets.decode("utf-16-be", errors="replace")


def of_septets(septets: bytes, *, coding: DataCoding, header: UserDataHeader | None) -> UserData:
    """User data of a GSM 7-bit body; PduError if it does not fit."""
    skipped = header_septets(header)
    fill_bits = 7 * skipped - 8 * header_octets(header)
    length = skipped + len(septets)
    if length > MAX_SEPTETS:
        raise PduError("user_data_too_long", f"{length} septets do not fit in {MAX_SEPTETS}")
    body = gsm7.pack(septets, fill_bits=fill_bits)
    return UserData(coding=coding, header=header, user_data=body, user_data_length=length)


def of_octets(octets: bytes, *, coding: DataCoding, header: UserDataHeader | None) -> UserData:
    """User data of a UCS-2, 8-bit or compressed body; PduError if it does not fit."""
    length = header_octets(header) + len(octets)
    if length > MAX_OCTETS:
        raise PduError("user_data_too_long", f"{length} octets do not fit in {MAX_OCTETS}")
    return UserData(coding=coding, header=header, user_data=octets, user_data_length=length)


def read_user_data(reader: Reader, *, coding: DataCoding, has_header: bool) -> UserData:
    """Take TP-UDL and TP-UD. What follows them (a SIM pads its records) is no part of the TPDU."""
    start = reader.offset
    length = reader.octet("the user data length")
    in_septets = coding.alphabet is Alphabet.GSM7 and not coding.compressed
    size = gsm7.octets_for(length) if in_septets else length
    if size > MAX_OCTETS:
        raise PduError("user_data_too_long", f"a length of {length} is impossible", offset=start)
    body = Reader(reader.take(size, "the user data"))
    header = None
    if has_header:
        raw = body.take(body.octet("the header length"), "the user data header")
        header = UserDataHeader.from_bytes(raw)
        if in_septets and header_septets(header) > length:
            raise PduError("bad_header", "the header is longer than the user data", offset=start)
    return UserData(coding=coding, header=header, user_data=body.rest(), user_data_length=length)


def header_octets(header: UserDataHeader | None) -> int:
    """How many octets the header takes with its length octet; 0 without one."""
    return len(_header_field(header))


def header_septets(header: UserDataHeader | None) -> int:
    """How many septets of the user data length stand for the header and its fill bits."""
    return (8 * header_octets(header) + 6) // 7


def _header_field(header: UserDataHeader | None) -> bytes:
    if header is None:
        return b""
    raw = header.to_bytes()
    return bytes([len(raw)]) + raw
