"""The SMS TPDU, sans-IO, both directions (3GPP TS 23.040 and 23.038)."""

from modem.pdu.address import Address, NumberingPlan, TypeOfNumber
from modem.pdu.assemble import GAP, Assembled, assemble
from modem.pdu.build import build_delivers, build_submits
from modem.pdu.dcs import Alphabet, DataCoding, Lamp, MessageWaiting
from modem.pdu.deliver import Deliver
from modem.pdu.errors import PduError
from modem.pdu.frame import Frame, Incoming, decode_incoming
from modem.pdu.gsm7 import pack_ussd, unpack_ussd
from modem.pdu.national import Shift
from modem.pdu.report import Delivery, StatusReport, classify, explain
from modem.pdu.segment import MAX_PARTS, Forced, Plan, plan, split
from modem.pdu.submit import Submit
from modem.pdu.timestamp import ServiceCentreTime
from modem.pdu.udh import Concatenation, Element, Identifier, Ports, UserDataHeader
from modem.pdu.userdata import UserData
from modem.pdu.validity import AbsoluteValidity, EnhancedValidity, RelativeValidity, Validity

__all__ = [
    "GAP",
    "MAX_PARTS",
    "AbsoluteValidity",
    "Address",
    "Alphabet",
    "Assembled",
    "Concatenation",
    "DataCoding",
    "Deliver",
    "Delivery",
    "Element",
    "EnhancedValidity",
    "Forced",
    "Frame",
    "Identifier",
    "Incoming",
    "Lamp",
    "MessageWaiting",
    "NumberingPlan",
    "PduError",
    "Plan",
    "Ports",
    "RelativeValidity",
    "ServiceCentreTime",
    "Shift",
    "StatusReport",
    "Submit",
    "TypeOfNumber",
    "UserData",
    "UserDataHeader",
    "Validity",
    "assemble",
    "build_delivers",
    "build_submits",
    "classify",
    "decode_incoming",
    "explain",
    "pack_ussd",
    "plan",
    "split",
    "unpack_ussd",
]
