"""Another SIM than before: the modem waits for a person, and its messages are left alone.

Owns the wait. Who confirms, and how that is remembered, is the gateway's: all that is asked of it
is which SIM this modem serves.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from modem.attention import Attention
from modem.errors import SetupError
from modem.events import Handler
from modem.session import Session
from modem.sim import is_same_sim

_log = structlog.get_logger(__name__)


class Hold:
    """The wait beside one SIM that nobody has confirmed."""

    def __init__(
        self,
        *,
        session: Session,
        handler: Handler,
        attention: Attention,
        wake: asyncio.Event,
        look_seconds: float,
    ) -> None:
        self._session = session
        self._handler = handler
        self._attention = attention
        self._wake = wake
        self._look_seconds = look_seconds

    async def confirmed(
        self, iccid: str, *, ended: Callable[[], bool], attend: Callable[[], Awaitable[int]]
    ) -> bool:
        """Wait until a person has confirmed this SIM; false when there is nothing to wait for.

        That is when ``ended`` says so, or when the modem has restarted or holds yet another SIM:
        it has to be set up from the start. ``attend`` keeps what the modem pushes all the same.
        Raises PortLostError.
        """
        loop = asyncio.get_running_loop()
        next_look = loop.time() + self._look_seconds
        while not (ended() or self._attention.rebooted):
            self._wake.clear()
            self._session.check()
            await attend()
            if await self._is_served(iccid):
                return True
            if self._attention.network_changed or loop.time() >= next_look:
                self._attention.network_changed = False
                now = await self._session.iccid()
                if now is not None and not is_same_sim(now, iccid):
                    return False
                next_look = loop.time() + self._look_seconds
            await self._rest(next_look)
        return False

    async def _is_served(self, iccid: str) -> bool:
        try:
            served = await self._handler.served_sim()
        except SetupError as error:
            _log.info("sim_not_compared", why=error.detail)
            return False
        return served is not None and is_same_sim(served, iccid)

    async def _rest(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        except TimeoutError:
            return
