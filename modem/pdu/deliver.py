"""SMS-DELIVER: what the service centre hands to the modem (23.040 §9.2.2.1)."""

from dataclasses import dataclass

from modem.pdu.address import Address, read_address
from modem.pdu.dcs import DataCoding
from modem.pdu.octets import Reader
from modem.pdu.timestamp import LENGTH, ServiceCentreTime
from modem.pdu.userdata import HAS_HEADER, UserData, read_user_data

MESSAGE_TYPE = 0x00
_NO_MORE_MESSAGES = 0x04
_LOOP_PREVENTION = 0x08
_STATUS_REPORT_INDICATION = 0x20
_REPLY_PATH = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver(UserData):
    """One incoming message, or one part of it."""

    originator: Address
    time: ServiceCentreTime
    protocol_id: int = 0
    more_messages: bool = False
    loop_prevention: bool = False
    status_report_indication: bool = False
    reply_path: bool = False

    @classmethod
    def from_bytes(cls, tpdu: bytes) -> "Deliver":
        """Read a TPDU without its SMSC. The message type bits are the caller's to look at."""
        reader = Reader(tpdu)
        flags = reader.octet("the first octet")
        originator = read_address(reader, "the originator")
        protocol_id = reader.octet("the protocol identifier")
        coding = DataCoding(reader.octet("the data coding"))
        time = ServiceCentreTime(reader.take(LENGTH, "the time stamp"))
        content = read_user_data(reader, coding=coding, has_header=bool(flags & HAS_HEADER))
        return cls(
            originator=originator,
            time=time,
            protocol_id=protocol_id,
            more_messages=not flags & _NO_MORE_MESSAGES,
            loop_prevention=bool(flags & _LOOP_PREVENTION),
            status_report_indication=bool(flags & _STATUS_REPORT_INDICATION),
            reply_path=bool(flags & _REPLY_PATH),
            coding=coding,
            header=content.header,
            user_data=content.user_data,
            user_data_length=content.user_data_length,
        )

    def to_bytes(self) -> bytes:
        """Write the TPDU without its SMSC."""
        flags = (
            MESSAGE_TYPE
            | (0 if self.more_messages else _NO_MORE_MESSAGES)
            | (_LOOP_PREVENTION if self.loop_prevention else 0)
            | (_STATUS_REPORT_INDICATION if self.status_report_indication else 0)
            | (HAS_HEADER if self.header is not None else 0)
            | (_REPLY_PATH if self.reply_path else 0)
        )
        return (
            bytes([flags])
            + self.originator.to_bytes()
            + bytes([self.protocol_id, self.coding.raw])
            + self.time.raw
            + self.user_data_field()
        )
