"""Unsolicited result codes: what the modem says by itself, each as a value.

Owns their names only: ``unsolicited`` reads them, ``engine`` knows when one may come.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageStored:
    """+CMTI: a message lies in a store; index -1 where the modem names no slot of it."""

    store: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStored:
    """+CDSI: a status report lies in a store."""

    store: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePushed:
    """+CMT: a message that is stored nowhere else. ``pdu`` is service centre and TPDU."""

    pdu: bytes
    length: int | None = None
    """The TPDU's octets as the header declares them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPushed:
    """+CDS: a status report that is stored nowhere else."""

    pdu: bytes
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellBroadcast:
    """+CBM: a cell broadcast page."""

    pdu: bytes
    length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """RING or +CRING: somebody calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerId:
    """+CLIP: who calls; ``None`` when withheld."""

    number: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """A voice call is over: NO CARRIER, BUSY, ^CEND, MISSED_CALL …."""

    line: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdAnswer:
    """+CUSD (27.007 §7.15); ``raw`` is what stood in the quotes, in the modem's character set."""

    status: int
    raw: bytes
    dcs: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFull:
    """The store is full: nothing more is received until some is deleted."""

    store: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """+CREG, +CGREG, +CEREG as unsolicited line: ``status`` as in 27.007 §7.2."""

    domain: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReport:
    """Signal strength in dBm; ``None`` when not known."""

    dbm: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimState:
    """Something changed about the SIM, in the modem's words."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebooted:
    """The modem has restarted or is about to: its settings are gone."""

    line: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Chatter that is known and means nothing to us."""

    line: bytes


Urc = (
    MessageStored
    | ReportStored
    | MessagePushed
    | ReportPushed
    | CellBroadcast
    | Ring
    | CallerId
    | CallEnded
    | UssdAnswer
    | StoreFull
    | Registration
    | SignalReport
    | SimState
    | Rebooted
    | Notice
)
