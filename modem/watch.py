"""When a modem that answers is sick all the same: what happened in a row, as a verdict.

Owns the thresholds. Sans-IO: the service tells what it saw, and the time.
"""

from typing import Final

from modem.events import Accepted, NotSent, Refused, SubmitOutcome, Unknown
from modem.ladder import Cause

STUCK_SUBMITS: Final = 2
REFUSED_SUBMITS: Final = 3
DEAD_POLLS: Final = 2
UNANNOUNCED_SWEEPS: Final = 2


class Watch:
    """What was seen of one modem."""

    def __init__(self) -> None:
        self._announces = False
        self._unregistered_since: float | None = None
        self.began()

    def began(self) -> None:
        """The modem has been set up: what was wrong before is over, or will show again."""
        self._stuck = self._refused = self._dead_polls = self._unannounced = 0
        self._unregistered_since = None

    def submitted(self, outcome: SubmitOutcome) -> Cause | None:
        """A submit ended by itself: not by a report, nor by a restart of the modem."""
        stuck = isinstance(outcome, Unknown | NotSent) and outcome.code in {
            "no_answer",
            "no_prompt",
        }
        refused = isinstance(outcome, Refused) and outcome.modem_trouble
        if isinstance(outcome, Accepted) or (isinstance(outcome, Refused) and not refused):
            self._stuck = self._refused = 0
        self._stuck += stuck
        self._refused += refused
        if self._stuck >= STUCK_SUBMITS:
            self._stuck = 0
            return Cause.STUCK
        if self._refused >= REFUSED_SUBMITS:
            self._refused = 0
            return Cause.REFUSING
        return None

    def proved(self) -> None:
        """A report tells that the network has taken a submit: the modem is not stuck."""
        self._stuck = 0

    def polled(self, *, answered: bool) -> Cause | None:
        """The questions of a health poll: whether any of them was answered."""
        self._dead_polls = 0 if answered else self._dead_polls + 1
        if self._dead_polls < DEAD_POLLS:
            return None
        self._dead_polls = 0
        return Cause.REFUSING

    def registered(self, *, registered: bool, now: float, patience: float) -> Cause | None:
        """Whether the modem has its network; ``patience`` is how long it may look for it."""
        if registered:
            self._unregistered_since = None
        elif self._unregistered_since is None:
            self._unregistered_since = now
        elif now - self._unregistered_since >= patience:
            self._unregistered_since = now
            return Cause.NO_NETWORK
        return None

    def announced(self) -> None:
        """The modem announced something: it is not deaf."""
        self._announces, self._unannounced = True, 0

    def found_unannounced(self) -> Cause | None:
        """A look into the stores by the timer found something new and not announced.

        A modem that never announced anything, on this port, is not deaf: the timer serves it.
        """
        self._unannounced += self._announces
        if self._unannounced < UNANNOUNCED_SWEEPS:
            return None
        self._unannounced = 0
        return Cause.DEAF


def words_of(outcome: SubmitOutcome) -> str:
    """What is told of a submit that was not accepted."""
    match outcome:
        case Refused(detail=detail) | NotSent(detail=detail) | Unknown(detail=detail):
            return detail
        case Accepted():
            return ""


def may_be_the_network(outcome: SubmitOutcome) -> bool:
    """Whether the network is worth a look before the next part uses up an attempt."""
    match outcome:
        case Refused(permanent=permanent):
            return not permanent
        case NotSent(code=code):
            return code != "withdrawn"
        case Unknown():
            return True
        case Accepted():
            return False
