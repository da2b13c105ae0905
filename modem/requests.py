"""What people ask of one modem by hand: each waits for the worker, and always gets an answer.

Owns the queue and its patience. Does not know what is asked. The worker takes one up between two
messages, when nothing more pressing waits; the loss of the port, a restart and the end of the
daemon answer what waits.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from modem.errors import PortLostError
from modem.session import Session

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
"""How long a request may wait behind messages, sweeps and remedies."""

MAX_WAITING = 16

WENT_AWAY = "the modem went away before it answered"


class WhyNot(StrEnum):
    """Why a request was not done."""

    NOT_SERVED = "modem_not_ready"
    """Nobody serves the modem now: it is absent, being set up, or needs a person."""

    BUSY = "modem_busy"
    """Messages, or the modem's own care, left no time for it."""

    LOST = "modem_lost"
    """The modem went away, or was restarted, before it had answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDone:
    """The request came to nothing; whether the modem has heard it, only ``LOST`` leaves open."""

    why: WhyNot
    detail: str


@dataclass(slots=True, kw_only=True)
class _Request(Generic[T]):
    work: Callable[[Session], Awaitable[T]]
    answer: "asyncio.Future[T | NotDone]"
    begun: bool = False


class Requests:
    """The queue of one modem; it outlives ports and sessions."""

    def __init__(self, wake: asyncio.Event) -> None:
        self._wake = wake
        self._waiting: deque[_Request[Any]] = deque()
        self._running: _Request[Any] | None = None
        self._served = False

    def open(self) -> None:
        """Take requests from now on: a worker will look after them."""
        self._served = True

    def close(self, detail: str) -> None:
        """Answer all that waits or runs, and take no more until the next ``open``."""
        self._served = False
        running = () if self._running is None else (self._running,)
        for request in (*running, *self._waiting):
            if not request.answer.done():
                request.answer.set_result(NotDone(why=WhyNot.LOST, detail=detail))
        self._waiting.clear()

    async def ask(
        self, work: Callable[[Session], Awaitable[T]], *, patience_seconds: float | None = None
    ) -> T | NotDone:
        """Let the worker do this, and wait for what comes of it.

        Whoever stops waiting takes back what has not begun. An unforeseen error of ``work`` is
        raised here, and ends nothing else.
        """
        if not self._served:
            return NotDone(why=WhyNot.NOT_SERVED, detail="nobody serves the modem now")
        if len(self._waiting) >= MAX_WAITING:
            return NotDone(why=WhyNot.BUSY, detail="too many requests wait for the modem")
        request = self._add(work)
        patience = PATIENCE_SECONDS if patience_seconds is None else patience_seconds
        try:
            await asyncio.wait({request.answer}, timeout=patience)
            if not (request.begun or request.answer.done()):
                return NotDone(
                    why=WhyNot.BUSY,
                    detail="messages, or the modem's own care, left no time for it",
                )
            return await request.answer
        finally:
            if request in self._waiting:
                self._waiting.remove(request)

    def leave(self, work: Callable[[Session], Awaitable[object]]) -> None:
        """Let the worker do this when it can; where nobody serves the modem, there is no need."""
        if self._served:
            self._add(work)

    def _add(self, work: Callable[[Session], Awaitable[T]]) -> _Request[T]:
        request = _Request(work=work, answer=asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        self._wake.set()
        return request

    async def take_up(self, session: Session) -> bool:
        """Do the oldest; false when nothing waits. Raises PortLostError, having answered."""
        if not self._waiting:
            return False
        self._running = request = self._waiting.popleft()
        request.begun = True
        try:
            result = await request.work(session)
        except PortLostError:
            # What the system said of it is in the log, and in nobody's language.
            self._answer(request, NotDone(why=WhyNot.LOST, detail=WENT_AWAY))
            raise
        except asyncio.CancelledError:
            self._answer(request, NotDone(why=WhyNot.LOST, detail="the gateway is stopping"))
            raise
        except Exception as error:  # noqa: BLE001 - the barrier of one request; its asker gets it
            if not request.answer.done():
                request.answer.set_exception(error)
        else:
            self._answer(request, result)
        finally:
            self._running = None
        return True

    def _answer(self, request: _Request[Any], result: object) -> None:
        if not request.answer.done():
            request.answer.set_result(result)
