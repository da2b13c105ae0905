"""Whether what a modem announces is heard on the port that is open, or on another of its stick.

Many firmwares announce on one of several ttys only (gammu #418), and nothing tells which: it shows
when messages lie in the store that nobody announced.
"""

from config.schema import ModemSettings
from modem.discovery import DeviceFinder
from modem.errors import BeginAnewError


class Ears:
    """What one session on one port has heard."""

    def __init__(self, finder: DeviceFinder, settings: ModemSettings) -> None:
        self._finder = finder
        self._settings = settings
        self._heard = False

    async def heard(self) -> None:
        """Something was announced or pushed: this is the right port."""
        if not self._heard:
            self._heard = True
            await self._finder.heard(self._settings)

    async def missed(self) -> None:
        """The timer found something that was not announced.

        Raises BeginAnewError where this port never announced anything and the stick has another.
        """
        if not self._heard and await self._finder.may_announce_elsewhere(self._settings):
            raise BeginAnewError(detail="another port of the stick may announce what comes in")
