"""Faults to order: what a bad modem, cable or network does, each a number of times.

Owns the list of armed faults and decides whose turn it is; the modem asks at the places where a
fault can strike. Knows no AT and no PDU.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class FaultKind(StrEnum):
    """Where a fault strikes and what it does."""

    LOSE_ANSWER = "lose_answer"  # the whole answer of a command never arrives
    DELAY_ANSWER = "delay_answer"  # the answer comes `ms` later; later input waits for it
    ERROR = "error"  # the command is not carried out and answers `code`
    SUBMIT_ERROR = "submit_error"  # after Ctrl-Z: not sent, answers `code`
    ACCEPT_THEN_ERROR = "accept_then_error"  # the network has it, the answer is `code`
    ACCEPT_THEN_SILENCE = "accept_then_silence"  # the network has it, no answer ever
    NO_PROMPT = "no_prompt"  # AT+CMGS is met with silence
    LATE_PROMPT = "late_prompt"  # the prompt comes `ms` later
    LOSE_ANNOUNCEMENT = "lose_announcement"  # +CMTI or +CDSI is swallowed, the message is stored
    DUPLICATE = "duplicate"  # the network delivers the next incoming message twice, `ms` apart
    INTERRUPT = "interrupt"  # unsolicited chatter between the lines of an answer
    UNSOLICITED = "unsolicited"  # `line` before the final result of any command
    CALL = "call"  # a voice call from `line` comes in before the answer; `code` "deafens": see ring
    STALL_AFTER_WRAP = "stall_after_wrap"  # deaf and dumb for `ms` (0: until it is restarted) after
    # the submit whose reference wraps from 255 to 0
    SPLIT = "split"  # output leaves byte by byte, `ms` apart (0: one write each)
    GARBLE = "garble"  # each output byte is hit with probability `rate`
    NOISE = "noise"  # NUL and 0xFF bytes precede each output
    GARBAGE = "garbage"  # a line of random bytes precedes each output


@dataclass(slots=True, kw_only=True)
class Fault:
    """One armed fault. `count` None means until cleared; `every` 3 means each third occasion."""

    kind: FaultKind
    match: str = ""  # only commands whose verb contains this; "" means any
    count: int | None = 1
    every: int = 1
    ms: int = 0
    code: str = ""  # "38", "CME 14", "CMS 332" or "ERROR"
    line: str = ""  # what is said, "\n" between its lines; who calls
    rate: float = 0.05
    seen: int = field(default=0, init=False)


class Faults:
    """The armed faults of one modem, in the order in which they were armed."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []

    @property
    def armed(self) -> tuple[Fault, ...]:
        """What is still to strike."""
        return tuple(self._armed)

    def add(self, fault: Fault) -> None:
        """Arm a fault."""
        self._armed.append(fault)

    def clear(self, kind: FaultKind | None = None) -> None:
        """Disarm all faults, or those of one kind."""
        self._armed = [fault for fault in self._armed if kind is not None and fault.kind != kind]

    def take(self, kind: FaultKind, verb: str = "") -> Fault | None:
        """Return the fault that strikes here and now, having counted it, or None."""
        for fault in self._armed:
            if fault.kind is not kind or fault.match.upper() not in verb:
                continue
            fault.seen += 1
            if fault.seen % fault.every:
                continue
            if fault.count is not None:
                fault.count -= 1
                if fault.count <= 0:
                    self._armed.remove(fault)
            return fault
        return None
