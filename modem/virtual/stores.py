"""Message stores of a modem: numbered slots with a limit. Holds raw PDUs, never decodes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNION = "MT"
_IN_UNION = ("SM", "ME")


class Status(IntEnum):
    """27.005 §3.1, `<stat>`."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3


TEXT_STATUS = {
    Status.UNREAD: "REC UNREAD",
    Status.READ: "REC READ",
    Status.UNSENT: "STO UNSENT",
    Status.SENT: "STO SENT",
}


@dataclass(slots=True, kw_only=True)
class Stored:
    """A slot's content: SMSC and TPDU."""

    status: Status
    pdu: bytes


class MessageStore:
    """Slots `first` to `first + size - 1`; the lowest free one is filled first."""

    def __init__(self, *, size: int, first: int) -> None:
        self.first = first
        self.size = size
        self.jammed = False  # a fault: no room, whatever the count says
        self._slots: dict[int, Stored] = {}

    @property
    def used(self) -> int:
        """Number of slots taken; a jammed store shows itself full."""
        return self.total if self.jammed else len(self._slots)

    @property
    def total(self) -> int:
        """Number of slots."""
        return self.size

    def free_index(self) -> int | None:
        """Return the lowest free index, None when full."""
        if self.jammed or len(self._slots) >= self.size:
            return None
        index = self.first
        while index in self._slots:
            index += 1
        return index

    def add(self, stored: Stored) -> int | None:
        """Fill the lowest free slot and return its index; None when full."""
        index = self.free_index()
        if index is not None:
            self._slots[index] = stored
        return index

    def get(self, index: int) -> Stored | None:
        """Return a slot's content."""
        return self._slots.get(index)

    def remove(self, index: int) -> Stored | None:
        """Empty a slot and return what lay there."""
        return self._slots.pop(index, None)

    def holds(self, index: int) -> bool:
        """Tell whether this index exists, empty or not."""
        return self.first <= index < self.first + self.size

    def items(self) -> list[tuple[int, Stored]]:
        """Return the filled slots by index."""
        return sorted(self._slots.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A slot by its physical store, and by the index that the named memory shows for it."""

    store: str
    index: int
    shown: int


def behind(stores: Mapping[str, MessageStore], name: str) -> tuple[tuple[str, MessageStore], ...]:
    """Return the physical stores of a memory: MT is SM and ME, as far as there are both."""
    names = _IN_UNION if name == UNION else (name,)
    return tuple((each, stores[each]) for each in names if each in stores)


def put(stores: Mapping[str, MessageStore], name: str, stored: Stored) -> Place | None:
    """Fill a slot of a memory; None when it is full. MT counts on from one store to the next."""
    offset = 0
    for each, store in behind(stores, name):
        index = store.add(stored)
        if index is not None:
            return Place(store=each, index=index, shown=offset + index)
        offset += store.size
    return None


def locate(stores: Mapping[str, MessageStore], name: str, shown: int) -> Place | None:
    """Find the slot behind an index of a memory, empty or not; None where there is none."""
    offset = 0
    for each, store in behind(stores, name):
        if store.holds(shown - offset):
            return Place(store=each, index=shown - offset, shown=shown)
        offset += store.size
    return None
