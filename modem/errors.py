"""What can go wrong between us and a modem, as exceptions with fields.

Expected outcomes of a dialogue (a refusal, a silence) are return values; only what ends the work on
this port is an exception.
"""

from enum import StrEnum

from modem.at.events import TimedOut


class ModemError(Exception):
    """Base of this package's exceptions."""


class OpenFailure(StrEnum):
    """Why a port could not be opened."""

    MISSING = "missing"
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    UNSUPPORTED = "unsupported"
    IO_ERROR = "io_error"


class PortUnavailableError(ModemError):
    """The port could not be opened; ``failure`` says why, ``detail`` is a sentence for people."""

    def __init__(self, *, device: str, failure: OpenFailure, detail: str) -> None:
        super().__init__(f"{device}: {detail}")
        self.device = device
        self.failure = failure
        self.detail = detail


class PortLostError(ModemError):
    """The port went away (unplugged, hung up) or was given up after failed resynchronisation.

    ``unfinished`` is what stood of the command that ran at that moment: whether its Ctrl-Z had been
    written, and the answer's lines so far. None for a command that was never written.
    ``silent``: the device is there, and what is on it answers nothing.
    """

    def __init__(
        self,
        *,
        device: str,
        detail: str,
        unfinished: TimedOut | None = None,
        silent: bool = False,
    ) -> None:
        super().__init__(f"{device}: {detail}")
        self.device = device
        self.detail = detail
        self.silent = silent
        self.unfinished = unfinished


class ReopenError(ModemError):
    """The port is given up as a remedy: to be opened again, after a pause."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BeginAnewError(ModemError):
    """The port is left, to be looked for from the start; ``detail`` says why."""

    def __init__(self, *, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Remedy(StrEnum):
    """What helps a modem that cannot be used as it is."""

    TIME = "time"
    """To try again after a while."""

    PIN = "pin"
    """To give the SIM's right PIN."""

    PERSON = "person"
    """Somebody has to do what the error says."""


class SetupError(ModemError):
    """The modem answers but cannot be used as it is; ``detail`` is a sentence for people."""

    def __init__(self, *, code: str, detail: str, remedy: Remedy = Remedy.TIME) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.remedy = remedy
