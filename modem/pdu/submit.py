"""SMS-SUBMIT: what the gateway hands to the service centre (23.040 §9.2.2.2)."""

from dataclasses import dataclass

from modem.pdu.address import Address, read_address
from modem.pdu.dcs import DataCoding
from modem.pdu.octets import Reader
from modem.pdu.userdata import HAS_HEADER, UserData, read_user_data
from modem.pdu.validity import Validity, read_validity, write_validity

MESSAGE_TYPE = 0x01
_REJECT_DUPLICATES = 0x04
_STATUS_REPORT_REQUEST = 0x20
_REPLY_PATH = 0x80


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(UserData):
    """One outgoing message, or one part of it. The modem replaces a reference of 0 by its own."""

    destination: Address
    reference: int = 0
    protocol_id: int = 0
    validity: Validity | None = None
    status_report_request: bool = False
    reject_duplicates: bool = False
    reply_path: bool = False

    @classmethod
    def from_bytes(cls, tpdu: bytes) -> "Submit":
        """Read a TPDU without its SMSC. The message type bits are the caller's to look at."""
        reader = Reader(tpdu)
        flags = reader.octet("the first octet")
        reference = reader.octet("the reference")
        destination = read_address(reader, "the destination")
        protocol_id = reader.octet("the protocol identifier")
        coding = DataCoding(reader.octet("the data coding"))
        validity = read_validity(reader, flags)
        content = read_user_data(reader, coding=coding, has_header=bool(flags & HAS_HEADER))
        return cls(
            destination=destination,
            reference=reference,
            protocol_id=protocol_id,
            validity=validity,
            status_report_request=bool(flags & _STATUS_REPORT_REQUEST),
            reject_duplicates=bool(flags & _REJECT_DUPLICATES),
            reply_path=bool(flags & _REPLY_PATH),
            coding=coding,
            header=content.header,
            user_data=content.user_data,
            user_data_length=content.user_data_length,
        )

    def to_bytes(self) -> bytes:
        """Write the TPDU without its SMSC."""
        validity_flags, validity = write_validity(self.validity)
        flags = (
            MESSAGE_TYPE
            | validity_flags
            | (_REJECT_DUPLICATES if self.reject_duplicates else 0)
            | (_STATUS_REPORT_REQUEST if self.status_report_request else 0)
            | (HAS_HEADER if self.header is not None else 0)
            | (_REPLY_PATH if self.reply_path else 0)
        )
        return (
            bytes([flags, self.reference])
            + self.destination.to_bytes()
            + bytes([self.protocol_id, self.coding.raw])
            + validity
            + self.user_data_field()
        )
