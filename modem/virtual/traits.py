"""In what makes of modem differ: data only, read by the modem where it acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from modem.virtual.ussd import UssdCoding

if TYPE_CHECKING:
    from collections.abc import Mapping

Choices = tuple[frozenset[int], ...]


def choices(*numbers: range | tuple[int, ...]) -> Choices:
    """Return what +CNMI=? offers, position by position."""
    return tuple(frozenset(each) for each in numbers)


class MemoryAnswer(StrEnum):
    """How +CPMS tells the use of the memories (27.005 §3.2.2 wants all three)."""

    FULL = "full"
    FIRST_ONLY = "first_only"  # of one memory
    BARE = "bare"  # a bare OK, and empty sets for +CPMS=?


@dataclass(frozen=True, slots=True, kw_only=True)
class Personality:
    """The traits of one make. Store names are 27.005's: SM, ME, SR, MT."""

    name: str
    manufacturer: str
    model: str
    revision: str
    echo: bool = False  # ATE after power-on
    echo_settable: bool = True  # False: ATE is answered OK and changes nothing
    line_end: str = "\r\n"  # around each line of an answer
    first_index: int = 1
    stores: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType({"SM": 30, "ME": 50, "SR": 20})
    )
    selectable: tuple[tuple[str, ...], ...] = (  # +CPMS=?, for mem1, mem2, mem3
        ("SM", "ME", "SR", "MT"),
        ("SM", "ME"),
        ("SM", "ME"),
    )
    preferred: tuple[str, str, str] = ("SM", "SM", "SM")  # after power-on
    memory_answer: MemoryAnswer = MemoryAnswer.FULL
    cnmi: Choices = field(
        default_factory=lambda: choices(range(4), range(4), (0, 2, 3), range(3), range(2))
    )
    csms_services: frozenset[int] = frozenset({0, 1})
    report_store: str = "SR"  # where ds=2 puts a status report
    report_announced_in: str = "SR"  # what +CDSI says of it (EC25: not the truth)
    boot_lines: tuple[str, ...] = ()
    ready_lines: tuple[str, ...] = ()  # once the SIM and SMS are ready
    chatter: tuple[str, ...] = ()
    chatter_seconds: float = 0.0  # 0: silent
    chatter_switch: str = ""  # the verb that turns the chatter off
    full_line: str | None = None  # said when a store has no room for an arrival
    refused: frozenset[str] = frozenset()  # verbs, or verbs with a form ("+CNMI=?"): ERROR
    accepted: frozenset[str] = frozenset()  # this make's own verbs, answered with a bare OK
    iccid_verb: str = "+CCID"
    pin_attempts_verb: str = "+CPINR"
    registration_verbs: frozenset[str] = frozenset({"+CREG", "+CGREG", "+CEREG"})
    empty_slot_is_error: bool = True  # +CMGR of an empty slot: +CMS ERROR: 321, else a bare OK
    chatter_at_prompt: bool = False  # unsolicited lines while a prompt is open
    errors_in_words: bool = False  # AT+CMEE=2 also words +CMS errors
    sim_ms: int = 0  # how long the SIM is busy after power-on and after its PIN
    pin_query_waits: bool = False  # while it is busy, +CPIN? is an error too
    sim_busy_codes: tuple[int, int] = (14, 314)  # +CME, +CMS
    service_centre_ms: int = 0  # from registration until +CSCA? names the centre
    ussd_request: UssdCoding = UssdCoding.PLAIN  # else ERROR
    ussd_answer: UssdCoding = UssdCoding.PLAIN
    ports: int = 1
    announcing_port: int = 1  # where unsolicited lines come out
    reboot_after_commands: int = 0  # 0: never by itself
    reboot_after_ms: int = 0
