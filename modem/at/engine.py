"""The dialogue with one modem, sans-IO: bytes in, events and bytes out.

Owns the order in which a line is classified, the unit of +CMGS and its body, and the way back into
step after a deadline. Has no clock: the caller says when a deadline or a quiet period has passed.
Any bytes, in any chunking, give the same events and never an exception.
"""

from typing import Final as Constant

from modem.at.command import Command
from modem.at.errors import EngineBusy, EngineMisuse
from modem.at.events import (
    Event,
    Finished,
    LateAnswer,
    Overflow,
    PromptOpened,
    Response,
    Resynced,
    ResyncFailed,
    TimedOut,
    Unparsed,
    Unsolicited,
)
from modem.at.fields import decode_hex
from modem.at.lines import LineBuffer, Overlong
from modem.at.quotes import LostQuote, QuoteJoiner
from modem.at.results import CALL_RESULTS, Final, parse_final
from modem.at.resync import MAX_TRIES, Resync
from modem.at.states import TRANSITIONS, EngineState, Trigger
from modem.at.unsolicited import Push, parse_push, parse_urc
from modem.at.urc import CallEnded

__all__ = [
    "Engine",
    "EngineState",
    "Event",
    "Finished",
    "LateAnswer",
    "Overflow",
    "PromptOpened",
    "Response",
    "ResyncFailed",
    "Resynced",
    "TimedOut",
    "Unparsed",
    "Unsolicited",
]

CTRL_Z: Constant = b"\x1a"
ESC: Constant = b"\x1b"
MAX_REPLY_LINES: Constant = 4096
"""More than any listing: the largest stores hold some hundreds of messages, two lines each."""

_NO_COMMAND: Constant = Command(line=b"")
_UNSENT: Constant = frozenset({EngineState.PROMPT_ARMED, EngineState.BODY_HELD})
"""Before Ctrl-Z there is no answer: a +CMGS then is an earlier submit's."""

_ACTIVE: Constant = frozenset(
    {
        EngineState.RUNNING,
        EngineState.PROMPT_ARMED,
        EngineState.BODY_HELD,
        EngineState.SUBMITTED,
    }
)


