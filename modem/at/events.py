"""What the engine tells its caller. Values only."""

from dataclasses import dataclass

from modem.at.command import Command
from modem.at.results import Final
from modem.at.urc import Urc


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The command was answered."""

    lines: tuple[bytes, ...]
    """The answer's lines in their order: prefixed, hex or bare, as the command expects."""

    final: Final
    ctrl_z_written: bool = False
    """Whether the body was released before the answer came (only then can a submit have left)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The deadline passed without a final result."""

    ctrl_z_written: bool
    lines: tuple[bytes, ...] = ()
    """What had come by then; a ``+CMGS: n`` here is an acceptance whose OK was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The running command is over; the engine's state says whether another may start."""

    command: Command
    response: Response | TimedOut


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptOpened:
    """The modem waits for the body: it has been queued, its Ctrl-Z is held back."""

    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolicited:
    """The modem tells something by itself."""

    urc: Urc


@dataclass(frozen=True, slots=True, kw_only=True)
class Unparsed:
    """A line that fits nothing: to be counted and logged."""

    line: bytes
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAnswer:
    """The answer to a command whose deadline had passed: evidence, when it was a submit.

    ``final`` is ``None`` when a submit's ``+CMGS`` is told before its OK has come.
    """

    command: Command
    lines: tuple[bytes, ...]
    final: Final | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resynced:
    """The modem answered AT by a lone OK and was quiet: the engine is idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResyncFailed:
    """Three tries without a lone OK: close the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """A line or an answer beyond its bound was cut off."""

    what: str


Event = (
    Finished
    | PromptOpened
    | Unsolicited
    | Unparsed
    | LateAnswer
    | Resynced
    | ResyncFailed
    | Overflow
)
