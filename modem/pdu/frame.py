"""What a modem hands over in PDU mode: the service centre, then a TPDU (27.005 §3.1).

Owns the choice of the TPDU's kind.
"""

from dataclasses import dataclass

from modem.pdu import report, submit
from modem.pdu.address import Address, read_service_centre
from modem.pdu.deliver import Deliver
from modem.pdu.errors import PduError
from modem.pdu.octets import Reader
from modem.pdu.report import StatusReport
from modem.pdu.submit import Submit

_MESSAGE_TYPE = 0x03


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A service centre (None: the modem's own choice) and a TPDU, unread."""

    smsc: Address | None
    tpdu: bytes

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Frame":
        """Split what a modem lists or pushes. Raises PduError."""
        reader = Reader(raw)
        smsc = read_service_centre(reader)
        tpdu = reader.rest()
        if not tpdu:
            raise PduError("truncated", "no TPDU follows the service centre", offset=len(raw))
        return cls(smsc=smsc, tpdu=tpdu)

    def to_bytes(self) -> bytes:
        """Write the octets for a modem; `AT+CMGS` counts those of the TPDU only."""
        smsc = b"\0" if self.smsc is None else self.smsc.to_service_centre_bytes()
        return smsc + self.tpdu


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What lay in a modem's store or was pushed: a message, a report, or a stored submit."""

    smsc: Address | None
    tpdu: Deliver | StatusReport | Submit


def decode_incoming(raw: bytes, *, outgoing: bool = False) -> Incoming:
    """Read SMSC and TPDU. Any octets give a value or a PduError.

    `outgoing` is the store's word that the record is one that was (to be) sent ("STO SENT",
    "STO UNSENT"). Else the message type decides: a store never holds the service centre's
    SUBMIT-REPORT, which shares the type of SUBMIT, and a reserved type is read as a DELIVER
    (23.040 §9.2.3.1).
    """
    frame = Frame.from_bytes(raw)
    message_type = frame.tpdu[0] & _MESSAGE_TYPE
    tpdu: Deliver | StatusReport | Submit
    if message_type == submit.MESSAGE_TYPE:
        tpdu = Submit.from_bytes(frame.tpdu)
    elif outgoing:
        raise PduError("not_a_submit", f"a sent message of type {message_type} cannot be read")
    elif message_type == report.MESSAGE_TYPE:
        tpdu = StatusReport.from_bytes(frame.tpdu)
    else:
        tpdu = Deliver.from_bytes(frame.tpdu)
    return Incoming(smsc=frame.smsc, tpdu=tpdu)
