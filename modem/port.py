"""One open line: the engine's clock and its bytes' way to the device.

Owns deadlines and the quiet periods of resynchronisation. Knows commands, not what they are for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from modem.at.command import Command
from modem.at.engine import (
    Engine,
    EngineState,
    Event,
    Finished,
    LateAnswer,
    Overflow,
    PromptOpened,
    Response,
    Resynced,
    ResyncFailed,
    TimedOut,
    Unparsed,
    Unsolicited,
)
from modem.errors import PortLostError
from modem.tape import Tape
from modem.transport import LineProtocol, Transport, open_transport

QUIET_SECONDS = 0.1
"""A line silent for so long is between two answers; real modems write an answer in one go."""

AT_ANSWER_SECONDS = 2.0
"""How long a plain AT may take before it counts as a failed try."""

PROMPT_SECONDS = 10.0
"""How long the prompt of +CMGS may take; it is local to the modem."""

RESYNC_SECONDS = 30.0
"""How long to wait for a line to fall quiet; one that never does (a GPS receiver) is no modem."""

_log = structlog.get_logger(__name__)

OnPrompt = Callable[[], Awaitable[bool]]


class Port:
    """An open port. ``execute`` runs one command at a time; the worker sees to that."""

    def __init__(
        self,
        device: str,
        *,
        on_event: Callable[[Unsolicited | LateAnswer], None],
        on_lost: Callable[[], None],
        tape: Tape | None = None,
    ) -> None:
        self.device = device
        self._tape = tape
        self.unparsed_total = 0
        self._on_event = on_event
        self._tell_lost = on_lost
        self._engine = Engine()
        self._transport: Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._lost: str | None = None
        self._silent = False
        self._finished: asyncio.Future[Finished] | None = None
        self._prompted: asyncio.Future[None] | None = None
        self._synced: asyncio.Future[None] = self._loop.create_future()
        self._patient_until = 0.0
        self._closed = asyncio.Event()

    async def open(self) -> None:
        """Open the device and find its beat. Raises PortUnavailableError or PortLostError."""
        protocol = LineProtocol(self._on_data, self._on_lost)
        self._transport = await open_transport(self.device, protocol)
        if self._tape is not None:
            self._tape.opened()
        self._engine.opened()
        self._arm_quiet(QUIET_SECONDS)
        self._flush()
        await self._in_step()

    def abort(self) -> None:
        """Close at once."""
        self._stop_timer()
        if self._transport is not None:
            self._transport.abort()

    async def close(self) -> None:
        """Close at once and wait until the device is really released."""
        self.abort()
        if self._transport is not None:
            await self._closed.wait()

    def check(self) -> None:
        """Raise PortLostError when the line is no more."""
        if self._lost is not None:
            raise PortLostError(device=self.device, detail=self._lost, silent=self._silent)

    async def execute(
        self,
        command: Command,
        *,
        on_prompt: OnPrompt | None = None,
        deadline_seconds: float | None = None,
    ) -> Response | TimedOut:
        """Run one command to its final result or its deadline.

        For a command with a body, ``on_prompt`` is awaited once the prompt is there and the body is
        written but for its Ctrl-Z; false from it withdraws the body. Raises PortLostError.
        """
        await self._in_step()
        limit = command.deadline.seconds if deadline_seconds is None else deadline_seconds
        finished: asyncio.Future[Finished] = self._loop.create_future()
        prompted: asyncio.Future[None] = self._loop.create_future()
        self._finished, self._prompted = finished, prompted
        self._engine.start(command)
        self._flush()
        self._arm_deadline(limit if on_prompt is None else PROMPT_SECONDS)
        try:
            if on_prompt is not None:
                waited: set[asyncio.Future[Any]] = {prompted, finished}
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
                if not finished.done():
                    await self._pass_prompt(on_prompt, finished, limit)
            return (await finished).response
        finally:
            self._finished = self._prompted = None

    async def _pass_prompt(
        self, on_prompt: OnPrompt, finished: asyncio.Future[Finished], limit: float
    ) -> None:
        release = await on_prompt()
        # The modem may have answered (an error), or gone, while the commit ran: no body is held.
        if finished.done():
            return
        if release:
            self._engine.release_body()
        else:
            self._engine.abandon_body()
        self._flush()
        self._arm_deadline(limit if release else AT_ANSWER_SECONDS)

    def conclude(self, *, patience_seconds: float = 0.0) -> None:
        """End the running command as if its deadline had passed: evidence came another way.

        ``patience_seconds``: how long the modem may still be at it, and answer nothing else.
        """
        if self._finished is not None and not self._finished.done():
            self._patient_until = self._loop.time() + patience_seconds
            self._deadline()

    async def _in_step(self) -> None:
        self.check()
        if self._engine.state is EngineState.IDLE:
            return
        try:
            began = max(self._patient_until, self._loop.time())
            async with asyncio.timeout_at(began + RESYNC_SECONDS):
                await asyncio.shield(self._synced)
        except TimeoutError:
            self._lose("the line never falls quiet")
        self.check()

    def _on_data(self, data: bytes) -> None:
        if self._lost is not None:
            return
        if self._tape is not None:
            self._tape.heard(data)
        running = self._engine.command
        if running is not None and running.deadline_is_silence:
            self._arm_deadline(running.deadline.seconds)
        events = self._engine.receive(data)
        if self._engine.state is EngineState.RESYNC:
            self._arm_quiet(QUIET_SECONDS)
        self._handle(events)
        self._flush()

    def _handle(self, events: tuple[Event, ...]) -> None:
        for event in events:
            match event:
                case Finished():
                    self._finish(event)
                case PromptOpened():
                    self._stop_timer()  # however long the caller's commit takes
                    if self._prompted is not None and not self._prompted.done():
                        self._prompted.set_result(None)
                case Resynced():
                    self._stop_timer()
                    if not self._synced.done():
                        self._synced.set_result(None)
                case ResyncFailed():
                    self._silent = self._lost is None
                    self._lose("the modem does not answer AT")
                case Unsolicited() | LateAnswer():
                    self._on_event(event)
                case Unparsed() | Overflow():
                    self.unparsed_total += 1
                    # Never the line itself: a stray PDU is somebody's message.
                    _log.info("modem_line_unparsed", device=self.device, **_facts(event))

    def _finish(self, event: Finished) -> None:
        self._stop_timer()
        if self._engine.state is EngineState.RESYNC:
            self._synced = self._loop.create_future()
            self._arm_quiet(QUIET_SECONDS)
        if self._finished is not None and not self._finished.done():
            self._finished.set_result(event)

    def _flush(self) -> None:
        data = self._engine.data_to_send()
        if data and self._transport is not None:
            if self._tape is not None:
                self._tape.typed(data)
            self._transport.write(data)

    def _arm_deadline(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, self._deadline)

    def _arm_quiet(self, seconds: float) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, self._quiet)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _deadline(self) -> None:
        self._handle(self._engine.deadline_passed())
        self._flush()

    def _quiet(self) -> None:
        patient = self._loop.time() < self._patient_until
        self._handle(self._engine.quiet(patient=patient))
        if self._lost is None and self._engine.state is EngineState.RESYNC:
            self._arm_quiet(AT_ANSWER_SECONDS)
        self._flush()

    def _on_lost(self, why: str) -> None:
        self._lose(why)
        self._closed.set()

    def _lose(self, why: str) -> None:
        if self._lost is not None:
            return
        self._lost = why
        self._stop_timer()
        error = PortLostError(
            device=self.device, detail=why, unfinished=self._cut_short(), silent=self._silent
        )
        for future in (self._finished, self._prompted, self._synced):
            if future is not None and not future.done():
                future.set_exception(error)
                # Whoever waits gets it; where nobody does, asyncio must not complain at exit.
                future.exception()
        if self._transport is not None:
            self._transport.abort()
        self._tell_lost()

    def _cut_short(self) -> TimedOut | None:
        """End the running command; what stood of it is told like a deadline's."""
        for event in self._engine.deadline_passed():
            if isinstance(event, Finished) and isinstance(event.response, TimedOut):
                return event.response
        return None


def _facts(event: Unparsed | Overflow) -> dict[str, object]:
    match event:
        case Unparsed(line=line, why=why):
            return {"why": why, "line_bytes": len(line)}
        case Overflow(what=what):
            return {"why": f"too long: {what}"}
