"""Real makes, as public trackers tell of them (MODEMS.md names the threads). Data only."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from modem.virtual.traits import Personality, choices
from modem.virtual.ussd import UssdCoding

GENERIC: Final = Personality(
    name="generic", manufacturer="gatewayd", model="Virtual Modem", revision="1.0"
)
"""No make in particular: by the book (27.005, 27.007), with every store."""

HUAWEI: Final = Personality(
    name="huawei",
    manufacturer="huawei",
    model="E173",
    revision="11.126.15.00.00",
    echo=True,
    first_index=0,
    stores=MappingProxyType({"SM": 20, "ME": 100, "SR": 20}),
    selectable=(("SM", "ME", "SR"), ("SM", "ME"), ("SM", "ME")),
    preferred=("ME", "ME", "ME"),
    boot_lines=("^BOOT:20477164,0,0,0,75",),
    ready_lines=("^SIMST:1", "^SRVST:2"),
    chatter=("^RSSI:17", "^MODE:5,4", "^BOOT:20477164,0,0,0,75"),
    chatter_seconds=20.0,
    chatter_switch="^CURC",
    full_line='^SMMEMFULL: "{store}"',
    refused=frozenset({"+CCID", "+CPINR", "+CEREG"}),
    accepted=frozenset({"^PORTSEL", "^STSF", "^DTMF"}),
    iccid_verb="^ICCID",
    pin_attempts_verb="^CPIN",
    registration_verbs=frozenset({"+CREG", "+CGREG"}),
    errors_in_words=True,
    ussd_request=UssdCoding.PACKED,
    ussd_answer=UssdCoding.PACKED,
)
"""Chatters, counts from slot 0, has its own verbs, says ^SMMEMFULL and keeps silent otherwise. USSD
is hex of packed septets, both ways [gammu #393 #1215 #369 #374; wdoekes #47; raspisms #166]."""

SIM800: Final = Personality(
    name="sim800",
    manufacturer="SIMCOM_Ltd",
    model="SIMCOM_SIM800L",
    revision="Revision:1418B05SIM800L24",
    echo=True,
    stores=MappingProxyType({"SM": 15, "ME": 20}),
    selectable=(("SM", "ME", "MT"),) * 3,
    cnmi=choices(range(4), range(4), (0, 2), (0, 1), (0, 1)),
    report_store="SM",
    report_announced_in="SM",
    boot_lines=("RDY", "+CFUN: 1", "+CPIN: READY"),
    ready_lines=(
        "Call Ready",
        "SMS Ready",
        '*PSUTTZ: 2026,3,2,14,0,0,"-20",0',
        "DST: 0",
    ),
    chatter=("OVER-VOLTAGE WARNNING",),
    chatter_seconds=30.0,
    full_line="+SMSFULL",
    refused=frozenset({"+CEREG", "+CPINR"}),
    pin_attempts_verb="+SPIC",
    empty_slot_is_error=False,
    chatter_at_prompt=True,
)
"""Refuses +CNMI=2,1,0,2, has no SR, writes OVER-VOLTAGE WARNNING even into a prompt [faucamp #60;
gammu #393 #1215; PavelVe 1.7.0]."""

QUECTEL: Final = Personality(
    name="quectel",
    manufacturer="Quectel",
    model="EC25",
    revision="EC25EFAR06A06M4G",
    echo=True,
    first_index=0,
    stores=MappingProxyType({"SM": 25, "ME": 255, "SR": 20}),
    selectable=(("SM", "ME", "SR", "MT"), ("SM", "ME", "MT"), ("SM", "ME", "MT")),
    preferred=("ME", "ME", "ME"),
    report_announced_in="SM",
    boot_lines=("RDY",),
    ready_lines=("+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"),
    chatter=('+QIND: "csq",21,99',),
    chatter_seconds=45.0,
    full_line='+QIND: "smsfull","{store}"',
    refused=frozenset({"+CPINR"}),
    iccid_verb="+QCCID",
    pin_attempts_verb="+QPINC",
)
"""Keeps reports in SR and announces them as +CDSI: "SM" [chan_quectel PR 75]."""

LTE: Final = Personality(
    name="lte",
    manufacturer="SIMCOM INCORPORATED",
    model="SIM7600E-H",
    revision="LE20B04SIM7600M22",
    echo=True,
    first_index=0,
    stores=MappingProxyType({"SM": 25, "ME": 23, "SR": 10}),
    boot_lines=("RDY",),
    ready_lines=("SMS DONE", "PB DONE"),
    full_line="+SMS FULL",
    iccid_verb="+CICCID",
    pin_attempts_verb="+SPIC",
    registration_verbs=frozenset({"+CEREG"}),
    refused=frozenset({"+CPINR"}),
    ussd_answer=UssdCoding.UCS2,
)
"""Registers in +CEREG only; the number of slot 0 counts [faucamp #100; SIM7000/7600]."""
