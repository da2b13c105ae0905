"""The SIM card: numbers, PIN, service centre, and the messages kept on it.

Outlives the modem's power. Knows no AT.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PIN_ATTEMPTS = 3


class Lock(StrEnum):
    """What `+CPIN?` says."""

    READY = "READY"
    PIN = "SIM PIN"
    PUK = "SIM PUK"


@dataclass(slots=True, kw_only=True)
class Sim:
    """One card. `pin` None means that it asks for none."""

    number: str
    iccid: str = "8930272000000000017"
    imsi: str = "302720000000001"
    smsc: str = "+15149876543"  # "" : reads empty, and submits without one fail
    pin: str | None = None
    puk: str = "12345678"
    attempts_left: int = PIN_ATTEMPTS
    lock: Lock = Lock.READY

    def power_on(self) -> None:
        """Lock again, if the card has a PIN. A PUK lock and the attempts last."""
        if self.lock is not Lock.PUK:
            self.lock = Lock.READY if self.pin is None else Lock.PIN

    def type_pin(self, pin: str) -> bool:
        """Try a PIN; the third wrong one locks the card until its PUK is known."""
        if pin == self.pin:
            self.attempts_left = PIN_ATTEMPTS
            self.lock = Lock.READY
            return True
        self.attempts_left -= 1
        if self.attempts_left <= 0:
            self.lock = Lock.PUK
        return False

    def type_puk(self, puk: str, new_pin: str) -> bool:
        """Unlock with the PUK and set a new PIN."""
        if puk != self.puk:
            return False
        self.pin = new_pin
        self.attempts_left = PIN_ATTEMPTS
        self.lock = Lock.READY
        return True
