"""The step ``USB_RESET`` of a ladder: taken once the modem's port is closed, or passed over.

Owns when it is taken, once each time the ladder comes to it. How is ``usb``'s.
"""

from collections.abc import Callable

import structlog

from modem.care import Care
from modem.ladder import Step
from modem.timing import Timing
from modem.usb import UsbPorts

_log = structlog.get_logger(__name__)


class UsbRemedy:
    """Takes the step for one modem."""

    def __init__(self, *, modem: str, care: Care, usb: UsbPorts, timing: Timing) -> None:
        self._modem = modem
        self._care = care
        self._usb = usb
        self._timing = timing
        self._taken_in: float | None = None

    async def between_ports(self, pause: float, next_pause: Callable[[], float]) -> float:
        """Take the step where it is due; gives the seconds to wait before the port is opened.

        ``pause`` is what would be waited without it, ``next_pause`` what the step after it asks.
        """
        care = self._care
        if care.cause is None or care.step is not Step.USB_RESET:
            return pause
        if self._taken_in == care.step_began:
            return pause  # it is booting
        self._taken_in = care.step_began
        if not self._usb.has(self._modem):
            await care.passed_over(None)
            return next_pause()
        obstacle = await self._usb.reset(self._modem)
        _log.warning("modem_usb_reset", modem=self._modem, obstacle=obstacle)
        if obstacle is not None:
            await care.passed_over(obstacle)
            return next_pause()
        return self._timing.boot_seconds
