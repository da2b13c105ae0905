"""The ttys of one modem: each has its own dialogue, all have the modem's settings in common.

Many sticks take commands on several ports and announce on one of them only (gammu #418). A port
knows nothing of verbs or power; it is told whether the modem is awake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.terminal import Terminal


class AtPort:
    """One tty. Has the face that a link wants; `changed` hears that a program came or went."""

    def __init__(
        self,
        *,
        terminal: Terminal,
        awake: Callable[[], bool],
        changed: Callable[[AtPort], object],
    ) -> None:
        self.terminal = terminal
        self._awake = awake
        self._changed = changed
        self._output: Callable[[bytes], None] | None = None

    @property
    def opened(self) -> bool:
        """A program has it open."""
        return self._output is not None

    def connect(self, output: Callable[[bytes], None]) -> None:
        """Let a program open the port: from now on bytes go to `output`."""
        self._output = output
        self.refresh()
        self._changed(self)

    def disconnect(self) -> None:
        """Let the program be gone. Prompt, settings and stores stay as they are."""
        self._output = None
        self.refresh()
        self._changed(self)

    def receive(self, data: bytes) -> None:
        """Take bytes that the program wrote; an unpowered or hung modem loses them."""
        if self._awake():
            self.terminal.receive(data)

    def refresh(self) -> None:
        """Speak if the modem is awake now, else be silent."""
        self.terminal.output = self._output if self._awake() else None
