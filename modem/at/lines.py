"""Bytes into lines, whatever the modem ends them with.

Owns line ends (any run of CR and LF), noise bytes and the bound on a line's
length. Knows nothing of what a line means. Each byte is looked at a constant number of times, also
when bytes arrive one by one.
"""

import re
from typing import Final

MAX_LINE_BYTES: Final = 4096
"""The longest honest lines are operator scans (about 2,000 bytes); a PDU line is below 400."""

# Opening a port, a brown-out or a wrong speed leave these (faucamp/python-gsmmodem #24, #77).
_NOISE: Final = b"\x00\xff"
_BREAK: Final = re.compile(rb"[\r\n]")
_BREAKS: Final = re.compile(rb"[\r\n]+")
_PROMPT: Final = b">"


class Overlong:
    """Stands for a line beyond the bound; its bytes are gone."""


OVERLONG: Final = Overlong()


class LineBuffer:
    """Takes bytes in any chunking, gives non-empty lines without their ends."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._searched = 0
        self._discarding = False
        self._fed = 0
        self._prompt_from: int | None = None
        self.noise_bytes = 0

    def feed(self, data: bytes) -> None:
        """Add what was read from the port."""
        clean = data.translate(None, _NOISE)
        self.noise_bytes += len(data) - len(clean)
        self._pending += clean
        self._fed += len(clean)

    def take_line(self) -> bytes | Overlong | None:
        """Give the next whole line, ``OVERLONG`` in place of one beyond the bound, or ``None``."""
        while True:
            if not self._discarding:
                self._skip_breaks()
            found = _BREAK.search(self._pending, self._searched)
            if found is None:
                return self._keep_partial()
            line = bytes(self._pending[: found.start()])
            del self._pending[: found.end()]
            self._searched = 0
            if self._discarding:
                self._discarding = False
            elif len(line) > MAX_LINE_BYTES:
                return OVERLONG
            else:
                return line

    def arm_prompt(self) -> None:
        """From here on a prompt counts; one that lies in the buffer already is stale."""
        self._prompt_from = self._fed

    def take_prompt(self) -> bool:
        """Take a prompt that stands at the start of a line and came after it was armed.

        27.005 §3.5.1 writes ``> ``; the space may come later or never, so ``>`` alone counts.
        """
        if self._prompt_from is None or not self._at_prompt():
            return False
        if self._fed - len(self._pending) < self._prompt_from:
            return False
        del self._pending[: len(_PROMPT)]
        self._searched = 0
        self._prompt_from = None
        return True

    def shows_prompt(self) -> bool:
        """Whether an unfinished line begins like a prompt, asked for or not."""
        return self._at_prompt()

    def _at_prompt(self) -> bool:
        if self._discarding:
            return False
        self._skip_breaks()
        return self._pending.startswith(_PROMPT)

    def _skip_breaks(self) -> None:
        if found := _BREAKS.match(self._pending):
            del self._pending[: found.end()]
            self._searched = 0

    def _keep_partial(self) -> Overlong | None:
        self._searched = len(self._pending)
        if len(self._pending) <= MAX_LINE_BYTES and not self._discarding:
            return None
        started = not self._discarding
        self._discarding = True
        self._pending.clear()
        self._searched = 0
        return OVERLONG if started else None
