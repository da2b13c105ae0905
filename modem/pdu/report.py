"""SMS-STATUS-REPORT: what became of a submitted part (23.040 §9.2.2.3), and TP-Status in words.

Owns the octets and the meaning of TP-Status; whose part it is, others find out.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from modem.pdu.address import Address, read_address
from modem.pdu.dcs import DataCoding
from modem.pdu.octets import Reader
from modem.pdu.timestamp import LENGTH, ServiceCentreTime
from modem.pdu.userdata import HAS_HEADER, UserData, read_user_data

MESSAGE_TYPE = 0x02
_NO_MORE_MESSAGES = 0x04
_LOOP_PREVENTION = 0x08
_COMMAND_RESULT = 0x20
_PROTOCOL_ID_PRESENT, _CODING_PRESENT, _USER_DATA_PRESENT = 0x01, 0x02, 0x04
_EXTENSION = 0x80


class Delivery(StrEnum):
    """What a TP-Status says of the part."""

    DELIVERED = auto()
    FORWARDED = auto()  # the network is done with it and cannot say whether it arrived
    REPLACED = auto()
    TRYING = auto()
    UNDELIVERED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """One report. `time` is when the service centre took the part, `discharge` when it was done.

    `parameters` is TP-PI and all after it as received: optional, and often wrong, so a report
    whose parameters cannot be read is a report all the same.
    """

    reference: int
    recipient: Address
    time: ServiceCentreTime
    discharge: ServiceCentreTime
    status: int
    more_messages: bool = False
    loop_prevention: bool = False
    command_result: bool = False
    has_header: bool = False
    parameters: bytes = b""

    @classmethod
    def from_bytes(cls, tpdu: bytes) -> "StatusReport":
        """Read a TPDU without its SMSC. The message type bits are the caller's to look at."""
        reader = Reader(tpdu)
        flags = reader.octet("the first octet")
        return cls(
            reference=reader.octet("the reference"),
            recipient=read_address(reader, "the recipient"),
            time=ServiceCentreTime(reader.take(LENGTH, "the time stamp")),
            discharge=ServiceCentreTime(reader.take(LENGTH, "the discharge time")),
            status=reader.octet("the status"),
            more_messages=not flags & _NO_MORE_MESSAGES,
            loop_prevention=bool(flags & _LOOP_PREVENTION),
            command_result=bool(flags & _COMMAND_RESULT),
            has_header=bool(flags & HAS_HEADER),
            parameters=reader.rest(),
        )

    def to_bytes(self) -> bytes:
        """Write the TPDU without its SMSC."""
        flags = (
            MESSAGE_TYPE
            | (0 if self.more_messages else _NO_MORE_MESSAGES)
            | (_LOOP_PREVENTION if self.loop_prevention else 0)
            | (_COMMAND_RESULT if self.command_result else 0)
            | (HAS_HEADER if self.has_header else 0)
        )
        return (
            bytes([flags, self.reference])
            + self.recipient.to_bytes()
            + self.time.raw
            + self.discharge.raw
            + bytes([self.status])
            + self.parameters
        )

    @property
    def delivery(self) -> Delivery:
        """What the status says."""
        return classify(self.status)

    def content(self) -> UserData | None:
        """Read the user data that some networks add; None without. Raises PduError."""
        if not self.parameters:
            return None
        reader = Reader(self.parameters)
        present = indicator = reader.octet("the parameter indicator")
        while indicator & _EXTENSION:
            indicator = reader.octet("the parameter indicator")
        if present & _PROTOCOL_ID_PRESENT:
            reader.octet("the protocol identifier")
        coding = DataCoding(reader.octet("the data coding") if present & _CODING_PRESENT else 0)
        if not present & _USER_DATA_PRESENT:
            return None
        return read_user_data(reader, coding=coding, has_header=self.has_header)


_WORDS = {
    0x00: "delivered to the phone",
    0x01: "forwarded, but the network cannot confirm that it arrived",
    0x02: "replaced by a later message",
    0x20: "congestion",
    0x21: "the phone is busy",
    0x22: "the phone does not answer",
    0x23: "the service is refused",
    0x24: "the quality of service is not available",
    0x25: "an error in the phone",
    0x40: "remote procedure error",
    0x41: "incompatible destination",
    0x42: "the phone refused the connection",
    0x43: "the number cannot be obtained",
    0x44: "the quality of service is not available",
    0x45: "no interworking with the other network",
    0x46: "the validity period ran out",
    0x47: "deleted by the sender",
    0x48: "deleted by the service centre",
    0x49: "the message does not exist",
    0x60: "congestion",
    0x61: "the phone is busy",
    0x62: "the phone does not answer",
    0x63: "the service is refused",
    0x64: "the quality of service is not available",
    0x65: "an error in the phone",
}
_LAST_COMPLETED = 0x1F
_LAST_TRYING = 0x3F
_LAST_PERMANENT = 0x5F
_LAST_GIVEN_UP = 0x7F


def classify(status: int) -> Delivery:
    """Sort a TP-Status (0 to 255) by §9.2.3.15; a reserved value goes with its class.

    Only 0x00 is DELIVERED. Other completed values say no more than FORWARDED; values from 0x80
    read as "service rejected", as the clause demands.
    """
    if status == 0:
        return Delivery.DELIVERED
    if status == 2:  # noqa: PLR2004 - §9.2.3.15, "replaced by the SC"
        return Delivery.REPLACED
    if status <= _LAST_COMPLETED:
        return Delivery.FORWARDED
    return Delivery.TRYING if status <= _LAST_TRYING else Delivery.UNDELIVERED


def explain(status: int) -> str:
    """Put a TP-Status in plain words, with what the network does next."""
    words = _WORDS.get(status, f"a status of this network's own (0x{status:02X})")
    if status <= _LAST_COMPLETED:
        return words
    if status <= _LAST_TRYING:
        return f"{words}; the network keeps trying"
    if status <= _LAST_PERMANENT:
        return f"{words}; the network will not try again"
    if status <= _LAST_GIVEN_UP:
        return f"{words}; the network has given up"
    return f"rejected with a reserved status (0x{status:02X})"
