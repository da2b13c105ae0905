"""Voice calls that nobody answers: RING and +CLIP until the caller or the computer hangs up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.virtual.modem import VirtualModem

RING_MS = 3000
INTERNATIONAL = 145
UNKNOWN = 129


class Calls:
    """At most one call at a time."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self._caller: str | None = None
        self._deafens = False

    @property
    def ringing(self) -> bool:
        """A call is coming in."""
        return self._caller is not None

    def ring(self, caller: str, *, rings: int = 3, deafens: bool = False) -> None:
        """Let a call come in. `deafens`: +CNMI is lost with it, as on some real modems."""
        self._caller = caller
        self._deafens = deafens
        self._ring_once(caller, rings)

    def _ring_once(self, caller: str, rings: int) -> None:
        if self._caller != caller:
            return
        if rings <= 0:
            self._modem.say("NO CARRIER")
            self.end()
            return
        self._modem.say("RING")
        if self._modem.settings.caller_id:
            kind = INTERNATIONAL if caller.startswith("+") else UNKNOWN
            self._modem.say(f'+CLIP: "{caller}",{kind},"",,"",0')
        self._modem.later(RING_MS, lambda: self._ring_once(caller, rings - 1))

    def end(self) -> None:
        """Hang up."""
        if self._caller is not None and self._deafens:
            self._modem.settings.announcements = (0, 0, 0, 0, 0)
        self._caller = None
