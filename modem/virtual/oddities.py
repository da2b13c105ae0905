"""Personalities that each do one thing which real modems were seen to do. Data only.

The sources in brackets are those of MODEMS.md: repository and thread.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from modem.virtual.makes import GENERIC
from modem.virtual.traits import MemoryAnswer, Personality

NEVER_ECHO: Final = replace(
    GENERIC, name="never-echo", echo=False, echo_settable=False, line_end="\n"
)
"""Never echoes, not even after ATE1, and ends its lines with LF alone [faucamp #24 #77]."""

ALWAYS_ECHO: Final = replace(
    GENERIC, name="always-echo", echo=True, echo_settable=False, chatter_at_prompt=True
)
"""Answers ATE0 with OK and echoes on, the body of a message too [faucamp #24; babca #84 #97]."""

CR_CR_LF: Final = replace(GENERIC, name="cr-cr-lf", echo=True, line_end="\r\r\n")
"""Ends its lines with CR CR LF [faucamp #77; babca #97]."""

REFUSER: Final = replace(
    GENERIC,
    name="refuser",
    echo=True,
    first_index=0,
    refused=frozenset(
        {
            *("+CMEE", "+CSMS", "+CLIP", "+CNUM", "+CCID", "+CPINR", "+CGMM", "+CGMR"),
            *("+CPMS?", "+CPMS=?", "+CNMI=?", "+CNMI?", "+COPS=", "+CREG=", "+CGREG", "+CEREG"),
            *("+CHUP", "+CSCS", "+CLAC"),
        }
    ),
)
"""Answers most set-up commands, and all questions what it can do, with ERROR [babca #96 #105;
faucamp #60]."""

SLOW_SIM: Final = replace(
    GENERIC,
    name="slow-sim",
    sim_ms=12_000,
    pin_query_waits=True,
    sim_busy_codes=(14, 515),
)
"""Its SIM is busy for seconds after power-on and after its PIN, to +CPIN? too [faucamp #10 #11]."""

LATE_SMSC: Final = replace(GENERIC, name="late-smsc", service_centre_ms=8_000)
"""Registered, but the service centre's number still reads empty [gammu #195; HA #67449]."""

MISFILED: Final = replace(
    GENERIC, name="misfiled", model="Virtual LTE", first_index=0, report_announced_in="SM"
)
"""Keeps reports in SR and announces +CDSI: "SM", as the EC25 and EG25 do, but is none of them by
its name [chan_quectel PR 75]."""

NO_MT: Final = replace(
    GENERIC,
    name="no-mt",
    echo=True,
    first_index=0,
    stores=MappingProxyType({"SM": 5, "ME": 30}),
    selectable=(("SM", "ME"), ("SM", "ME"), ("SM", "ME", "MT")),
    preferred=("SM", "SM", "MT"),
    empty_slot_is_error=False,
    memory_answer=MemoryAnswer.BARE,
    report_store="SM",
    report_announced_in="SM",
)
"""Receives into MT, which it cannot read: SM, then ME, hold what it announces there. Counts from
slot 0; +CPMS answers a bare OK and empty sets [gammu #369 #550; bg111 #31 #137; faucamp #15]."""

ONE_STORE: Final = replace(
    GENERIC,
    name="one-store",
    first_index=0,
    stores=MappingProxyType({"SM": 10}),
    selectable=(("SM",), ("SM",), ("SM",)),
    memory_answer=MemoryAnswer.FIRST_ONLY,
    report_store="SM",
    report_announced_in="SM",
)
"""Has the SIM's ten slots and nothing else; +CPMS tells of one memory only [faucamp #15]."""

TWO_PORTS: Final = replace(GENERIC, name="two-ports", echo=True, ports=2, announcing_port=2)
"""Takes commands on both of its ttys and announces on the second alone [gammu #418]."""

RESTLESS: Final = replace(
    GENERIC,
    name="restless",
    echo=True,
    boot_lines=("RDY",),
    ready_lines=("+CPIN: READY", "Call Ready", "SMS Ready"),
    reboot_after_commands=70,
)
"""Restarts by itself every so often, its port staying open [gammu #371 #400 #323; PavelVe #42]."""

FORGETFUL: Final = replace(GENERIC, name="forgetful", echo=True, reboot_after_commands=70)
"""Restarts by itself and says nothing of it: its echo is back, its announcements are off [gammu
#371 #400; PavelVe #42]."""

ONE_MEMORY: Final = replace(
    GENERIC,
    name="one-memory",
    stores=MappingProxyType({"SM": 20}),
    refused=frozenset({"+CPMS"}),
    report_store="SM",
    report_announced_in="SM",
)
"""Knows no AT+CPMS in any form: what it has selected is all there is [babca #96; faucamp #15]."""

NO_LISTING: Final = replace(GENERIC, name="no-listing", first_index=0, refused=frozenset({"+CMGL"}))
"""Lists nothing, but reads each slot [faucamp #60]."""

SECRETIVE: Final = replace(GENERIC, name="secretive", refused=frozenset({"+CSCA", "+CPIN?"}))
"""Tells neither its service centre nor what its SIM waits for, and has both [gammu #195]."""

ODDITIES: Final[tuple[Personality, ...]] = (
    NEVER_ECHO,
    ALWAYS_ECHO,
    CR_CR_LF,
    REFUSER,
    SLOW_SIM,
    LATE_SMSC,
    MISFILED,
    NO_MT,
    ONE_STORE,
    TWO_PORTS,
    RESTLESS,
    FORGETFUL,
    ONE_MEMORY,
    NO_LISTING,
    SECRETIVE,
)
