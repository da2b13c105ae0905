"""What is tried on a sick modem, in which order: the mildest step first, each cause its own ladder.

Owns the tables and where one modem stands on them. Sans-IO: knows no modem, and is told the time.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

RELAPSE_SECONDS: Final = 600.0
"""A cause that comes back within this of its cure is taken up one step higher."""

ROUNDS_OF_HURRY: Final = 60
"""So many rounds a silent modem is asked again at once: a hang of minutes ends by itself."""

ROUNDS_BEFORE_RESET: Final = 8
"""In so many of these, a minute, a hang may end before the stick's USB device is reset."""


class Cause(StrEnum):
    """What is wrong with a modem."""

    SILENT = "modem_silent"
    """Commands time out, and AT is not answered."""

    DEAF = "modem_deaf"
    """Messages arrive and are not announced."""

    NO_NETWORK = "network_lost"
    REFUSING = "modem_refusing"
    """It answers, and refuses every command, or one submit after the other for its own reasons."""

    STUCK = "submit_stuck"
    """Submits end without an answer, AT is answered."""

    RESTARTED = "modem_restarted"


class Step(StrEnum):
    """What can be tried."""

    SET_UP = "set_up"
    REARM = "rearm"  # AT+CNMI= again
    ASK = "ask"  # AT, and the questions of a health poll
    SEARCH = "search"  # AT+COPS=0
    RADIO = "radio"  # AT+CFUN=4, AT+CFUN=1
    RESTART = "restart"  # AT+CFUN=1,1, then the port is opened anew
    REOPEN = "reopen"  # the port is closed and opened
    USB_RESET = "usb_reset"  # the stick's USB device is reset, as if it had been replugged
    BACK_OFF = "back_off"  # left alone for a while


LADDERS: Final[Mapping[Cause, tuple[Step, ...]]] = MappingProxyType(
    {
        # AT has been asked three times in vain by then: there is no command left to give.
        Cause.SILENT: (Step.REOPEN, Step.USB_RESET, Step.BACK_OFF),
        Cause.DEAF: (
            Step.REARM,
            Step.RADIO,
            Step.RESTART,
            Step.REOPEN,
            Step.USB_RESET,
            Step.BACK_OFF,
        ),
        # The line stays open throughout: the network may come back at any moment.
        Cause.NO_NETWORK: (Step.SEARCH, Step.RADIO, Step.RESTART, Step.BACK_OFF),
        Cause.REFUSING: (
            Step.ASK,
            Step.RADIO,
            Step.RESTART,
            Step.REOPEN,
            Step.USB_RESET,
            Step.BACK_OFF,
        ),
        Cause.STUCK: (Step.RADIO, Step.RESTART, Step.REOPEN, Step.USB_RESET, Step.BACK_OFF),
        Cause.RESTARTED: (Step.SET_UP, Step.REOPEN, Step.USB_RESET, Step.BACK_OFF),
    }
)
"""After its last step a ladder begins again at its second: the first has been shown to be vain."""

_RELAPSING: Final = frozenset({Cause.DEAF, Cause.REFUSING, Cause.STUCK})
"""Causes whose cure is proved only by what comes later."""


class Ladder:
    """Where one modem stands. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.cause: Cause | None = None
        self.rounds = 0
        """How often the whole ladder has been climbed in vain."""
        self._at = 0
        self._cured: dict[Cause, tuple[int, float]] = {}

    @property
    def step(self) -> Step:
        """What is tried now. Raises LookupError where nothing is wrong."""
        if self.cause is None:
            raise LookupError("nothing is wrong")
        return LADDERS[self.cause][self._at]

    def begin(self, cause: Cause, *, now: float) -> None:
        """Take up a cause at its first step, or above the one that did not cure it for long."""
        at, cured_at = self._cured.get(cause, (-1, now))
        relapsed = cause in _RELAPSING and now - cured_at < RELAPSE_SECONDS
        self.cause, self.rounds = cause, 0
        self._at = min(at + 1, len(LADDERS[cause]) - 1) if relapsed else 0

    def failed(self) -> None:
        """The step did not help: go on to the next."""
        if self.cause is None:
            raise LookupError("nothing is wrong")
        self._at += 1
        if self._at == len(LADDERS[self.cause]):
            self._at = min(1, self._at - 1)
            self.rounds += 1
        if self.step is Step.USB_RESET and not self._reset_is_due:
            self._at += 1

    @property
    def _reset_is_due(self) -> bool:
        """A silent modem is asked again each second at first: it cannot be reset as often."""
        hurried = self.cause is Cause.SILENT and self.rounds < ROUNDS_OF_HURRY
        return not hurried or self.rounds == ROUNDS_BEFORE_RESET

    def cured(self, *, now: float) -> None:
        """The step helped, as far as can be seen now."""
        if self.cause is not None:
            self._cured[self.cause] = (self._at, now)
        self.cause = None

    def proved(self, cause: Cause) -> None:
        """Something happened that a modem with this trouble cannot do: its cure holds."""
        self._cured.pop(cause, None)

    def pause_seconds(self, *, hurried: float, pauses: tuple[float, ...]) -> float:
        """How long to leave the modem alone at ``BACK_OFF``: longer from round to round."""
        rounds = self.rounds
        if self.cause is Cause.SILENT:
            if rounds < ROUNDS_OF_HURRY:
                return hurried
            rounds -= ROUNDS_OF_HURRY
        return pauses[min(rounds, len(pauses) - 1)]
