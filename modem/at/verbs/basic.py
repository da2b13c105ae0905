"""Verbs that set up the dialogue and tell what the modem and its SIM are.

27.007 §5, §8, §9.1; V.250. Each parser takes any lines and gives a value or raises ``BadReply``.
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from typing import Final

from modem.at.command import Command, Deadline, Expect
from modem.at.errors import BadReply
from modem.at.fields import after_prefix, decode_text, fields_of, number_at, text_at

_IMEI: Final = re.compile(rb"(?<!\d)(\d{15})(?!\d)")
_IMEISV: Final = re.compile(rb"(?<!\d)(\d{16})(?!\d)")
_IMSI: Final = re.compile(rb"(?<!\d)(\d{14,15})(?!\d)")
# ITU-T E.118: 89, 18 to 20 digits in all; some SIMs pad or extend with hex digits.
_ICCID: Final = re.compile(rb"(?<![0-9A-Fa-f])(89\d{16,18}[0-9A-Fa-f]{0,2})(?![0-9A-Fa-f])")


class Function(IntEnum):
    """+CFUN's levels (27.007 §8.2)."""

    MINIMUM = 0
    FULL = 1
    RADIO_OFF = 4


def attention() -> Command:
    """AT: ask whether anybody is there."""
    return Command(line=b"AT", deadline=Deadline.INSTANT)


def echo_off() -> Command:
    """ATE0; with Q0 (results at all) and V1 (in words), without which nothing is readable."""
    return Command(line=b"ATE0Q0V1", deadline=Deadline.INSTANT)


def cmee(level: int = 1) -> Command:
    """AT+CMEE: errors as numbers (1) or in words (2)."""
    return Command(line=b"AT+CMEE=%d" % level, deadline=Deadline.INSTANT)


def cfun(function: Function, *, restart: bool = False) -> Command:
    """AT+CFUN: radio off and on, or a restart of the modem."""
    line = b"AT+CFUN=%d" % function
    return Command(line=line + b",1" if restart else line, deadline=Deadline.NETWORK)


def cfun_read() -> Command:
    """AT+CFUN?."""
    return _read(b"+CFUN")


def parse_cfun(lines: Sequence[bytes]) -> int:
    """Read +CFUN's level."""
    return first_number("+CFUN?", lines, b"+CFUN:")


def cgmi() -> Command:
    """AT+CGMI: the maker."""
    return _bare(b"+CGMI")


def cgmm() -> Command:
    """AT+CGMM: the model."""
    return _bare(b"+CGMM")


def cgmr() -> Command:
    """AT+CGMR: the firmware's revision."""
    return _bare(b"+CGMR")


def parse_text(lines: Sequence[bytes]) -> str:
    """Read +CGMI, +CGMM, +CGMR, also where the modem adds a prefix or quotes."""
    text = [_strip(line) for line in lines]
    joined = " ".join(part for part in text if part)
    if not joined:
        raise BadReply("identity", "an empty answer", tuple(lines))
    return joined[:200]


def cgsn() -> Command:
    """AT+CGSN: the IMEI."""
    return _bare(b"+CGSN")


def parse_cgsn(lines: Sequence[bytes]) -> str:
    """Read the IMEI; of an IMEISV (16 digits) the first 14, with the check digit computed."""
    for line in lines:
        if found := _IMEI.search(line):
            return found[1].decode("ascii")
    for line in lines:
        if found := _IMEISV.search(line):
            body = found[1][:14].decode("ascii")
            return body + _luhn_digit(body)
    raise BadReply("+CGSN", "no IMEI", tuple(lines))


def cimi() -> Command:
    """AT+CIMI: the SIM's IMSI."""
    return _bare(b"+CIMI", deadline=Deadline.NORMAL)


def parse_cimi(lines: Sequence[bytes]) -> str:
    """Read the IMSI."""
    for line in lines:
        if found := _IMSI.search(line):
            return found[1].decode("ascii")
    raise BadReply("+CIMI", "no IMSI", tuple(lines))


def ccid_variants() -> tuple[Command, ...]:
    """Ask for the SIM's ICCID, in the order to try: no verb is standard, each maker has its own."""
    return (
        _bare(b"+CCID", deadline=Deadline.NORMAL),
        Command(line=b"AT^ICCID?", prefixes=(b"^ICCID:",), expects=Expect.BARE),
        _bare(b"+QCCID", deadline=Deadline.NORMAL),
        _bare(b"+ICCID", deadline=Deadline.NORMAL),
        # Read EF-ICCID itself (31.102: 2FE2, 10 octets).
        Command(line=b"AT+CRSM=176,12258,0,0,10", prefixes=(b"+CRSM:",), expects=Expect.PREFIXED),
    )


def parse_ccid(lines: Sequence[bytes]) -> str:
    """Read the ICCID from any of the answers to ``ccid_variants``, padding removed."""
    for line in lines:
        if found := _ICCID.search(_swapped(line) if line.startswith(b"+CRSM:") else line):
            return found[1].decode("ascii").upper().rstrip("F")
    for line in lines:  # some firmwares give the SIM's own nibble order
        if found := _ICCID.search(_swap_nibbles(after_prefix(line).strip(b'"'))):
            return found[1].decode("ascii").upper().rstrip("F")
    raise BadReply("+CCID", "no ICCID", tuple(lines))


def cnum() -> Command:
    """AT+CNUM: the SIM's own number, if the provider wrote it there."""
    return Command(line=b"AT+CNUM", prefixes=(b"+CNUM:",), expects=Expect.PREFIXED)


def parse_cnum(lines: Sequence[bytes]) -> str | None:
    """Read the first own number; international ones get their plus. ``None`` when there is none."""
    for line in lines:
        fields = fields_of(line)
        number = text_at(fields, 1)
        if number is None:
            continue
        international = number_at(fields, 2) == _INTERNATIONAL and not number.startswith("+")
        return f"+{number}" if international else number
    return None


_INTERNATIONAL: Final = 145


def first_number(verb: str, lines: Sequence[bytes], prefix: bytes) -> int:
    """Read the first field of the first line with this prefix as a number."""
    for line in lines:
        if line.startswith(prefix) and (number := number_at(fields_of(line), 0)) is not None:
            return number
    raise BadReply(verb, "no number", tuple(lines))


def _read(verb: bytes, deadline: Deadline = Deadline.NORMAL) -> Command:
    return Command(
        line=b"AT" + verb + b"?",
        prefixes=(verb + b":",),
        expects=Expect.PREFIXED,
        deadline=deadline,
    )


def _bare(verb: bytes, deadline: Deadline = Deadline.INSTANT) -> Command:
    return Command(
        line=b"AT" + verb, prefixes=(verb + b":",), expects=Expect.BARE, deadline=deadline
    )


def _strip(line: bytes) -> str:
    text = after_prefix(line) if line.startswith((b"+CGM", b"+GM")) else line
    return decode_text(text).strip().strip('"').strip()


def _luhn_digit(digits: str) -> str:
    total = 0
    for position, digit in enumerate(map(int, reversed(digits))):
        doubled = digit * 2 if position % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 -- Luhn's nine
    return str(-total % 10)


def _swapped(line: bytes) -> bytes:
    answer = text_at(fields_of(line), 2) or ""
    return _swap_nibbles(answer.encode())


def _swap_nibbles(text: bytes) -> bytes:
    pairs = (text[at : at + 2][::-1] for at in range(0, len(text), 2))
    return b"".join(pairs)
