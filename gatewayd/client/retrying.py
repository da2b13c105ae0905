"""When a request is asked again, and after how long.

Pure: it decides, the transports wait.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from .errors import (
    ConflictError,
    GatewaydError,
    LostError,
    RefusedError,
    TooManyRequestsError,
    UnavailableError,
    UnreachableError,
)


def _random_share() -> float:
    return secrets.SystemRandom().uniform(0.5, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How patient a client is. What may have taken effect is asked again only if that is safe."""

    attempts: int = 4
    """How often it is asked at most, the first time included; 1: never again."""

    first_seconds: float = 0.5
    """The pause after the first failure; it doubles from then on."""

    longest_seconds: float = 30.0
    """No pause is longer; where the gateway asks for a longer one, the error is raised at once."""

    share: Callable[[], float] = field(default=_random_share, repr=False)
    """How much of the pause is really waited, so that many clients do not come back together."""

    def pause(self, attempt: int, error: GatewaydError, *, repeatable: bool) -> float | None:
        """Tell how long to wait after the ``attempt``-th failure (from 1); None: give up."""
        if attempt >= self.attempts or not _worth_it(error, repeatable=repeatable):
            return None
        asked = error.retry_after if isinstance(error, RefusedError) else None
        if asked is not None:
            return None if asked > self.longest_seconds else asked * (2 - self.share())
        return self.backoff(attempt)

    def comeback(self, failures: int, error: GatewaydError) -> float:
        """Tell when to open a stream again; raises ``error`` where coming back mends nothing."""
        match error:
            case UnreachableError() | LostError() | TooManyRequestsError() | UnavailableError():
                asked = error.retry_after if isinstance(error, RefusedError) else None
                return max(self.backoff(failures), asked or 0)
            case _:
                raise error

    def backoff(self, failures: int) -> float:
        """Tell how long to wait after so many failures in a row (from 1)."""
        # The exponent is bounded: a stream may come back for months.
        doubled = self.first_seconds * 2.0 ** min(failures - 1, 32)
        return min(doubled, self.longest_seconds) * self.share()


class Tries:
    """The tries of one request."""

    def __init__(self, policy: RetryPolicy, *, repeatable: bool) -> None:
        self._policy = policy
        self._repeatable = repeatable
        self._failures = 0

    def pause_after(self, error: GatewaydError) -> float:
        """Tell how long to wait before the next try; raises ``error`` where none is left."""
        self._failures += 1
        pause = self._policy.pause(self._failures, error, repeatable=self._repeatable)
        if pause is None:
            raise error
        return pause


class Comebacks:
    """The times that a stream was opened in vain since something last came by it."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._policy = policy
        self._failures = 0

    def arrived(self) -> None:
        """Note that something came."""
        self._failures = 0

    def pause_after(self, error: GatewaydError | None) -> float:
        """Tell when to open it again; None: it just ended. Raises what coming back mends not."""
        self._failures += 1
        ended = LostError("the gateway ended the stream")
        return self._policy.comeback(self._failures, error or ended)


def _worth_it(error: GatewaydError, *, repeatable: bool) -> bool:
    match error:
        case UnreachableError() | TooManyRequestsError():
            return True  # nothing has happened yet
        case LostError() | UnavailableError():
            return repeatable
        case ConflictError(code="idempotency_in_progress"):
            return repeatable
        case _:
            return False
