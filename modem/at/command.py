"""What a command is: its line, the answer it expects, its body, its deadline.

Knows neither the verbs (verbs) nor how a dialogue goes (engine).
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from modem.at.fields import decode_hex


class Expect(StrEnum):
    """Which lines, besides the final result, belong to a command's answer."""

    NOTHING = "nothing"
    PREFIXED = "prefixed"
    """Lines that begin with one of the command's prefixes."""

    PREFIXED_PDU = "prefixed_pdu"
    """As PREFIXED, and lines of hex (+CMGL, +CMGR)."""

    BARE = "bare"
    """Any line that is nothing else (+CGSN, +CIMI, +CGMI …)."""


class Deadline(IntEnum):
    """How long the answer may take, in milliseconds."""

    INSTANT = 2_000
    """The modem answers by itself."""

    NORMAL = 10_000
    """The SIM or the modem's store is asked."""

    NETWORK = 60_000
    """The network is asked: a submit may honestly take 45 s (24.011 TR1M)."""

    @property
    def seconds(self) -> float:
        """The deadline in seconds."""
        return self.value / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command line, and with +CMGS also its body: one unit, never interrupted."""

    line: bytes
    """Without the closing CR."""

    prefixes: tuple[bytes, ...] = ()
    """Each with its colon, such as ``+CPMS:``."""

    expects: Expect = Expect.NOTHING
    body: bytes | None = None
    """ASCII hex of service centre and TPDU, written at the prompt; Ctrl-Z is not part of it."""

    deadline: Deadline = Deadline.NORMAL
    deadline_is_silence: bool = False
    """The deadline runs anew with each byte received: a list may be long (+CMGL)."""

    def is_echo(self, line: bytes) -> bool:
        """Whether a line is the modem's echo of the command or of its body."""
        return line == self.line or (self.body is not None and line.upper() == self.body.upper())

    def fits(self, line: bytes) -> bool:
        """Whether a line without prefix is of the form that the answer has."""
        if self.expects is Expect.PREFIXED_PDU:
            return decode_hex(line) is not None
        return self.expects is Expect.BARE

    @property
    def calls(self) -> bool:
        """Whether NO CARRIER, BUSY … can be its result; for any other they tell of a call's end."""
        return self.line[:3].upper() in {b"ATD", b"ATA", b"ATO"}
