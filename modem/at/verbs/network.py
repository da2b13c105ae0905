"""Verbs about the network: registration, signal, operator, calls, USSD.

27.007 §7. Each parser takes any lines and gives a value or raises ``BadReply``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from modem.at.command import Command, Deadline, Expect
from modem.at.errors import BadReply
from modem.at.fields import Field, fields_of, number_at, text_at
from modem.at.signal import dbm_of

# 27.007 §7.2: home, roaming, SMS only (home, roaming), CSFB not preferred (home, roaming).
_REGISTERED: Final = frozenset({1, 5, 6, 7, 9, 10})
_ROAMING: Final = frozenset({5, 7, 10})
_DENIED: Final = 3
_SEARCHING: Final = 2
_KNOWN_STATUS: Final = range(12)
_KNOWN_MODE: Final = range(6)


class Domain(StrEnum):
    """Whose registration is asked: an LTE-only stick answers only the last."""

    CIRCUIT = "CREG"
    PACKET = "CGREG"
    LTE = "CEREG"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationState:
    """One domain's registration; ``status`` as in 27.007 §7.2."""

    status: int

    @property
    def registered(self) -> bool:
        """Whether texts can be sent and received."""
        return self.status in _REGISTERED

    @property
    def roaming(self) -> bool:
        """Whether the network is not the SIM's own."""
        return self.status in _ROAMING

    @property
    def denied(self) -> bool:
        """Whether the network refuses this SIM or modem."""
        return self.status == _DENIED

    @property
    def searching(self) -> bool:
        """Whether the modem is looking for a network."""
        return self.status == _SEARCHING


def registration_read(domain: Domain) -> Command:
    """AT+CREG?, AT+CGREG? or AT+CEREG?."""
    verb = domain.value.encode("ascii")
    return Command(
        line=b"AT+" + verb + b"?",
        prefixes=(b"+" + verb + b":",),
        expects=Expect.PREFIXED,
    )


def registration_polled(domain: Domain) -> Command:
    """AT+CREG=0 …: no unsolicited lines, so that ``+CREG:`` is an answer."""
    return Command(line=b"AT+%s=0" % domain.value.encode("ascii"), deadline=Deadline.INSTANT)


def parse_registration(lines: Sequence[bytes]) -> RegistrationState:
    """Read +CREG, +CGREG, +CEREG in the answer's form, else in the unsolicited one.

    Both may be among the lines when the modem was set to report changes.
    """
    unsolicited: int | None = None
    for line in reversed(lines):
        fields = fields_of(line)
        if (status := _status_in_answer(fields)) is not None:
            return RegistrationState(status=status)
        if unsolicited is None:
            unsolicited = number_at(fields, 0)
    if unsolicited is None:
        raise BadReply("+CREG?", "no status", tuple(lines))
    return RegistrationState(status=unsolicited)


def _status_in_answer(fields: Sequence[Field]) -> int | None:
    """Give the second field of ``<n>,<stat>[,…]``; ``<stat>,<lac>`` has a location area there."""
    status = number_at(fields, 1)
    if status not in _KNOWN_STATUS or number_at(fields, 0) not in _KNOWN_MODE:
        return None
    return None if fields[1].quoted else status


def csq() -> Command:
    """AT+CSQ."""
    return Command(line=b"AT+CSQ", prefixes=(b"+CSQ:",), expects=Expect.PREFIXED)


def parse_csq(lines: Sequence[bytes]) -> int | None:
    """Read the signal in dBm; ``None`` when the modem does not know it (99)."""
    for line in lines:
        if (rssi := number_at(fields_of(line), 0)) is not None:
            return dbm_of(rssi)
    raise BadReply("+CSQ", "no strength", tuple(lines))


def cops_read() -> Command:
    """AT+COPS?."""
    return Command(line=b"AT+COPS?", prefixes=(b"+COPS:",), expects=Expect.PREFIXED)


def cops_long_names() -> Command:
    """AT+COPS=3,0: the operator's name in full."""
    return Command(line=b"AT+COPS=3,0")


def cops_automatic() -> Command:
    """AT+COPS=0: look for a network by itself."""
    return Command(line=b"AT+COPS=0", deadline=Deadline.NETWORK)


def parse_cops(lines: Sequence[bytes]) -> str | None:
    """Read the operator's name; ``None`` while there is none."""
    for line in lines:
        if name := text_at(fields_of(line), 2):
            return name.strip() or None
    return None


def clip() -> Command:
    """AT+CLIP=1: tell who calls."""
    # On many networks this asks the network, and may take its time or be refused.
    return Command(line=b"AT+CLIP=1", deadline=Deadline.NETWORK)


def chup() -> Command:
    """AT+CHUP: hang up."""
    return Command(line=b"AT+CHUP")


def ath() -> Command:
    """ATH: hang up, for modems without +CHUP."""
    return Command(line=b"ATH")


def cusd(text: str, *, dcs: int = 15) -> Command:
    """AT+CUSD=1: ask by USSD; the answer is unsolicited. ``text`` is in the modem's character set.

    Its OK says that the modem has taken it, and comes at once on most makes.
    Raises ``ValueError`` for text that would end the command line or the quotes.
    """
    if not text.isascii() or not text.isprintable() or '"' in text:
        raise ValueError("USSD text is printable ASCII without quotes")
    line = b'AT+CUSD=1,"%s",%d' % (text.encode("ascii"), dcs)
    return Command(line=line)


def cusd_cancel() -> Command:
    """AT+CUSD=2: end the USSD session."""
    return Command(line=b"AT+CUSD=2")
