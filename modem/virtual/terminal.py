"""The byte side of the modem: command lines, echo, prompts, answers, unsolicited lines.

Owns what has been typed and what is being answered. Does not know what any command means: a line's
requests go to `execute`, which gives outcomes. A prompt belongs to the modem, not to the program
that opened it: it stays open when that program dies, and the next one meets it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from modem.virtual.dialect import (
    NUMERIC,
    OK,
    Later,
    Outcome,
    Prompt,
    Reply,
    Request,
    Silence,
    edited,
    ordered_error,
    parse_line,
    result_text,
)
from modem.virtual.faults import FaultKind, Faults
from modem.virtual.outlet import Outlet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from modem.virtual.personality import Personality
    from modem.virtual.scheduler import Scheduler, Timer
    from modem.virtual.settings import Settings

ESCAPE = 0x1B
CONTROL_Z = 0x1A
MAX_LINE = 2048
MAX_BODY = 8192


class Terminal:
    """One modem's dialogue with whatever program is at the other end."""

    def __init__(
        self,
        *,
        personality: Personality,
        settings: Settings,
        scheduler: Scheduler,
        faults: Faults,
        random: Random,
        execute: Callable[[Request], Outcome],
        answered: Callable[[], object] = lambda: None,
    ) -> None:
        self.settings = settings
        self._outlet = Outlet(scheduler=scheduler, faults=faults, random=random)
        self._personality = personality
        self._scheduler = scheduler
        self._faults = faults
        self._execute = execute
        self._answered = answered  # told after each answer
        self._end = personality.line_end
        self._typed = bytearray()
        self._echoed = 0  # how much of _typed has been echoed
        self._previous: tuple[Request, ...] = ()
        self._requests: deque[Request] = deque()
        self._request: Request | None = None
        self._answer = bytearray()
        self._busy = False
        self._timer: Timer | None = None
        self._prompt: Prompt | None = None
        self._held: list[tuple[str, ...]] = []  # unsolicited lines that wait for the prompt's end

    @property
    def at_prompt(self) -> bool:
        """A prompt is open: whatever comes is body."""
        return self._prompt is not None

    @property
    def output(self) -> Callable[[bytes], None] | None:
        """Where bytes for the computer go; None while nobody hears."""
        return self._outlet.output

    @output.setter
    def output(self, output: Callable[[bytes], None] | None) -> None:
        self._outlet.output = output

    def reset(self, settings: Settings) -> None:
        """Lose all that power keeps: what was typed, the running command, the prompt."""
        self.settings = settings
        self._typed.clear()
        self._echoed = 0
        self._requests.clear()
        self._answer.clear()
        self._busy = False
        self._prompt = None
        self._held.clear()
        self._outlet.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def receive(self, data: bytes) -> None:
        """Take what the computer typed; while a command runs it waits its turn."""
        self._typed += data
        self._pump()

    def say(self, *lines: str) -> None:
        """Send an unsolicited block: one line, or a header and its PDU."""
        if self._prompt is not None and not self._personality.chatter_at_prompt:
            self._held.append(lines)
            return
        self._outlet.send(self._framed(lines))

    def _framed(self, lines: Iterable[str]) -> bytes:
        text = self._end.join(lines)
        return f"{self._end}{text}{self._end}".encode("latin-1", errors="replace")

    # Typing

    def _pump(self) -> None:
        while self._typed and not self._busy:
            taken = self._take_line() if self._prompt is None else self._take_body(self._prompt)
            if not taken:
                return

    def _take_line(self) -> bool:
        end = self._typed.find(b"\r")
        self._echo(end + 1 if end >= 0 else len(self._typed))
        if end < 0:
            if len(self._typed) > MAX_LINE:
                self._discard(len(self._typed))
            return False
        line = bytes(self._typed[:end])
        self._discard(end + 1)
        self._line(edited(line))
        return True

    def _line(self, line: bytes) -> None:
        if line.strip().upper() == b"A/":
            requests: tuple[Request, ...] | None = self._previous
        else:
            requests = parse_line(line)
        if requests is None:
            return  # no modem answers what does not start with AT
        self._previous = requests
        self._requests.extend(requests)
        self._request = None
        self._answer.clear()
        self._next()

    def _take_body(self, prompt: Prompt) -> bool:
        ends = [at for at in map(self._typed.find, (b"\x1a", b"\x1b")) if at >= 0]
        end = min(ends, default=-1)
        self._echo(end if end >= 0 else len(self._typed))
        if end < 0:
            if len(self._typed) > MAX_BODY:  # bounded; what is lost here could not be sent anyway
                self._discard(len(self._typed) - MAX_BODY)
            return False
        body, code = bytes(self._typed[:end]), self._typed[end]
        self._discard(end + 1)
        self._prompt = None
        if code == ESCAPE:
            self._finish(OK)
        else:
            self._outcome(prompt.finish(body))
        return True

    def _discard(self, count: int) -> None:
        del self._typed[:count]
        self._echoed = max(0, self._echoed - count)

    def _echo(self, until: int) -> None:
        if until > self._echoed:
            if self.settings.echo:
                self._outlet.send(bytes(self._typed[self._echoed : until]))
            self._echoed = until

    # Answering

    def _next(self) -> None:
        """Carry out the line's requests in order, until one fails or takes time."""
        while self._requests:
            self._request = self._requests.popleft()
            fault = self._faults.take(FaultKind.ERROR, self._request.verb)
            outcome = ordered_error(fault.code) if fault else self._execute(self._request)
            if not isinstance(outcome, Reply) or outcome.result.kind != "OK":
                self._outcome(outcome)
                return
            self._information(outcome.lines)
        self._finish(OK)

    def _outcome(self, outcome: Outcome) -> None:
        match outcome:
            case Reply():
                self._information(outcome.lines)
                if outcome.result.kind == "OK" and self._requests:
                    self._next()
                else:
                    self._finish(replace(outcome, lines=()))
            case Later():
                self._wait(outcome.seconds, lambda: self._outcome(outcome.finish()))
            case Prompt():
                self._open_prompt(outcome)
            case Silence():
                self._requests.clear()
            case _:
                assert_never(outcome)

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._busy = True

        def go() -> None:
            self._timer = None
            self._busy = False
            then()
            self._pump()

        self._timer = self._scheduler.call_later(seconds, go)

    def _open_prompt(self, prompt: Prompt) -> None:
        if self._faults.take(FaultKind.NO_PROMPT, prompt.verb):
            return
        late = self._faults.take(FaultKind.LATE_PROMPT, prompt.verb)
        if late is not None:
            self._wait(late.ms / 1000, lambda: self._show_prompt(prompt))
        else:
            self._show_prompt(prompt)

    def _show_prompt(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._outlet.send(f"{self._end}> ".encode())

    def _information(self, lines: tuple[str, ...]) -> None:
        if not lines:
            return
        shown = list(lines)
        if self._faults.take(FaultKind.INTERRUPT, self._verb()):
            shown = _interrupted(shown, self._personality.chatter or ("^RSSI:17",))
        framed = self._framed(shown)
        self._answer += framed if self.settings.verbose else framed[len(self._end) :]

    def _finish(self, reply: Reply) -> None:
        """End the line with its final result."""
        self._requests.clear()
        unasked = self._faults.take(FaultKind.UNSOLICITED, self._verb())
        if unasked is not None:
            chatter = self._personality.chatter or ("^RSSI:17",)
            self._answer += self._framed(unasked.line.split("\n") if unasked.line else chatter[:1])
        if not self.settings.quiet:
            text = result_text(
                reply.result,
                cmee=self.settings.error_level,
                words=self._personality.errors_in_words,
            )
            if self.settings.verbose:
                self._answer += self._framed([text])
            else:
                self._answer += f"{NUMERIC.get(text, text)}\r".encode()
        answer = bytes(self._answer)
        self._answer.clear()
        verb = self._verb()
        if self._faults.take(FaultKind.LOSE_ANSWER, verb):
            self._release()
            return
        late = self._faults.take(FaultKind.DELAY_ANSWER, verb)
        if late is not None:
            self._wait(late.ms / 1000, lambda: self._deliver(answer))
        else:
            self._deliver(answer)

    def _deliver(self, answer: bytes) -> None:
        self._outlet.send(answer)
        self._release()

    def _release(self) -> None:
        held, self._held = self._held, []
        for lines in held:
            self.say(*lines)
        self._answered()

    def _verb(self) -> str:
        return "AT" if self._request is None else self._request.verb


def _interrupted(lines: list[str], chatter: tuple[str, ...]) -> list[str]:
    """Put unsolicited lines between the lines of an answer, never inside a record and its PDU."""
    shown: list[str] = []
    for number, line in enumerate(lines):
        if number and line.startswith("+"):
            shown.append(chatter[number % len(chatter)])
        shown.append(line)
    shown.append(chatter[0])
    return shown
