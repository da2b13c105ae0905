"""The GSM 7-bit default alphabet (23.038 §6.2.1) and the packing of septets (§6.1.2.1).

Owns characters to septets and septets to octets. Knows neither headers nor addresses: whoever
packs after a header says how many fill bits come first.
"""

from collections.abc import Mapping

from modem.pdu.errors import PduError

ESCAPE = 0x1B
REPLACEMENT = "\ufffd"

ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)

EXTENSION: Mapping[int, str] = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}

_SEPTETS: Mapping[str, bytes] = {
    character: bytes([code]) for code, character in enumerate(ALPHABET) if code != ESCAPE
} | {character: bytes([ESCAPE, code]) for code, character in EXTENSION.items()}

_CARRIAGE_RETURN = 0x0D


def septets_of(character: str) -> bytes | None:
    """Look up the one septet of a character, the two of an extension-table one, or None."""
    return _SEPTETS.get(character)


def encode(text: str) -> bytes:
    """Septets, one an octet, unpacked. Raises PduError at the first character not in GSM 7-bit."""
    septets = bytearray()
    for index, character in enumerate(text):
        code = _SEPTETS.get(character)
        if code is None:
            raise PduError(
                "not_gsm7", f"U+{ord(character):04X} is not in the GSM alphabet", offset=index
            )
        septets += code
    return bytes(septets)


def decode(
    septets: bytes, *, locking: str = ALPHABET, single: Mapping[int, str] = EXTENSION
) -> str:
    """Text of unpacked septets under a locking and a single shift table; total.

    An escape before a code that the single shift table does not have shows the main table's
    character; a second escape, or one with nothing after it, shows a space (23.038 §6.2.1.1).
    """
    text: list[str] = []
    escaped = False
    for septet in septets:
        if escaped:
            escaped = False
            text.append(" " if septet == ESCAPE else single.get(septet, locking[septet]))
        elif septet == ESCAPE:
            escaped = True
        else:
            text.append(locking[septet])
    if escaped:
        text.append(" ")
    return "".join(text)


def pack(septets: bytes, *, fill_bits: int = 0) -> bytes:
    """Septets into octets, least significant bit first, after `fill_bits` zero bits (0 to 6)."""
    bits = 0
    for position, septet in enumerate(septets):
        bits |= septet << (7 * position + fill_bits)
    return bits.to_bytes(octets_for(len(septets), fill_bits=fill_bits), "little")


def unpack(octets: bytes, count: int, *, fill_bits: int = 0) -> bytes:
    """`count` septets out of octets. The count decides: a last zero septet is '@', not padding."""
    if octets_for(count, fill_bits=fill_bits) > len(octets):
        raise PduError("truncated", f"{count} septets do not fit in {len(octets)} octets")
    bits = int.from_bytes(octets, "little") >> fill_bits
    return bytes(bits >> (7 * position) & 0x7F for position in range(count))


def octets_for(count: int, *, fill_bits: int = 0) -> int:
    """How many octets `count` septets take after `fill_bits`."""
    return (7 * count + fill_bits + 7) // 8


def pack_ussd(text: str) -> bytes:
    """Pack for USSD, which has no septet count: CR where padding would read as '@' (§6.1.2.3.1)."""
    septets = encode(text)
    spare_septet = len(septets) % 8 == 7  # noqa: PLR2004 - seven of eight septets leave seven bits
    ends_on_octet = bool(septets) and len(septets) % 8 == 0
    if spare_septet or (ends_on_octet and septets[-1] == _CARRIAGE_RETURN):
        septets += bytes([_CARRIAGE_RETURN])
    return pack(septets)


def unpack_ussd(octets: bytes) -> str:
    """Text of packed USSD octets; a CR in the last whole septet is padding (§6.1.2.3.1)."""
    septets = unpack(octets, len(octets) * 8 // 7)
    if septets and len(septets) % 8 == 0 and septets[-1] == _CARRIAGE_RETURN:
        septets = septets[:-1]
    return decode(septets)
