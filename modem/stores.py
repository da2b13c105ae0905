"""Reading and emptying the modem's message stores by AT commands.

Owns which store is selected, and the ways around a modem that refuses the usual ones. Does not know
what a stored PDU means nor when it may be deleted.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from modem.at import verbs
from modem.at.command import Command
from modem.dialogue import Answer, ask, is_refusal, understand
from modem.port import Port
from modem.setup import Setup

T = TypeVar("T")

BLIND_SLOTS = 50
"""How many slots are tried where the modem does not tell a store's size: a large SIM's."""


class Stores:
    """The stores of one modem that has been set up."""

    def __init__(self, port: Port, setup: Setup) -> None:
        self._port = port
        self._selectable = setup.selected is not None
        self._selected = setup.selected
        self.used: int | None = None
        self.size: int | None = None

    async def list_store(self, store: str) -> verbs.Listing:
        """Everything in one store; what a listing cannot give is read slot by slot."""
        if self._selectable and self._selected != store and not await self._select(store):
            return verbs.Listing(entries=())
        lines, final = await self._ask(verbs.cmgl())
        listing = understand(self._port, (lines, final), verbs.parse_cmgl)
        if listing is None:
            return await self._read_slots(store) if is_refusal(final) else verbs.Listing(entries=())
        repaired = [await self._read(index) for index in listing.corrupt_indexes]
        entries = (*listing.entries, *(entry for entry in repaired if entry is not None))
        return verbs.Listing(entries=entries, corrupt=listing.corrupt)

    async def _read(self, index: int) -> verbs.StoredPdu | None:
        return await self._learn(
            verbs.cmgr(index), lambda lines: verbs.parse_cmgr(lines, index=index)
        )

    async def _read_slots(self, store: str) -> verbs.Listing:
        """The way without +CMGL: each slot by itself, until as many are found as are said to be."""
        usage = await self._usage(store)
        used, size = (None, BLIND_SLOTS) if usage is None else (usage.used, usage.size)
        entries: list[verbs.StoredPdu] = []
        for index in range(size + 1):  # counted from 0 by some, from 1 by others
            if used is not None and len(entries) >= used:
                break
            entry = await self._read(index)
            if entry is not None:
                entries.append(entry)
        return verbs.Listing(entries=tuple(entries))

    async def _usage(self, store: str) -> verbs.StoreUsage | None:
        command = verbs.cpms_select(store) if self._selectable else verbs.cpms_read()
        usage = await self._learn(command, verbs.parse_cpms)
        return usage[0] if usage else None

    async def _select(self, store: str) -> bool:
        usage = await self._learn(verbs.cpms_select(store), verbs.parse_cpms)
        self._selected = None if usage is None else store
        return usage is not None

    async def measure(self) -> None:
        """Ask how full the receiving store is."""
        usage = await self._learn(verbs.cpms_read(), verbs.parse_cpms)
        if usage:
            self.used, self.size = usage[-1].used, usage[-1].size

    async def delete(self, store: str, index: int) -> bool:
        """Empty one slot of the store that was listed last, if that still is the selected one."""
        if self._selectable and self._selected != store:
            return False
        _, final = await self._ask(verbs.cmgd(index))
        return final is not None and final.ok

    def forget_selection(self) -> None:
        """The modem has restarted: another store may be selected, and hold other messages."""
        self._selected = None

    async def _ask(self, command: Command) -> Answer:
        answer = await ask(self._port, command)
        if answer[1] is None:
            self.forget_selection()  # silent as one that restarts
        return answer

    async def _learn(self, command: Command, parse: Callable[[Sequence[bytes]], T]) -> T | None:
        return understand(self._port, await self._ask(command), parse)
