"""Which SIM one modem serves, over restarts, and what a person said to another one.

Owns the doubt that a swap leaves: what lay in the modem's own memory (``ME``) may have been sent to
the old SIM or the new one, so it is filed under neither.
"""

from dataclasses import replace

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.clock import Clock
from gatewayd.line import Line
from modem.errors import SetupError
from modem.events import ArrivedPdu, Disposition, Status
from modem.state import State
from storage import simswap
from storage.engine import Store
from storage.errors import StoreUnavailable

SIM_STORE = "SM"
"""The only store that is on the card itself; what lies in any other may be of an earlier one."""

_SERVING = frozenset({State.READY, State.UNREGISTERED})

_log = structlog.get_logger(__name__)


class SimCard:
    """The SIM of one modem, as far as it is remembered."""

    def __init__(self, *, store: Store, clock: Clock, modem: str) -> None:
        self._store = store
        self._clock = clock
        self._modem = modem
        self._in_doubt = False
        self._kept_back = False

    async def served(self) -> str | None:
        """The ICCID that this modem serves. Raises SetupError while the store does not answer."""
        try:
            async with self._store.read() as tx:
                self._in_doubt = await simswap.in_doubt(tx, self._modem)
                return await simswap.served(tx, self._modem)
        except StoreUnavailable as error:
            raise SetupError(
                code="store_unavailable",
                detail="the SIM is not used while the store does not say which one it was",
            ) from error

    async def remember(self, tx: AsyncConnection, status: Status) -> None:
        """The first SIM needs no confirmation: from its set-up on it is the one to serve."""
        iccid = status.identity.iccid
        if status.state in _SERVING and iccid is not None:
            await simswap.serve(tx, modem=self._modem, iccid=iccid, now_ms=self._clock.now_ms())

    async def confirm(self, iccid: str) -> None:
        """Serve this SIM from now on. Raises StoreUnavailable."""
        async with self._store.write() as tx:
            await simswap.serve(tx, modem=self._modem, iccid=iccid, now_ms=self._clock.now_ms())
            await simswap.doubt(tx, self._modem)
        _log.info("sim_confirmed", modem=self._modem)

    def doubts(self, arrived: ArrivedPdu) -> bool:
        """Whether nobody can know which SIM this was sent to."""
        return self._in_doubt and arrived.slot is not None and arrived.slot.store != SIM_STORE

    def handled(self, disposition: Disposition) -> None:
        """Hear what became of what was in doubt; what the modem keeps stays in doubt."""
        self._kept_back |= disposition is Disposition.KEEP

    async def swept(self) -> None:
        """All stores have been read: what comes into them from now on is this SIM's."""
        kept_back, self._kept_back = self._kept_back, False
        if not self._in_doubt or kept_back:
            return
        try:
            async with self._store.write() as tx:
                await simswap.settle(tx, self._modem)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return
        self._in_doubt = False


def without_sim(line: Line) -> Line:
    """The same modem, where it is not known which of its SIMs was meant."""
    return replace(line, iccid=None, number=None)
