"""Verbs about the SIM's lock: +CPIN and the makers' ways to ask for the attempts left.

27.007 §8.3. The rule that a refused PIN is never typed again is the session's, not this module's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from modem.at.command import Command, Deadline, Expect
from modem.at.errors import BadReply
from modem.at.fields import Field, after_prefix, decode_text, fields_of, number_at

_PIN: Final = re.compile(r"\d{4,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """What the SIM waits for: ``READY``, ``SIM PIN``, ``SIM PUK`` … (27.007 §8.3)."""

    code: str

    @property
    def ready(self) -> bool:
        """Whether it waits for nothing."""
        return self.code == "READY"

    @property
    def wants_pin(self) -> bool:
        """Whether it waits for the PIN, and not for a PUK or another lock."""
        return self.code == "SIM PIN"


def cpin_read() -> Command:
    """AT+CPIN?."""
    return Command(line=b"AT+CPIN?", prefixes=(b"+CPIN:",), expects=Expect.PREFIXED)


def parse_cpin(lines: Sequence[bytes]) -> PinState:
    """Read what the SIM waits for."""
    for line in lines:
        if code := decode_text(after_prefix(line)).strip(' "').upper():
            return PinState(code=code)
    raise BadReply("+CPIN?", "no state", tuple(lines))


def cpin_enter(pin: str) -> Command:
    """AT+CPIN=: type the PIN. Raises ``ValueError`` unless it is 4 to 8 digits."""
    if not _PIN.fullmatch(pin):
        raise ValueError("a PIN is 4 to 8 digits")
    # Some modems answer only when the SIM has been read (faucamp/python-gsmmodem #10).
    return Command(line=b'AT+CPIN="%s"' % pin.encode("ascii"), deadline=Deadline.NETWORK)


def pin_attempts_variants() -> tuple[Command, ...]:
    """Ask for the attempts left, in the order to try; a modem knows one of them or none."""
    return (
        Command(line=b"AT+CPINR", prefixes=(b"+CPINR:",), expects=Expect.PREFIXED),
        Command(line=b"AT^CPIN?", prefixes=(b"^CPIN:",), expects=Expect.PREFIXED),
        Command(line=b'AT+QPINC="SC"', prefixes=(b"+QPINC:",), expects=Expect.PREFIXED),
        Command(line=b"AT+SPIC", prefixes=(b"+SPIC:",), expects=Expect.PREFIXED),
    )


def parse_pin_attempts(lines: Sequence[bytes]) -> int:
    """Read the attempts left for the SIM PIN from any of the answers to the variants."""
    for line in lines:
        attempts = _attempts(line.partition(b":")[0].strip(), fields_of(line))
        if attempts is not None:
            return attempts
    raise BadReply("PIN attempts", "no count", tuple(lines))


def _attempts(verb: bytes, fields: tuple[Field, ...]) -> int | None:
    if verb == b"+CPINR":  # +CPINR: SIM PIN,3,3
        return number_at(fields, 1) if fields[0].text.upper() == "SIM PIN" else None
    if verb == b"+QPINC":  # +QPINC: "SC",3,10
        return number_at(fields, 1)
    if verb == b"+SPIC":  # +SPIC: 3,10,3,10
        return number_at(fields, 0)
    if verb == b"^CPIN":  # ^CPIN: SIM PUK,10,10,0,10,3: of this code, then PUK, PIN, PUK2, PIN2
        wants_pin = fields[0].text.upper() == "SIM PIN"
        attempts = number_at(fields, 3)
        return number_at(fields, 1) if attempts is None and wants_pin else attempts
    return None
