"""Reads unsolicited lines into the values of ``urc``.

Owns their forms on the line; does not know when one may come (engine) or what to do about it.
Two-line codes (+CMT, +CDS, +CBM; 27.005 §3.4.1) give a ``Push`` that waits for its PDU.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from modem.at.fields import fields_of, number_at, text_at
from modem.at.signal import dbm_of
from modem.at.urc import (
    CallEnded,
    CallerId,
    CellBroadcast,
    MessagePushed,
    MessageStored,
    Notice,
    Rebooted,
    Registration,
    ReportPushed,
    ReportStored,
    Ring,
    SignalReport,
    SimState,
    StoreFull,
    Urc,
    UssdAnswer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """The first line of a two-line code."""

    header: bytes
    kind: type[MessagePushed | ReportPushed | CellBroadcast]
    length: int | None

    def complete(self, pdu: bytes) -> MessagePushed | ReportPushed | CellBroadcast:
        """Join header and PDU."""
        return self.kind(pdu=pdu, length=self.length)


_PUSHES: Final[Mapping[bytes, type[MessagePushed | ReportPushed | CellBroadcast]]] = {
    b"+CMT": MessagePushed,
    b"+CDS": ReportPushed,
    b"+CBM": CellBroadcast,
}


def parse_push(line: bytes) -> Push | None:
    """Read the first line of a two-line code; its length is the last field (``+CMT: ,24``)."""
    head, colon, _ = line.partition(b":")
    kind = _PUSHES.get(head.strip())
    if kind is None or not colon:
        return None
    return Push(header=line, kind=kind, length=fields_of(line)[-1].number)


def _stored(kind: type[MessageStored | ReportStored], line: bytes) -> Urc | None:
    fields = fields_of(line)
    if len(fields) < 2:  # noqa: PLR2004 -- store and index
        return None
    # Slot 0 is an index like any other (gammu/gammu #369). Some say -1
    # (wdoekes/asterisk-chan-dongle #35): the store is to be swept all the same.
    index = number_at(fields, 1)
    return kind(store=fields[0].text, index=-1 if index is None else index)


def _caller(line: bytes) -> Urc | None:
    return CallerId(number=text_at(fields_of(line), 0))


_USSD: Final = re.compile(
    rb'\+CUSD:\s*(\d)\s*(?:,\s*(?:"(?P<quoted>.*)"|(?P<bare>[^",]*))\s*(?:,\s*(?P<dcs>\d{1,3}))?)?\s*',
    re.DOTALL,
)


def _ussd(line: bytes) -> Urc | None:
    found = _USSD.fullmatch(line)
    if found is None:
        return None
    raw = found["quoted"] if found["quoted"] is not None else (found["bare"] or b"")
    return UssdAnswer(
        status=int(found[1]), raw=raw, dcs=int(found["dcs"]) if found["dcs"] else None
    )


def _registration(line: bytes) -> Urc | None:
    status = number_at(fields_of(line), 0)
    if status is None:
        return None
    return Registration(domain=line[1 : line.index(b":")].decode("ascii"), status=status)


def _signal(line: bytes) -> Urc | None:
    rssi = number_at(fields_of(line), 0)
    return None if rssi is None else SignalReport(dbm=dbm_of(rssi))


def _sim(line: bytes) -> Urc:
    return SimState(text=line.decode("latin-1"))


def _full(line: bytes) -> Urc:
    return StoreFull(store=text_at(fields_of(line), 0))


def _quectel_indication(line: bytes) -> Urc:
    fields = fields_of(line)
    if fields[0].text.casefold() == "smsfull":
        return StoreFull(store=text_at(fields, 1))
    return Notice(line=line)


def _ended(line: bytes) -> Urc:
    return CallEnded(line=line)


def _ring(_line: bytes) -> Urc:
    return Ring()


def _rebooted(line: bytes) -> Urc:
    return Rebooted(line=line)


_BY_PREFIX: Final[Mapping[bytes, Callable[[bytes], Urc | None]]] = {
    b"+CMTI": lambda line: _stored(MessageStored, line),
    b"+CDSI": lambda line: _stored(ReportStored, line),
    b"+CLIP": _caller,
    b"+CRING": _ring,
    b"+CUSD": _ussd,
    b"+CREG": _registration,
    b"+CGREG": _registration,
    b"+CEREG": _registration,
    b"+CSQ": _signal,
    b"^RSSI": _signal,
    b"+CPIN": _sim,
    b"^SIMST": _sim,
    b"+QUSIM": _sim,
    b"+SIMCARD": _sim,
    b"^SMMEMFULL": _full,
    b"+QIND": _quectel_indication,
    b"^CEND": _ended,
    b"MISSED_CALL": _ended,
    b"^SYSSTART": _rebooted,
}

_EXACT: Final[Mapping[bytes, Callable[[bytes], Urc]]] = {
    b"RING": _ring,
    b"RDY": _rebooted,
    b"^SYSSTART": _rebooted,
    b"^SHUTDOWN": _rebooted,
    b"NORMAL POWER DOWN": _rebooted,
    b"POWERED DOWN": _rebooted,
    b"UNDER-VOLTAGE POWER DOWN": _rebooted,
    b"OVER-VOLTAGE POWER DOWN": _rebooted,
}

# What else is known to appear: read for nothing, but never mistaken for an answer.
_CHATTER: Final = re.compile(
    rb"(?:"
    rb"[\^*$%#_][A-Z][A-Z0-9 _]*(?::.*)?"  # makers' own codes: ^BOOT ^MODE *PSUTTZ $QCSQ %CPI …
    rb"|\+(?:CBMI|CCWA|CFUN|CGEV|CIEV|CLCC|COLP|CPBR|CSSI|CSSU|CTZE|CTZV|CTZDST|PACSP\d?"
    rb"|PBREADY|QNITZ|QSTK|STIN|STKPCI|UUSIMSTAT|WIND|ZDONR|ZEND|ZPASR|ZUSIMR)(?::.*)?"
    rb"|SMS DONE|SMS READY|CALL READY|PB DONE|DST: ?\d"
    rb"|(?:UNDER|OVER)-VOLTAGE WARN+ING|VOICE CALL: ?[A-Z].*"
    rb")",
    re.DOTALL | re.IGNORECASE,
)


def parse_urc(line: bytes) -> Urc | None:
    """Read a one-line code; ``None`` when the line is none, or is one in a broken form."""
    if exact := _EXACT.get(line):
        return exact(line)
    head, colon, _ = line.partition(b":")
    if colon and (reader := _BY_PREFIX.get(head.strip())):
        return reader(line)
    return Notice(line=line) if _CHATTER.fullmatch(line) else None
