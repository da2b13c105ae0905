"""Reading and deleting: every PDU in the modem's stores is committed, then deleted, then forgotten.

Owns the order ``list → commit → +CMGD → forget``, which makes a kill at any moment harmless.
"""

from collections.abc import Callable, Iterable

import structlog

from modem.at.verbs import Stat, StoredPdu
from modem.attention import REPORT_STORE
from modem.events import ArrivedPdu, Disposition, Handler, Slot
from modem.session import Session

_log = structlog.get_logger(__name__)

_WRITTEN_HERE = frozenset({Stat.UNSENT, Stat.SENT})


class Sweeper:
    """Empties a modem's stores."""

    def __init__(
        self, session: Session, handler: Handler, *, restarted: Callable[[], bool]
    ) -> None:
        self._session = session
        self._handler = handler
        self._restarted = restarted

    async def sweep(self, announced: Iterable[str] | None) -> int:
        """Read the announced stores, or all of them for None; give how many were never read before.

        Raises PortLostError.
        """
        known = self._session.setup.stores
        wanted = known if announced is None else self._stores_for(set(announced))
        found = sum([await self._sweep_store(store) for store in wanted])
        if announced is None:
            await self._handler.swept()
        return found

    def _stores_for(self, announced: set[str]) -> tuple[str, ...]:
        """The physical stores behind the announced names.

        An unknown name (MT, a firmware's own) may mean any of them.
        """
        known = self._session.setup.stores
        # A modem without SR has said where else its report lies.
        if announced - {REPORT_STORE} <= set(known) and not announced.isdisjoint(known):
            return tuple(store for store in known if store in announced)
        return known

    async def _sweep_store(self, store: str) -> int:
        listing = await self._session.list_store(store)
        deleted: dict[Slot, bytes] = {}
        try:
            for entry in listing.entries:
                if entry.status not in _WRITTEN_HERE:
                    await self._take(store, entry, deleted)
        finally:
            if deleted:
                await self._handler.deleted(deleted)
        return sum(entry.status == Stat.UNREAD for entry in listing.entries)

    async def _take(self, store: str, entry: StoredPdu, deleted: dict[Slot, bytes]) -> None:
        slot = self._session.slot(store, entry.index)
        disposition = await self._handler.arrived(ArrivedPdu(pdu=entry.pdu, slot=slot))
        if disposition is Disposition.KEEP:
            return
        if self._restarted():
            self._session.forget_selection()
        if await self._session.delete(slot):
            deleted[slot] = entry.pdu
        else:
            _log.warning("slot_not_deleted", store=store, index=entry.index)
