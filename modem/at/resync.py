"""Back into step with a modem after a deadline or at first contact: what was tried, what came.

Owns the judgement "in step": a lone OK to the typed AT. Knows neither bytes read nor time.
"""

from typing import Final as Constant

from modem.at.command import Command
from modem.at.events import LateAnswer
from modem.at.results import Final, Kind

MAX_TRIES: Constant = 3
MAX_LATE_LINES: Constant = 4096
_ESC: Constant = b"\x1b"
_ATTENTION: Constant = b"AT\r"


class Resync:
    """One way back into step."""

    def __init__(
        self,
        *,
        late: Command | None = None,
        late_lines: tuple[bytes, ...] = (),
        prompt_may_be_open: bool = False,
    ) -> None:
        self.late = late
        self.prompt_may_be_open = prompt_may_be_open
        self.tries = 0
        self._late_lines = list(late_lines)
        self._told = False
        self._finals: list[Final] = []

    @property
    def in_step(self) -> bool:
        """Whether the last AT was answered by an OK and by nothing else."""
        return self.tries > 0 and [final.kind for final in self._finals] == [Kind.OK]

    def next_try(self) -> bytes:
        """Begin another try: what to type.

        ESC only while a prompt may be open: to a modem in command state it is one more byte of a
        command line, and some answer it.
        """
        self.tries += 1
        self._finals.clear()
        return (_ESC if self.prompt_may_be_open else b"") + _ATTENTION

    def on_late_line(self, line: bytes) -> LateAnswer | None:
        """Take a line of the late command's answer; a submit's reference is told at once."""
        if len(self._late_lines) < MAX_LATE_LINES:
            self._late_lines.append(line)
        if self.late is None or self.late.body is None or self._told:
            return None
        self._told = True
        return LateAnswer(command=self.late, lines=(line,), final=None)

    def owes(self, line: bytes) -> bool:
        """Whether this is the submit's answer, come when the modem was long back in step."""
        late = self.late
        return late is not None and late.body is not None and line.startswith(late.prefixes)

    def take_late_ok(self) -> bool:
        """Take the OK after such an answer, so that it ends nobody else's command."""
        due = self.late is not None and self._told
        if due:
            self.late = None
        return due

    def forget_submit(self) -> None:
        """Give up waiting: from now on such an answer is another submit's."""
        self.late = None

    def on_final(self, final: Final) -> LateAnswer | None:
        """Take a final result: the late command's, or the answer to the typed AT.

        After AT was typed only a late command's own lines, or an error that AT cannot have, prove
        whose it is.
        """
        if self.late is not None and (
            self.tries == 0 or self._late_lines or final.kind is Kind.CMS
        ):
            late, self.late = self.late, None
            lines = tuple(self._late_lines)
            return None if self._told else LateAnswer(command=late, lines=lines, final=final)
        self._finals.append(final)
        # What stood open has been left: a modem at its prompt gives no final result. One that came
        # before anything was typed may be older than the prompt.
        self.prompt_may_be_open = self.prompt_may_be_open and self.tries == 0
        return None
