"""What goes over the air: SUBMITs read, DELIVERs and STATUS-REPORTs made, with our TPDU codec.

The only module of the virtual modem that knows the codec. Everything it gives out keeps the raw
octets beside what was read from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modem.pdu import gsm7
from modem.pdu.address import Address
from modem.pdu.build import build_delivers
from modem.pdu.dcs import Alphabet
from modem.pdu.deliver import Deliver
from modem.pdu.errors import PduError
from modem.pdu.frame import Frame
from modem.pdu.report import StatusReport
from modem.pdu.submit import Submit
from modem.pdu.timestamp import ServiceCentreTime
from modem.pdu.userdata import decode_ucs2

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MESSAGE_TYPE_MASK = 0x03
REPORT_TYPE = 0x02
SUBMIT_TYPE = 0x01


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """An SMS-SUBMIT as the network reads it. `text` is this part's alone, None for data."""

    raw: bytes
    submit: Submit
    to: str
    reference: int
    report: bool
    text: str | None
    part: int
    parts: int
    concat_reference: int


def read_submit(tpdu: bytes) -> Submitted:
    """Read a TPDU without its SMSC. Raises PduError."""
    submit = Submit.from_bytes(tpdu)
    if tpdu[0] & MESSAGE_TYPE_MASK != SUBMIT_TYPE:
        raise PduError("not_a_submit", "the message type is not SMS-SUBMIT", offset=0)
    concatenation = None if submit.header is None else submit.header.concatenation
    return Submitted(
        raw=tpdu,
        submit=submit,
        to=submit.destination.text,
        reference=submit.reference,
        report=submit.status_report_request,
        text=submit.text,
        part=concatenation.number if concatenation else 1,
        parts=concatenation.total if concatenation else 1,
        concat_reference=concatenation.reference if concatenation else 0,
    )


def with_reference(tpdu: bytes, reference: int) -> bytes:
    """Put the modem's own TP-MR into a SUBMIT, as modems do."""
    return tpdu[:1] + bytes([reference]) + tpdu[2:]


def forward(sent: Submitted, *, from_: str, at: datetime) -> bytes:
    """Turn a SUBMIT into the DELIVER that its recipient gets."""
    content = sent.submit
    return Deliver(
        originator=Address.parse(from_),
        time=ServiceCentreTime.of(at),
        protocol_id=content.protocol_id,
        coding=content.coding,
        header=content.header,
        user_data=content.user_data,
        user_data_length=content.user_data_length,
    ).to_bytes()


def build_deliveries(
    *, from_: str, text: str, at: datetime, concat_reference: int, message_class: int | None
) -> tuple[bytes, ...]:
    """Make the DELIVERs of a text, one per part. Raises PduError."""
    return tuple(
        deliver.to_bytes()
        for deliver in build_delivers(
            originator=from_,
            text=text,
            time=at,
            concat_reference=concat_reference,
            message_class=message_class,
        )
    )


def build_report(
    sent: Submitted, *, status: int, accepted_at: datetime, done_at: datetime
) -> bytes:
    """Make the STATUS-REPORT of a SUBMIT."""
    return StatusReport(
        reference=sent.reference,
        recipient=sent.submit.destination,
        time=ServiceCentreTime.of(accepted_at),
        discharge=ServiceCentreTime.of(done_at),
        status=status,
    ).to_bytes()


def join_text(parts: Mapping[int, Submitted]) -> str:
    """Join all parts of a message before decoding. Bytes of 8-bit data read as Latin-1."""
    ordered = [parts[number].submit for number in sorted(parts)]
    first = ordered[0]
    if first.coding.alphabet is Alphabet.UCS2:
        return decode_ucs2(b"".join(part.user_data for part in ordered))
    if not first.readable:
        return b"".join(part.user_data for part in ordered).decode("latin-1")
    locking, single = first.tables
    return gsm7.decode(b"".join(part.septets for part in ordered), locking=locking, single=single)


def is_report(tpdu: bytes) -> bool:
    """Tell a STATUS-REPORT from a DELIVER by TP-MTI; an empty TPDU counts as a DELIVER."""
    return bool(tpdu) and tpdu[0] & MESSAGE_TYPE_MASK == REPORT_TYPE


def report_facts(tpdu: bytes) -> tuple[int | None, int | None]:
    """Return reference and status of a report; None for what cannot be read."""
    try:
        report = StatusReport.from_bytes(tpdu)
    except PduError:
        return None, None
    return report.reference, report.status


def originator(tpdu: bytes) -> str | None:
    """Return who sent a DELIVER; None if it cannot be read."""
    delivery = _read_delivery(tpdu)
    return None if delivery is None else delivery.originator.text


def delivered_text(tpdu: bytes) -> str | None:
    """Return a DELIVER's own text; None if it has none or cannot be read."""
    delivery = _read_delivery(tpdu)
    return None if delivery is None else delivery.text


def message_class(tpdu: bytes) -> int | None:
    """Return a DELIVER's class, 0 to 3; None if it has none or cannot be read."""
    delivery = _read_delivery(tpdu)
    return None if delivery is None else delivery.coding.message_class


def _read_delivery(tpdu: bytes) -> Deliver | None:
    try:
        return Deliver.from_bytes(tpdu)
    except PduError:
        return None


def frame(service_centre: str, tpdu: bytes) -> bytes:
    """Put the service centre before a TPDU, as a modem stores it."""
    smsc = Address.parse(service_centre) if service_centre else None
    return Frame(smsc=smsc, tpdu=tpdu).to_bytes()
