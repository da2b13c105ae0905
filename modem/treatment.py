"""Remedies that are taken on an open port, and how it is seen whether they helped.

Owns the steps from AT+CNMI to AT+CFUN=1,1. What needs another port (reopening, backing off) is left
to the supervisor by ``ReopenError``. While it waits, what is pushed is committed.
"""

import asyncio
from collections.abc import Awaitable, Callable

from modem.care import Care
from modem.errors import ReopenError
from modem.ladder import Cause, Step
from modem.session import Reception, Session
from modem.timing import Timing

_BETWEEN_PORTS = frozenset({Step.REOPEN, Step.USB_RESET})


class Treatment:
    """Treats the modem of one session."""

    def __init__(
        self,
        *,
        session: Session,
        care: Care,
        timing: Timing,
        wake: asyncio.Event,
        attend: Callable[[], Awaitable[None]],
    ) -> None:
        self._session = session
        self._care = care
        self._timing = timing
        self._wake = wake
        self._attend = attend

    async def treat(self, cause: Cause, detail: str, *, ended: Callable[[], bool]) -> None:
        """Climb the ladder until a step helps, or ``ended`` says that there is no more to do.

        Raises ReopenError for a step that needs a fresh port, and PortLostError.
        """
        if self._care.cause is None:
            await self._care.begin(cause, detail)
        else:
            await self._care.failed()  # it goes on, whatever was tried last
        while not ended():
            step = self._care.step
            if step in _BETWEEN_PORTS or (step is Step.BACK_OFF and not self._stays_open):
                raise ReopenError(detail=detail)
            if await self._take(step, ended):
                await self._care.recovered()
                return
            if not ended():
                await self._care.failed()

    @property
    def _stays_open(self) -> bool:
        return self._care.cause is Cause.NO_NETWORK

    async def _take(self, step: Step, ended: Callable[[], bool]) -> bool:
        match step:
            case Step.REARM:
                await self._session.arm()
                return await self._session.reception() is Reception.ARMED
            case Step.ASK:
                return (await self._session.network()).answered
            case Step.SEARCH:
                await self._session.search()
                return await self._is_well_within(self._timing.remedy_seconds, ended)
            case Step.RADIO:
                await self._session.cycle_radio()
                await self._session.arm()
                return await self._is_well_within(self._timing.remedy_seconds, ended)
            case Step.BACK_OFF:
                return await self._is_well_within(self._pause_seconds, ended)
            case Step.RESTART:
                await self._session.restart()
            case Step.REOPEN | Step.USB_RESET | Step.SET_UP:
                pass
        raise ReopenError(detail="the modem is restarted" if step is Step.RESTART else "")

    @property
    def _pause_seconds(self) -> float:
        return self._care.pause_seconds(
            hurried=self._timing.hurried_seconds, pauses=self._timing.pause_seconds
        )

    async def _is_well_within(self, seconds: float, ended: Callable[[], bool]) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not ended():
            self._wake.clear()
            await self._attend()
            network = await self._session.network()
            if network.obstacle is None:
                return True
            if loop.time() >= deadline:
                return False
            await self._rest(min(deadline, loop.time() + self._timing.registration_poll_seconds))
        return False

    async def _rest(self, until: float) -> None:
        try:
            async with asyncio.timeout_at(until):
                await self._wake.wait()
        except TimeoutError:
            return
