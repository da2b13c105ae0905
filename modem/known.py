"""What is remembered of the stick that a modem was found on: to find it first, and its right port.

Owns the value and who keeps it over restarts. A guess, never an identity: that is the IMEI.
"""

from dataclasses import dataclass
from typing import Protocol

from modem.imei import is_same_device
from modem.ttys import FoundPort, UsbStick


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStick:
    """Where a modem was last, and which of its ports answered.

    ``announces`` is the port where messages were announced, as far as that has shown.
    """

    imei: str
    vid: int | None
    pid: int | None
    serial: str | None
    place: str
    answers: str
    announces: str | None = None

    def is_like(self, stick: UsbStick) -> bool:
        """It is this stick or its clone, wherever it is plugged in."""
        return stick.ids == (self.vid, self.pid, self.serial)

    @property
    def best_port(self) -> str:
        """Which of its ports is the one to open."""
        return self.answers if self.announces is None else self.announces

    def is_at(self, stick: UsbStick) -> bool:
        """It is plugged in where it was."""
        return self.is_like(stick) and stick.place == self.place


def known_as(stick: UsbStick, port: FoundPort, imei: str, before: KnownStick | None) -> KnownStick:
    """Remember a stick by what answered; which port announces is the modem's, in any socket."""
    vid, pid, serial = stick.ids
    same = before is not None and is_same_device(before.imei, imei)
    return KnownStick(
        imei=imei,
        vid=vid,
        pid=pid,
        serial=serial,
        place=stick.place,
        answers=port.number,
        announces=before.announces if before is not None and same else None,
    )


def order_of_ports(
    stick: UsbStick, known: KnownStick | None, silent: set[str]
) -> tuple[FoundPort, ...]:
    """The port that is known to announce, then those that may, then those that did not.

    Of these first the one that answered last: a silent one may cost 8 s.
    """
    announces, answers = (known.announces, known.answers) if known is not None else (None, None)

    def rank(port: FoundPort) -> tuple[bool, bool, bool]:
        return port.number != announces, port.number in silent, port.number != answers

    return tuple(sorted(stick.ports, key=rank))


class StickMemory(Protocol):
    """Keeps what is known over restarts, by the modem's name."""

    async def recall(self, modem: str) -> KnownStick | None:
        """What was remembered last; None where nothing was, or nobody can say now."""
        ...

    async def remember(self, modem: str, known: KnownStick) -> None:
        """Keep it from now on."""
        ...


class ShortMemory:
    """Remembers until the process ends."""

    def __init__(self) -> None:
        self._known: dict[str, KnownStick] = {}

    async def recall(self, modem: str) -> KnownStick | None:
        """As StickMemory says."""
        return self._known.get(modem)

    async def remember(self, modem: str, known: KnownStick) -> None:
        """As StickMemory says."""
        self._known[modem] = known
