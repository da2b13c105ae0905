"""Hides in one dialogue what names a person or a SIM, or is somebody's text, a line at a time.

What is not known to be harmless is hidden: the names of commands and codes that are listed here are
shown, small numbers in their arguments too; of all else only the length is left.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gatewayd.troubles.pdus import masked_pdu

NOT_READ: Final = "what stood in the next line could not be read: zeros in its place"

_ENDS: Final = re.compile(rb"([\r\n]*)(.*?)([\r\n]*)", re.DOTALL)
_PROMPT: Final = b"> "
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}){4,}")
_CTRL_Z: Final = b"\x1a"
_ESC: Final = b"\x1b"

_WORDS: Final = frozenset(
    b"OK|ERROR|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|CONNECT|ABORTED|COMMAND NOT SUPPORT|RING|RDY"
    b"|^SYSSTART|^SHUTDOWN|NORMAL POWER DOWN|POWERED DOWN|UNDER-VOLTAGE POWER DOWN"
    b"|OVER-VOLTAGE POWER DOWN|UNDER-VOLTAGE WARNNING|OVER-VOLTAGE WARNNING|SMS DONE|SMS READY"
    b"|CALL READY|PB DONE|+PBREADY".split(b"|")
)
"""Whole lines that say nothing of anybody."""

_LISTED: Final = """
CREG CGREG CEREG CSQ CPIN CPINR CPMS CMGL CMGR CMGS CMGW CMGD CMTI CDSI CMT CDS CBM CNMI CSMS CNMA
CMGF CSCS CSCA CSDH CSMP COPS CNUM CLIP CRING CCWA CUSD CFUN CMEE CGMI CGMM CGMR CGSN CIMI CCID
ICCID QCCID CICCID CRSM CGEV CIEV CCLK CLCC CTZV CTZE CLCK CPWD CPAS CSSI CSSU GMI GMM GMR GSN
RSSI MODE BOOT SRVST SIMST STIN HCSQ CURC DSFLOWRPT NDISSTAT SYSSTART SMMEMFULL QUSIM QIND QPINC
SPIC SIMCARD PSUTTZ CEND CONF ORIG CONN COLP CBMI CPBR ZUSIMR ZPASR ZDONR ZEND WIND STKPCI QSTK
UUSIMSTAT PACSP QNITZ QCSQ CPI
"""
_NAMES: Final = frozenset(_LISTED.split()) | {"CME ERROR", "CMS ERROR"}
_NAMED: Final = re.compile(rb"([+^*$#%_])([A-Z][A-Z0-9 ]{1,11})(:[ ]?)(.*)", re.DOTALL)
_COMMAND: Final = re.compile(
    rb"(AT(?:(?:[EHIQVZ]\d?)+|&[A-Z]\d?|[+^*$#%][A-Z][A-Z0-9]{0,11})?\??)(=\??)?(.*)", re.DOTALL
)
_SECRET: Final = re.compile(r"PIN|PUK|PWD|LCK|SIM")
_SPOKEN: Final = frozenset(("CME ERROR", "CMS ERROR", "CPIN", "CPINR", "SIMST", "QUSIM", "SIMCARD"))
"""What these say in letters is the modem's own, or the standard's."""

_QUOTED_WORDS: Final = frozenset(
    b"SM|ME|MT|SR|GSM|UCS2|IRA|SC|P2|READY|SIM PIN|SIM PUK|SIM PIN2|SIM PUK2".split(b"|")
)
_HEADINGS: Final = frozenset(("CMGL", "CMGR", "CMT", "CDS"))

_TOKEN: Final = re.compile(rb'"([^"]*)("?)|([0-9A-Za-z\x80-\xff]+)')
_NUMBER: Final = re.compile(rb"\d[\d .()-]{5,}\d|\d{5,}")
_SERIAL: Final = re.compile(rb"\d{7,}")
"""In the name of a make; 11.126.16.04.45 is a version."""

_ICCID: Final = re.compile(rb"(?:89|98)[0-9A-Fa-f]{16,20}")
"""Each begins so (ITU-T E.118), and is no ICCID without."""

_HARMLESS_DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Masked:
    """A line that may be shown, and what is to be said of it."""

    data: bytes
    note: str | None = None


def sentence(text: str) -> str:
    """Words of our own, in ASCII, without the numbers in them."""
    return _NUMBER.sub(_zeros, text.encode("ascii", errors="replace")).decode("ascii")


def make(text: str) -> str:
    """The name of a make, in ASCII, without a serial number in it."""
    return _SERIAL.sub(_zeros, text.encode("ascii", errors="replace")).decode("ascii")


class Mask:
    """Follows one dialogue; begin a new one after a gap.

    ``shown`` is what the modem may answer in the clear: its maker and model.
    """

    def __init__(self, shown: Iterable[bytes] = ()) -> None:
        self._shown = frozenset(shown)
        self._body: int | None = None
        """The octets of the TPDU that is typed next."""
        self._heading: int | None = None
        """The octets of the TPDU that the modem writes next; -1: something else."""
        self._quoted = False
        self._echo: tuple[bytes, Masked] = (b"", Masked(data=b""))

    def typed(self, data: bytes) -> Masked:
        """Mask what was written to the modem."""
        escapes = len(data) - len(data.lstrip(_ESC))
        line, end = data[escapes:], b""
        if line[-1:] in {b"\r", _CTRL_Z}:
            line, end = line[:-1], line[-1:]
        if end == _CTRL_Z or (not end and self._body is not None):
            masked, self._body = self._pdu(line, self._body), None
        else:
            masked = Masked(data=self._command(line))
        self._echo = (line, masked)
        return Masked(data=data[:escapes] + masked.data + end, note=masked.note)

    def heard(self, data: bytes) -> Masked:
        """Mask what the modem wrote."""
        found = _ENDS.fullmatch(data)
        before, line, after = found.groups() if found else (b"", data, b"")
        if line.startswith(_PROMPT):  # and perhaps the echo of the body
            masked = self._answer(line[2:])
            return Masked(data=before + _PROMPT + masked.data + after, note=masked.note)
        masked = self._answer(line)
        return Masked(data=before + masked.data + after, note=masked.note)

    def _answer(self, line: bytes) -> Masked:
        if self._quoted:
            return Masked(data=self._quotation(line))
        if not line or line.upper() in _WORDS:
            return Masked(data=line)
        if line.rstrip(b"\r\x1a") == self._echo[0]:
            echoed = self._echo[1]
            return Masked(data=echoed.data + line[len(self._echo[0]) :], note=echoed.note)
        if _HEX.fullmatch(line) and not _ICCID.fullmatch(line):
            length, self._heading = self._heading, None
            return self._pdu(line, length)
        if line[:2].upper() == b"AT":
            return Masked(data=_command(line))
        named = _NAMED.fullmatch(line)
        if named is not None and named[2].decode() in _NAMES:
            return Masked(data=self._named(named))
        self._heading = None
        if line in self._shown:
            return Masked(data=_SERIAL.sub(_zeros, line))
        return Masked(data=_hidden(line))

    def _named(self, named: re.Match[bytes]) -> bytes:
        sign, word, colon, arguments = named.groups()
        name = word.decode()
        if name in _HEADINGS:
            last = arguments.rpartition(b",")[2].strip()
            self._heading = int(last) if re.fullmatch(rb"\d{1,3}", last) else -1
        head = sign + word + colon
        if arguments.strip(b' "') in self._shown:
            return head + _SERIAL.sub(_zeros, arguments)
        if name == "CUSD" and arguments.count(b'"') == 1:
            begin, quote, rest = arguments.partition(b'"')
            self._quoted = True
            return head + _arguments(begin, name) + quote + _hidden(rest)
        return head + _arguments(arguments, name)

    def _quotation(self, line: bytes) -> bytes:
        """A line of a text that began with a quote on an earlier one."""
        text, quote, rest = line.partition(b'"')
        self._quoted = not quote
        return _hidden(text) + quote + _arguments(rest, "CUSD")

    def _pdu(self, line: bytes, length: int | None) -> Masked:
        if not _HEX.fullmatch(line):
            return Masked(data=_hidden(line))
        raw = bytes.fromhex(line.decode("ascii"))
        masked = None if length is None else masked_pdu(raw, tpdu_length=length)
        if masked is None:
            return Masked(data=b"0" * len(line), note=NOT_READ)
        text = masked.hex().encode("ascii")
        return Masked(data=text if line.islower() else text.upper())

    def _command(self, line: bytes) -> bytes:
        self._heading, self._quoted = None, False
        body = re.fullmatch(rb"AT\+CMG[SW]=(\d{1,3})", line.upper())
        self._body = None if body is None else int(body[1])
        return _command(line)


def _command(line: bytes) -> bytes:
    found = _COMMAND.fullmatch(line.upper())
    if found is None:
        return _hidden(line)
    head, sign = found[1], found[2] or b""
    arguments = line[len(head) + len(sign) :]
    name = head.decode("ascii")
    if not sign:  # ATD and the like; several commands on one line
        return line[: len(head)] + _hidden(arguments)
    masked = _arguments(arguments, name.removeprefix("AT+"), typed=True)
    return line[: len(head) + len(sign)] + masked


def _arguments(arguments: bytes, name: str, *, typed: bool = False) -> bytes:
    # Typed, four digits may be a PIN; in an answer they count the attempts that are left.
    secret = typed and _SECRET.search(name) is not None

    def mask(token: re.Match[bytes]) -> bytes:
        quoted, end, bare = token.groups()
        if bare is None:
            shown = quoted in _QUOTED_WORDS
            return b'"' + (quoted if shown else _hidden(quoted)) + end
        digits = sum(map(bytes.isdigit, map(bytes, zip(bare, strict=True))))
        if digits == len(bare) and digits <= _HARMLESS_DIGITS:
            return b"0" * digits if secret else bare
        if digits > _HARMLESS_DIGITS:
            return _of_zeros(bare)
        return bare if name in _SPOKEN else _hidden(bare)

    # First numbers that are written in groups: each group alone would pass.
    return _TOKEN.sub(mask, _NUMBER.sub(_zeros, arguments))


def _zeros(number: re.Match[bytes]) -> bytes:
    return _of_zeros(number[0]) if number[0].isdigit() else re.sub(rb"\d", b"0", number[0])


def _of_zeros(text: bytes) -> bytes:
    shown = text[:2] if _ICCID.fullmatch(text) else b""
    return shown + b"0" * (len(text) - len(shown))


def _hidden(text: bytes) -> bytes:
    """Of the same length, and of the same kind where that matters to who reads it: digits, hex."""
    if _HEX.fullmatch(text) or _ICCID.fullmatch(text):
        return _of_zeros(text)
    return bytes(map(_hidden_octet, text))


def _hidden_octet(octet: int) -> int:
    if 0x30 <= octet <= 0x39:  # noqa: PLR2004 - 0 to 9
        return 0x30
    # What no text holds is noise on the line, and may be the trouble.
    return octet if octet < 0x20 or octet in b"+*#\xff" else 0x78  # noqa: PLR2004 - a space
