"""How a modem reads a command line and words its answer (V.250, 27.007, 27.005).

Values only: a line in, requests out; a reply in, bytes out. Deliberately independent of `modem.at`,
so that a misreading there cannot cancel itself out here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable


class Form(StrEnum):
    """The four forms of an extended command."""

    EXECUTE = ""
    READ = "?"
    TEST = "=?"
    SET = "="


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One command of a line. Arguments are unquoted; an omitted one is ""."""

    verb: str  # upper case: "+CMGS", "E", "&F", "^ICCID"
    form: Form
    arguments: tuple[str, ...] = ()

    def text(self, position: int) -> str:
        """Return an argument, "" where it was not given."""
        return self.arguments[position] if position < len(self.arguments) else ""

    def number(self, position: int, default: int = 0) -> int | None:
        """Return a numeric argument, `default` where it was not given, None if it is no number."""
        text = self.text(position).strip()
        if not text:
            return default
        return int(text) if text.isascii() and text.isdigit() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A final result. `code` belongs to CME and CMS."""

    kind: str  # "OK", "ERROR", "NO CARRIER", "CME", "CMS"
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is complete now."""

    lines: tuple[str, ...] = ()
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """An answer that takes time: `finish` gives it after `seconds`."""

    seconds: float
    finish: Callable[[], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The modem now wants a body; `finish` takes it, without its Ctrl-Z."""

    verb: str
    finish: Callable[[bytes], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """No answer at all, ever."""


Outcome: TypeAlias = Reply | Later | Prompt | Silence

OK: Final = Reply(result=Result(kind="OK"))
ERROR: Final = Reply(result=Result(kind="ERROR"))
_COMMAND_BREAK = re.compile(r'[^;"]*(?:"[^"]*"?[^;"]*)*')
_BASIC = re.compile(r"([A-Z]|&[A-Z])(\d*)(\?|=\?|=[^;]*)?")
_EXTENDED = re.compile(r"([+^*$#%][A-Z0-9&+\-_/]*)\s*(=\?|\?|=)?(.*)", re.DOTALL | re.IGNORECASE)
_BACKSPACE: Final = 0x08
_EDITING: Final = bytes(code for code in range(32) if code != _BACKSPACE) + b"\xff\x7f"
_ARGUMENT = re.compile(r'\s*(?:"([^"]*)"?|([^,"]*))\s*(?:,|$)')


def said(*lines: str) -> Reply:
    """Return information lines followed by OK."""
    return Reply(lines=lines, result=OK.result)


def cme(code: int) -> Reply:
    """Return `+CME ERROR`, 27.007 §9.2."""
    return Reply(result=Result(kind="CME", code=code))


def cms(code: int) -> Reply:
    """Return `+CMS ERROR`, 27.005 §3.2.5."""
    return Reply(result=Result(kind="CMS", code=code))


def ordered_error(code: str) -> Reply:
    """Return the error that a fault orders: "38", "CMS 332", "CME 14" or "ERROR"."""
    match = re.fullmatch(r"\+?(CMS|CME)?(?: ERROR:)?\s*(\d+)", code.strip().upper())
    if match is None:
        return ERROR
    return cme(int(match[2])) if match[1] == "CME" else cms(int(match[2]))


def edited(line: bytes) -> bytes:
    """Apply backspaces and drop control characters and noise, as a modem's line editor does."""
    if b"\x08" in line:
        kept = bytearray()
        for byte in line:
            if byte != _BACKSPACE:
                kept.append(byte)
            elif kept:
                kept.pop()
        line = bytes(kept)
    return line.translate(None, _EDITING)


def parse_line(line: bytes) -> tuple[Request, ...] | None:
    """Split a command line into its requests; None if it is no command line, () for a bare AT.

    What cannot be read becomes a request whose verb no modem knows.
    """
    text = line.decode("latin-1")
    start = text.upper().find("AT")
    if start < 0:
        return None
    rest = text[start + 2 :].strip()
    requests: list[Request] = []
    while rest:
        if rest[0] == ";" or rest[0] == " ":
            rest = rest[1:]
            continue
        request, rest = _take(rest)
        requests.append(request)
    return tuple(requests)


def _take(rest: str) -> tuple[Request, str]:
    if rest[0].upper() == "D":
        number, _, _ = rest[1:].partition(";")
        return Request(verb="D", form=Form.EXECUTE, arguments=(number,)), ""
    basic = _BASIC.match(rest.upper())
    if basic is not None:
        request = Request(
            verb=basic[1],
            form=Form.TEST if basic[3] == "=?" else Form.READ if basic[3] == "?" else Form.EXECUTE,
            arguments=(basic[2],) if basic[2] else (),
        )
        return request, rest[basic.end() :]
    whole = _COMMAND_BREAK.match(rest)
    end = max(1, whole.end() if whole else 1)
    command, after = rest[:end].strip(), rest[end:]
    extended = _EXTENDED.fullmatch(command)
    if extended is None:
        return Request(verb=command.upper(), form=Form.EXECUTE), after
    form = Form(extended[2] or "")
    arguments = _split_arguments(extended[3]) if form is Form.SET else ()
    return Request(verb=extended[1].upper(), form=form, arguments=arguments), after


def _split_arguments(text: str) -> tuple[str, ...]:
    arguments: list[str] = []
    position = 0
    while position <= len(text):
        match = _ARGUMENT.match(text, position)
        if match is None:  # text after a closing quote: the whole argument is taken as it stands
            arguments.append(text[position:])
            break
        arguments.append(match[1] if match[1] is not None else (match[2] or "").strip())
        if match.end() >= len(text):
            if text.endswith(","):
                arguments.append("")
            break
        position = match.end()
    return tuple(arguments)


NUMERIC: Final = {"OK": "0", "NO CARRIER": "3", "ERROR": "4"}

CME_WORDS: Final = {
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    16: "incorrect password",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    30: "no network service",
    31: "network timeout",
    50: "incorrect parameters",
    100: "unknown",
}
CMS_WORDS: Final = {
    1: "Unassigned (unallocated) number",
    8: "Operator determined barring",
    21: "Short message transfer rejected",
    27: "Destination out of order",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Congestion",
    47: "Resources unavailable, unspecified",
    96: "Invalid mandatory information",
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
}


def result_text(result: Result, *, cmee: int, words: bool) -> str:
    """Word a final result. `words`: this make also puts +CMS errors into words at CMEE=2."""
    match result.kind:
        case "CME":
            if cmee == 0:
                return "ERROR"
            known = CME_WORDS.get(result.code)
            return f"+CME ERROR: {known if cmee > 1 and known else result.code}"
        case "CMS":
            known = CMS_WORDS.get(result.code)
            return f"+CMS ERROR: {known if cmee > 1 and words and known else result.code}"
        case _:
            return result.kind
