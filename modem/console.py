"""The guarded AT console: which commands a person may type, and how one is typed.

Allowed is what only asks. Whatever sets, deletes, dials, wants a body or restarts would change what
the session has set up, or answer in a way that it does not expect.
"""

import re
from dataclasses import dataclass

from modem.at.command import Command, Expect
from modem.at.events import TimedOut
from modem.at.fields import decode_text
from modem.session import Session

DEADLINE_SECONDS = 5.0
"""How long an answer may take: messages wait for it."""

LONGEST = 64

_SHAPE = re.compile(
    r"AT(?:(?P<info>I[0-9]?)|(?P<verb>[+^$*#%_][A-Z][A-Z0-9]{0,23})(?P<form>=\?|\?)?)?"
)

_ASKING = frozenset(
    {
        *("+CSQ", "+CESQ", "+CPAS", "+CEER", "+CLAC", "+CNUM", "+CBC", "+CIMI", "+CCID"),
        *("+CGSN", "+CGMI", "+CGMM", "+CGMR", "+GSN", "+GMI", "+GMM", "+GMR", "+GCAP"),
        *("+ICCID", "+CICCID", "+QCCID", "+CPINR", "+SPIC", "+QCSQ", "+QNWINFO", "+CSPN"),
        *("^ICCID", "^HCSQ", "^SYSINFO", "^SYSINFOEX", "^VERSION", "^CSNR"),
    }
)
"""What only asks although it is written without a question mark."""

_NEVER = {
    "+COPS=?": "it looks for networks for up to three minutes, in which the modem cannot send",
    **dict.fromkeys(
        # Supplementary services (27.007 §7): their state lies in the network.
        ("+CLIP?", "+CLIR?", "+COLP?", "+COLR?", "+CDIP?", "+CNAP?", "+CCWA?", "+CCFC?", "+CLCK?"),
        "it asks the network, which may take a minute",
    ),
    **dict.fromkeys(("+CMGS?", "+CMGW?", "+CMGC?", "+CMSS?", "+CNMA?"), "it may wait for a body"),
}
_RESTARTS = re.compile(r"[+^](?:CRESET|RESET|REBOOT|CPOF|CPWROFF|QPOWD|SMSO|SHUTDOWN)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """Why a command is not typed."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the modem answered, line by line; ``result`` is None where it said no final result."""

    command: str
    lines: tuple[str, ...]
    result: str | None
    done: bool
    """Whether the result was OK."""


def permit(line: str) -> Command | Denied:
    """Judge what somebody typed; gives the command as it will be written."""
    if len(line) > LONGEST:
        return Denied(reason=f"it has more than {LONGEST} characters")
    if not (line.isascii() and line.isprintable()):
        return Denied(reason="it has characters that are not printable ASCII")
    text = line.strip().upper()
    found = _SHAPE.fullmatch(text)
    if found is None:
        return Denied(reason=_why_not(text))
    verb, form = found["verb"], found["form"] or ""
    if verb is None:
        return _command(text, None)
    if why := _NEVER.get(verb + form):
        return Denied(reason=why)
    if _RESTARTS.match(verb):
        return Denied(reason="it may restart the modem or switch it off")
    if not form and verb not in _ASKING:
        return Denied(reason="without ? or =? it does something; only questions are allowed")
    return _command(text, verb)


def _why_not(text: str) -> str:
    if not text.startswith("AT"):
        return "a command begins with AT"
    if ";" in text:
        return "one command at a time"
    if "=" in text:
        return "it sets or does something; only questions are allowed, such as AT+CSQ or AT+CREG?"
    return "only questions are allowed, such as ATI, AT+CSQ, AT+CREG? or AT+CNMI=?"


def _command(text: str, verb: str | None) -> Command:
    prefixes = () if verb is None else (verb.encode("ascii") + b":",)
    return Command(line=text.encode("ascii"), prefixes=prefixes, expects=Expect.BARE)


async def type_in(session: Session, command: Command) -> Typed:
    """Type a permitted command. Raises PortLostError."""
    answer = await session.run(command, deadline_seconds=DEADLINE_SECONDS)
    final = None if isinstance(answer, TimedOut) else answer.final
    return Typed(
        command=command.line.decode("ascii"),
        lines=tuple(decode_text(line) for line in answer.lines),
        result=None if final is None else final.text,
        done=final is not None and final.ok,
    )
