"""One modem's life: find it, open it, set it up, serve it, and begin again when it goes away."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

import structlog

from config.schema import ModemSettings
from modem.attention import MAX_PUSHED, Attention
from modem.care import Care
from modem.desk import Desk
from modem.discovery import DeviceFinder
from modem.ears import Ears
from modem.errors import (
    BeginAnewError,
    OpenFailure,
    PortLostError,
    PortUnavailableError,
    Remedy,
    ReopenError,
    SetupError,
)
from modem.events import Handler, Status
from modem.hold import Hold
from modem.ladder import Cause, Step
from modem.port import Port
from modem.requests import WENT_AWAY, Requests
from modem.service import Service
from modem.session import Session
from modem.sim import OtherSimError
from modem.standing import Standing
from modem.state import State, Trigger
from modem.tape import Tape
from modem.timing import Timing
from modem.usb import UsbPorts
from modem.usb_remedy import UsbRemedy
from modem.watch import Watch

__all__ = ["Timing", "Worker"]

_BLOCKED = {
    Remedy.TIME: Trigger.SETUP_FAILED,
    Remedy.PIN: Trigger.PIN_WANTED,
    Remedy.PERSON: Trigger.BLOCKED,
}
_log = structlog.get_logger(__name__)


class Worker:
    """Runs one configured modem until it is stopped. Never raises for what a modem does."""

    def __init__(
        self,
        *,
        settings: ModemSettings,
        handler: Handler,
        finder: DeviceFinder,
        now_ms: Callable[[], int],
        timing: Timing | None = None,
        tape: Tape | None = None,
        usb: UsbPorts | None = None,
    ) -> None:
        self.settings = settings
        self._tape = tape
        self._handler = handler
        self._finder = finder
        self._timing = timing or Timing()
        self._submit_seconds = self._timing.submit_seconds
        self._stopping = False
        self._restart = False
        self._wake = asyncio.Event()
        self._failures = 0
        self._pushed: deque[bytes] = deque(maxlen=MAX_PUSHED)
        self._service: Service | None = None
        self._port: Port | None = None
        self._unparsed_before = 0
        self._standing = Standing(settings=settings, handler=handler, now_ms=now_ms)
        self._care = Care(
            standing=self._standing,
            handler=handler,
            clock=lambda: asyncio.get_running_loop().time(),
            modem=settings.name,
        )
        self._usb = usb or UsbPorts()
        self._usb_remedy = UsbRemedy(
            modem=settings.name, care=self._care, usb=self._usb, timing=self._timing
        )
        self._watch = Watch()
        self.desk = Desk(Requests(self._wake), self._standing)
        """Where people ask something of the modem by hand."""
        self._log = _log.bind(modem=settings.name)

    @property
    def status(self) -> Status:
        """How the modem stands now."""
        return self._standing.status

    @property
    def unparsed_lines(self) -> int:
        """How many lines of this modem meant nothing to us, in all its lives."""
        return self._unparsed_before + (self._port.unparsed_total if self._port else 0)

    def wake(self) -> None:
        """Something may be due: look now instead of at the next timer."""
        self._wake.set()

    def stop(self) -> None:
        """Begin no new work; ``run`` returns once the running exchange has ended."""
        self._stopping = True
        self._wake.set()

    def restart(self) -> None:
        """Close the port after the running exchange and begin again."""
        self._restart = True
        self._wake.set()

    def conclude(self, submission_id: str) -> None:
        """A report proved what became of this submission: do not wait long for its answer."""
        if self._service is not None:
            self._service.conclude(submission_id)

    async def run(self) -> None:
        """Serve the modem until ``stop``."""
        try:
            while not self._stopping:
                self._restart = False
                pause = await self._one_life()
                await self._rest(await self._usb_remedy.between_ports(pause, self._pause))
        finally:
            await self._standing.move(Trigger.STOP)

    def _ended(self) -> bool:
        return self._stopping or self._restart

    async def _one_life(self) -> float:
        """From no port to no port; gives the seconds to wait before the next."""
        device = await self._finder.locate(self.settings)
        if device is None:
            await self._not_found()
            return self._timing.device_poll_seconds
        if self._standing.state is not State.DEGRADED:
            absent = self._standing.state is State.ABSENT
            await self._standing.move(Trigger.OPEN if absent else Trigger.RETRY)
        attention = Attention(
            self._wake,
            modem=self.settings.name,
            pushed=self._pushed,
            on_ussd=self.desk.ussd.said,
        )
        port = self._port = Port(
            device, on_event=attention.on_event, on_lost=self.wake, tape=self._tape
        )
        try:
            await self._usb.note(self.settings.name, device)
            await port.open()
            await self._standing.move(Trigger.OPENED)
            await self._serve(Session(port, self.settings, self._handler), attention)
        except PortUnavailableError as error:
            return await self._open_failed(error)
        except PortLostError as error:
            return await self._lost(error)
        except SetupError as error:
            return await self._setup_failed(error)
        except ReopenError as error:
            return await self._reopen(error)
        except BeginAnewError as error:
            await self._standing.move(Trigger.LOST, error.detail)
        finally:
            await port.close()
            self._unparsed_before, self._port = self.unparsed_lines, None
            self._finder.release(self.settings)
            await self._handler.release()
        return 0.0

    async def _not_found(self) -> None:
        if self._standing.state is State.ABSENT:
            why = self._finder.obstacle(self.settings)
            await self._standing.explain(why or "no modem was found")
        else:
            await self._standing.move(Trigger.LOST, "the modem has gone")

    async def _serve(self, session: Session, attention: Attention) -> None:
        self._service = service = Service(
            session=session,
            handler=self._handler,
            attention=attention,
            standing=self._standing,
            wake=self._wake,
            timing=self._timing,
            care=self._care,
            watch=self._watch,
            desk=self.desk,
            ears=Ears(self._finder, self.settings),
            submit_seconds=self._submit_seconds,
        )
        try:
            set_up = await self._set_up(service, session, attention)
            while set_up:
                self._failures = 0
                await service.run(self._ended)
                if self._ended():
                    break
                self.desk.close("the modem restarted by itself")
                await self._care.begin(Cause.RESTARTED, "the modem restarted by itself")
                await self._standing.move(Trigger.REBOOTED, "the modem restarted by itself")
                set_up = await self._set_up(service, session, attention)
        finally:
            self._service = None
            self.desk.close("the gateway is stopping" if self._stopping else WENT_AWAY)
            self._submit_seconds = service.submit_seconds
            await service.hand_over()
        if not self._stopping:
            why = "restarted by request" if self._restart else "the modem begins anew"
            await self._standing.move(Trigger.LOST, why)

    async def _set_up(self, service: Service, session: Session, attention: Attention) -> bool:
        """Make the modem ready, once its SIM may be used; false when it has to begin anew."""
        while True:
            try:
                await service.set_up()
            except OtherSimError as error:
                hold = Hold(
                    session=session,
                    handler=self._handler,
                    attention=attention,
                    wake=self._wake,
                    look_seconds=self._timing.health_poll_seconds,
                )
                self._log.warning("modem_held", detail=error.detail)
                await self._standing.note(replace(self.status, identity=error.identity))
                await self._standing.move(Trigger.OTHER_SIM, error.detail)
                if not await hold.confirmed(
                    error.iccid, ended=self._ended, attend=service.hand_over
                ):
                    return False
                await self._standing.move(Trigger.CONFIRMED, "its SIM has been confirmed")
            else:
                return True

    async def _open_failed(self, error: PortUnavailableError) -> float:
        self._log.warning("modem_open_failed", device=error.device, failure=error.failure.value)
        degraded = self._standing.state is State.DEGRADED
        detail = await self._finder.explain(error)
        if error.failure is OpenFailure.MISSING:
            await self._standing.move(Trigger.LOST if degraded else Trigger.NO_DEVICE, detail)
            return self._timing.device_poll_seconds
        if degraded:
            await self._standing.explain(detail)
            return await self._next_remedy()
        await self._standing.move(Trigger.OPEN_FAILED, detail)
        return self._back_off()

    async def _lost(self, error: PortLostError) -> float:
        self._log.warning("modem_lost", device=error.device, detail=error.detail)
        opening, held = (self._standing.state is each for each in (State.OPENING, State.HELD))
        # A modem that is held does no work: its silence is no incident.
        if error.silent and not held and (self._care.cause or not opening):
            return await self._silent(error)
        if opening:
            await self._standing.move(Trigger.OPEN_FAILED, error.detail)
            return self._back_off()
        await self._standing.move(Trigger.LOST, error.detail)
        return self._timing.device_poll_seconds / 4

    async def _silent(self, error: PortLostError) -> float:
        if self._care.cause is None:
            await self._care.begin(Cause.SILENT, error.detail)
            return self._pause()
        if self._standing.state is State.OPENING:
            await self._standing.move(Trigger.OPEN_FAILED, error.detail)
        else:
            await self._care.show()
        return await self._next_remedy()

    async def _reopen(self, error: ReopenError) -> float:
        self._log.warning("modem_reopened", why=error.detail)
        await self._care.show()
        return self._pause()

    async def _next_remedy(self) -> float:
        """The port opened anew did not help; a restarted modem is given time to boot."""
        booting = self._care.step in {Step.RESTART, Step.USB_RESET}
        if not (booting and self._care.step_seconds < self._timing.remedy_seconds):
            await self._care.failed()
        return self._pause()

    def _pause(self) -> float:
        match self._care.step:
            case Step.BACK_OFF:
                return self._care.pause_seconds(
                    hurried=self._timing.hurried_seconds, pauses=self._timing.pause_seconds
                )
            case Step.RESTART | Step.USB_RESET:
                return self._timing.boot_seconds
            case _:
                return 0.0

    async def _setup_failed(self, error: SetupError) -> float:
        self._log.warning("modem_setup_failed", code=error.code, detail=error.detail)
        if self._care.cause is not None and error.remedy is Remedy.TIME:
            await self._care.show()
            return await self._next_remedy()
        await self._standing.move(_BLOCKED[error.remedy], error.detail)
        return self._back_off()

    def _back_off(self) -> float:
        pauses = self._timing.backoff_seconds
        seconds = pauses[min(self._failures, len(pauses) - 1)]
        self._failures += 1
        return seconds

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until stopped or told to restart; hints of work do not end it.

        A modem that is pulled out meanwhile, as people do with a sick one, is looked for at once.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not self._ended() and loop.time() < deadline:
            self._wake.clear()
            look = loop.time() + self._timing.device_poll_seconds
            try:
                async with asyncio.timeout_at(min(deadline, look)):
                    await self._wake.wait()
            except TimeoutError:
                if await self._finder.has_gone(self.settings):
                    return
