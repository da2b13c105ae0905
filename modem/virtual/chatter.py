"""What a make says of its own accord while a program listens: signal, mode, voltage."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.virtual.modem import VirtualModem


class Chatter:
    """One line every so often, in the make's order, as long as somebody hears."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem

    def start(self) -> None:
        """Begin: a program has opened the port that announces."""
        seconds = self._modem.personality.chatter_seconds
        if seconds:
            self._modem.later(seconds * 1000, lambda: self._chat(0))

    def _chat(self, turn: int) -> None:
        modem = self._modem
        if not modem.announcer.opened:
            return
        lines = modem.personality.chatter
        if modem.settings.chatter:
            modem.say(lines[turn % len(lines)])
        modem.later(modem.personality.chatter_seconds * 1000, lambda: self._chat(turn + 1))