class Engine:
    """Speaks AT with one modem, one command at a time."""

    def __init__(self) -> None:
        self._state = EngineState.FAILED
        self._lines = LineBuffer()
        self._out = bytearray()
        self._command = _NO_COMMAND
        self._reply: list[bytes] = []
        self._push: Push | None = None
        self._joiner = QuoteJoiner()
        self._resync = Resync()

    @property
    def state(self) -> EngineState:
        """Where the dialogue stands."""
        return self._state

    @property
    def command(self) -> Command | None:
        """The running command."""
        return self._command if self._state in _ACTIVE else None

    @property
    def noise_bytes(self) -> int:
        """NUL and 0xFF bytes dropped since the port was opened."""
        return self._lines.noise_bytes

    def opened(self) -> None:
        """Forget everything: the port has just been opened, and a prompt may stand open on it."""
        self._lines = LineBuffer()
        self._out.clear()
        self._command = _NO_COMMAND
        self._reply.clear()
        self._push = None
        self._joiner = QuoteJoiner()
        self._resync = Resync(prompt_may_be_open=True)
        self._go(Trigger.OPENED)

    def start(self, command: Command) -> None:
        """Write a command. Raises ``EngineBusy`` unless idle."""
        if self._state is not EngineState.IDLE:
            raise EngineBusy("start", self._state)
        self._command = command
        self._out += command.line + b"\r"
        if command.body is None:
            self._go(Trigger.START)
        else:
            self._lines.arm_prompt()
            self._go(Trigger.START_WITH_BODY)

    def release_body(self) -> None:
        """Write the body's Ctrl-Z: from here on the network may have the message.

        Raises ``EngineMisuse`` unless a body is held: the command may have ended meanwhile.
        """
        if self._state is not EngineState.BODY_HELD:
            raise EngineMisuse("release_body", self._state)
        self._out += CTRL_Z
        self._resync.forget_submit()
        self._go(Trigger.RELEASE)

    def abandon_body(self) -> None:
        """Leave the prompt by ESC: nothing is sent.

        Raises ``EngineMisuse`` unless a body is held.
        """
        if self._state is not EngineState.BODY_HELD:
            raise EngineMisuse("abandon_body", self._state)
        self._out += ESC
        self._go(Trigger.ABANDON)

    def data_to_send(self) -> bytes:
        """Drain what is to be written to the port."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def receive(self, data: bytes) -> tuple[Event, ...]:
        """Take what was read from the port."""
        self._lines.feed(data)
        events: list[Event] = []
        while True:
            if self._state is EngineState.PROMPT_ARMED and self._lines.take_prompt():
                events.append(self._on_prompt())
            line = self._lines.take_line()
            if line is None:
                return tuple(events)
            if isinstance(line, Overlong):
                events.append(Overflow(what="line"))
            else:
                events.extend(self._on_line(line))

    def deadline_passed(self) -> tuple[Event, ...]:
        """End the running command unanswered; nothing happens where none runs."""
        if self._state not in _ACTIVE:
            return ()
        command, lines = self._command, tuple(self._reply)
        ctrl_z_written = self._state is EngineState.SUBMITTED
        unsent_body = command.body is not None and not ctrl_z_written
        self._resync = Resync(
            late=command,
            late_lines=lines,
            prompt_may_be_open=unsent_body or self._lines.shows_prompt(),
        )
        self._end(Trigger.DEADLINE)
        response = TimedOut(ctrl_z_written=ctrl_z_written, lines=lines)
        return (Finished(command=command, response=response),)

    def quiet(self, *, patient: bool = False) -> tuple[Event, ...]:
        """Judge the last try, or make the next: the line has been quiet for a while.

        Does nothing outside RESYNC. ``patient``: the modem may still be at the late command, and
        the AT that has been typed waits behind it.
        """
        if self._state is not EngineState.RESYNC:
            return ()
        events = [event for lost in self._joiner.give_up() for event in self._on_whole(lost)]
        events += self._drop_push()
        if self._lines.shows_prompt():
            self._resync.prompt_may_be_open = True
        if self._resync.in_step:
            self._go(Trigger.LONE_OK)
            events.append(Resynced())
        elif patient and self._resync.tries:
            return tuple(events)
        elif self._resync.tries == MAX_TRIES:
            self._go(Trigger.GIVE_UP)
            events.append(ResyncFailed())
        else:
            self._out += self._resync.next_try()
        return tuple(events)

    def _go(self, trigger: Trigger) -> None:
        self._state = TRANSITIONS[self._state, trigger]

    def _end(self, trigger: Trigger) -> None:
        self._reply.clear()
        self._go(trigger)

    def _on_prompt(self) -> Event:
        self._out += self._command.body or b""
        self._go(Trigger.PROMPT)
        return PromptOpened(command=self._command)

    def _on_line(self, raw: bytes) -> list[Event]:
        return [event for whole in self._joiner.add(raw) for event in self._on_whole(whole)]

    def _on_whole(self, line: bytes | LostQuote) -> list[Event]:
        if isinstance(line, LostQuote):
            return [Unparsed(line=line.text, why="its quote was never closed")]
        if self._push is None or self._is_echo(line):
            return self._classify(line)
        if (pdu := decode_hex(line)) is not None:
            push, self._push = self._push, None
            return [Unsolicited(urc=push.complete(pdu))]
        if parse_final(line) is None and (urc := parse_urc(line)) is not None:
            return [Unsolicited(urc=urc)]  # squeezed in between: the PDU is still to come
        return [*self._drop_push(), *self._classify(line)]

    def _classify(self, line: bytes) -> list[Event]:
        """Classify in the order that docs/at.md gives."""
        if (final := parse_final(line)) is not None:
            return self._on_final(line, final)
        if self._is_echo(line):
            return []
        asked = self._asked
        if asked is not None and line.startswith(asked.prefixes) and self._state not in _UNSENT:
            return self._on_answer(line)
        if (push := parse_push(line)) is not None:
            self._push = push
            return []
        if (urc := parse_urc(line)) is not None:
            return [Unsolicited(urc=urc)]
        if self._resync.owes(line):
            late = self._resync.on_late_line(line)
            return [] if late is None else [late]
        if asked is not None and asked.fits(line):
            return self._on_answer(line)
        return [Unparsed(line=line, why=f"not expected in state {self._state}")]

    @property
    def _asked(self) -> Command | None:
        """The command whose answer may come: the running one, or the late one."""
        if self._state in _ACTIVE:
            return self._command
        return self._resync.late if self._state is EngineState.RESYNC else None

    def _is_echo(self, line: bytes) -> bool:
        if self._state is EngineState.RESYNC and line.startswith(b"AT"):
            return True
        asked = self._asked
        return asked is not None and asked.is_echo(line)

    def _on_answer(self, line: bytes) -> list[Event]:
        if self._state is EngineState.RESYNC:
            late = self._resync.on_late_line(line)
            return [] if late is None else [late]
        if len(self._reply) > MAX_REPLY_LINES:
            return []
        self._reply.append(line)
        return [Overflow(what="answer")] if len(self._reply) > MAX_REPLY_LINES else []

    def _on_final(self, line: bytes, final: Final) -> list[Event]:
        active = self._state in _ACTIVE
        if final.kind in CALL_RESULTS and not (active and self._command.calls):
            return [Unsolicited(urc=CallEnded(line=line))]
        if self._state is not EngineState.RESYNC and final.ok and self._resync.take_late_ok():
            return []
        if self._state is EngineState.PROMPT_ARMED and final.ok:
            # A stray answer to something earlier: 27.005 §3.5.1 knows a prompt or an error here.
            return [Unparsed(line=line, why="OK in place of a prompt")]
        if active:
            return [self._finish(final)]
        if self._state is EngineState.RESYNC:
            late = self._resync.on_final(final)
            return [] if late is None else [late]
        return [Unparsed(line=line, why="a final result that nothing asked for")]

    def _finish(self, final: Final) -> Event:
        response = Response(
            lines=tuple(self._reply),
            final=final,
            ctrl_z_written=self._state is EngineState.SUBMITTED,
        )
        if self._state is EngineState.BODY_HELD:
            self._resync = Resync(prompt_may_be_open=True)
        self._end(Trigger.FINAL)
        return Finished(command=self._command, response=response)

    def _drop_push(self) -> list[Event]:
        push, self._push = self._push, None
        if push is None:
            return []
        return [Unparsed(line=push.header, why="its PDU did not follow")]
