"""Text mode (27.005 §3.2.3): the same stores and TPDUs, shown and typed as text.

For other people's programs; the gateway speaks PDU mode only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.pdu import gsm7
from modem.pdu.address import Address, TypeOfNumber
from modem.pdu.dcs import Alphabet, DataCoding
from modem.pdu.deliver import Deliver
from modem.pdu.errors import PduError
from modem.pdu.frame import decode_incoming
from modem.pdu.report import StatusReport
from modem.pdu.submit import Submit
from modem.pdu.userdata import of_octets, of_septets
from modem.virtual.stores import TEXT_STATUS, Status, Stored

if TYPE_CHECKING:
    from modem.pdu.timestamp import ServiceCentreTime
    from modem.virtual.settings import Settings

REPORT_REQUEST = 0x20  # TP-SRR in the first octet that +CSMP sets


def typed_address(settings: Settings, text: str) -> str:
    """Read a number as typed in AT+CMGS="…", in the character set in force."""
    if settings.character_set == "UCS2" and len(text) % 4 == 0:
        try:
            return bytes.fromhex(text).decode("utf-16-be")
        except ValueError:
            return text
    return text


def build_submit(settings: Settings, *, to: str, body: bytes) -> bytes:
    """Make the SUBMIT of a typed text. Raises PduError or ValueError."""
    first_octet, _, protocol_id, coding_octet = settings.text_parameters
    coding = DataCoding(coding_octet)
    text = _typed_text(settings, body)
    if coding.alphabet is Alphabet.UCS2:
        content = of_octets(text.encode("utf-16-be"), coding=coding, header=None)
    else:
        content = of_septets(gsm7.encode(text), coding=coding, header=None)
    return Submit(
        destination=Address.parse(to),
        protocol_id=protocol_id,
        status_report_request=bool(first_octet & REPORT_REQUEST),
        coding=content.coding,
        header=content.header,
        user_data=content.user_data,
        user_data_length=content.user_data_length,
    ).to_bytes()


def _typed_text(settings: Settings, body: bytes) -> str:
    match settings.character_set:
        case "UCS2":
            return bytes.fromhex(body.decode("ascii")).decode("utf-16-be")
        case "HEX":
            return gsm7.decode(bytes.fromhex(body.decode("ascii")))
        case "GSM":
            return gsm7.decode(body).replace("\r", "\n")
        case _:
            return body.decode("latin-1").replace("\r", "\n")


def _shown(settings: Settings, text: str) -> str:
    if settings.character_set == "UCS2":
        return text.encode("utf-16-be").hex().upper()
    return text.encode("latin-1", errors="replace").decode("latin-1")


def _time(time: ServiceCentreTime) -> str:
    """Write a time as 27.005 does: yy/MM/dd,hh:mm:ss±zz, the zone in quarters of an hour."""
    digits = [f"{octet & 0x0F}{octet >> 4}" for octet in time.raw[:6]]
    quarters = (time.offset_minutes or 0) // 15
    return f"{'/'.join(digits[:3])},{':'.join(digits[3:])}{quarters:+03d}"


def listed(settings: Settings, index: int, stored: Stored) -> list[str]:
    """Word a slot for +CMGL."""
    return _worded(settings, f"+CMGL: {index},", stored)


def read(settings: Settings, stored: Stored) -> list[str]:
    """Word a slot for +CMGR."""
    return _worded(settings, "+CMGR: ", stored)


def _worded(settings: Settings, head: str, stored: Stored) -> list[str]:
    status = f'"{TEXT_STATUS[stored.status]}"'
    outgoing = stored.status in {Status.UNSENT, Status.SENT}
    try:
        tpdu = decode_incoming(stored.pdu, outgoing=outgoing).tpdu
    except PduError:
        return [f'{head}{status},"",,""', stored.pdu.hex().upper()]
    if isinstance(tpdu, StatusReport):
        times = f'"{_time(tpdu.time)}","{_time(tpdu.discharge)}"'
        who = f'"{tpdu.recipient.text}",{_kind(tpdu.recipient)}'
        return [f"{head}{status},6,{tpdu.reference},{who},{times},{tpdu.status}"]
    if isinstance(tpdu, Deliver):
        party, when = tpdu.originator, f'"{_time(tpdu.time)}"'
    else:
        party, when = tpdu.destination, ""
    details = f",{_kind(party)},{tpdu.user_data_length}" if settings.show_details else ""
    body = tpdu.octets.hex().upper() if tpdu.text is None else _shown(settings, tpdu.text)
    return [f'{head}{status},"{_shown(settings, party.text)}",,{when}{details}', body]


def _kind(address: Address) -> int:
    return 145 if address.ton is TypeOfNumber.INTERNATIONAL else 129
