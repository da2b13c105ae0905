"""How a command fails: one sentence for a person, one exit status for a script.

Owns the exit statuses (CONTRACT.md "Commands"). Must not know any command.
"""

from collections.abc import Sequence
from enum import IntEnum


class Exit(IntEnum):
    """Exit statuses; the higher ones are those of sysexits.h."""

    DONE = 0
    FAILED = 1
    """It was tried and failed; also a message that ended ``failed`` or ``unknown``."""

    USAGE = 2
    UNREACHABLE = 69
    """The daemon or the modem cannot be reached."""

    BUG = 70
    CONFIG = 78
    INTERRUPTED = 130
    """Ended by Ctrl-C: 128 + SIGINT, as shells count."""


class CliError(Exception):
    """Ends a command. The sentence says what was wrong, the advice what to do about it."""

    def __init__(
        self, sentence: str, *, advice: str | None = None, status: Exit = Exit.FAILED
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice
        self.status = status


class NoDaemonError(CliError):
    """No daemon answers at the socket.

    Commands that can do without it go on where ``stopped``: nobody listens, rather than that we
    may not ask.
    """

    def __init__(self, sentence: str, *, advice: str | None = None, stopped: bool = False) -> None:
        super().__init__(sentence, advice=advice, status=Exit.UNREACHABLE)
        self.stopped = stopped


class RefusedError(CliError):
    """The daemon answered with a problem (RFC 9457)."""

    def __init__(
        self,
        sentence: str,
        *,
        http_status: int,
        code: str,
        advice: str | None = None,
        fields: Sequence[tuple[str, str]] = (),
    ) -> None:
        status = Exit.UNREACHABLE if http_status == 503 else Exit.FAILED  # noqa: PLR2004 - HTTP's
        super().__init__(sentence, advice=advice, status=status)
        self.http_status = http_status
        self.code = code
        self.fields = tuple(fields)
        """What is wrong with what was sent, each with its JSON pointer."""
