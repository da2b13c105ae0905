"""What all workers remember of their sticks: what to ask first, and which ports are no use.

Owns the order in which sticks and their ports are asked; holds no reservation.
"""

from collections.abc import Iterable

from modem.known import KnownStick, StickMemory, order_of_ports
from modem.ttys import FoundPort, UsbStick


class Recollection:
    """Known sticks by the name of their modem; what only this process needs to know beside it."""

    def __init__(self, memory: StickMemory) -> None:
        self._memory = memory
        self._known: dict[str, KnownStick | None] = {}
        self._silent: dict[str, set[str]] = {}
        """Ports that answered nothing, or announced nothing that came."""
        self._appearing: dict[str, frozenset[str]] = {}
        """The ports that there are, while the right one is missing."""

    async def recall(self, modem: str) -> KnownStick | None:
        """What is known of a modem's stick."""
        if self._known.get(modem) is None:
            self._known[modem] = await self._memory.recall(modem)
        return self._known[modem]

    async def remember(self, modem: str, known: KnownStick) -> None:
        """Keep it, over restarts too."""
        if self._known.get(modem) != known:
            self._known[modem] = known
            await self._memory.remember(modem, known)

    def ports(self, modem: str, stick: UsbStick, known: KnownStick | None) -> tuple[FoundPort, ...]:
        """The stick's ports in the order to ask them."""
        return order_of_ports(stick, known, self._silent.get(modem, set()))

    def add_silent(self, modem: str, numbers: Iterable[str]) -> set[str]:
        """Ask these ports last; gives all of this kind."""
        silent = self._silent.setdefault(modem, set())
        silent.update(numbers)
        return silent

    def forget_silent(self, modem: str) -> None:
        """The stick has gone: its next life begins anew."""
        self._silent.pop(modem, None)

    def first(
        self, modem: str, known: KnownStick | None, sticks: Iterable[UsbStick]
    ) -> UsbStick | None:
        """The stick to ask: what looks like it, first where it was, then what is no other's."""
        others = [each for name, each in self._known.items() if name != modem and each]

        def rank(stick: UsbStick) -> tuple[bool, bool, bool]:
            return (
                known is None or not known.is_like(stick),
                known is None or not known.is_at(stick),
                any(each.is_at(stick) for each in others),
            )

        there = [each for each in sticks if not self._still_appears(modem, known, each)]
        return min(there, key=rank, default=None)

    def _still_appears(self, modem: str, known: KnownStick | None, stick: UsbStick) -> bool:
        """Whether to wait a round for the right port: ttys come one by one, and others are mute."""
        if known is None or not known.is_like(stick):
            return False
        if any(port.number == known.best_port for port in stick.ports):
            self._appearing.pop(modem, None)
            return False
        seen_before = self._appearing.get(modem) == stick.nodes
        self._appearing[modem] = stick.nodes
        return not seen_before
