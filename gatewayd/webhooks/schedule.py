"""What a try of a delivery leads to: done, tried again and when, or given up. Pure values.

The number of tries ends it and not the date, so that a clock that jumps loses no event.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

RETRY_SECONDS = (
    *(5, 30, 120, 600, 1_800, 3_600),
    *(7_200, 14_400, 21_600, 28_800, 36_000),
    *(43_200, 43_200, 43_200, 14_400),
)
"""The pauses after the first try and those after it: three days together."""

JITTER = 0.2
"""Each pause is longer or shorter by up to this share, so that receivers are not hit in step."""

REPORTED_AFTER = 4
"""After so many tries in vain (some twelve minutes) the webhook itself counts as failing."""

LONGEST_RETRY_AFTER_SECONDS = 86_400
"""A receiver may ask for a longer pause, but not for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request and its answer: a ``status`` with the beginning of the body, or an ``error``."""

    duration_ms: int
    status: int | None = None
    answer: str | None = None
    error: str | None = None
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receiver took it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """It is tried again after this pause; ``failing``: often enough in vain to be reported."""

    after_seconds: float
    failing: bool


@dataclass(frozen=True, slots=True)
class GivenUp:
    """It was tried for three days, or can never be sent."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The receiver wants nothing any more (410)."""


Verdict = Delivered | Retry | GivenUp | Gone


def judge(attempt: Attempt, *, tries: int, spread: Callable[[], float]) -> Verdict:
    """Decide after the try number ``tries`` (from 1). ``spread`` gives -1 to 1."""
    if attempt.status is not None and attempt.status // 100 == 2:  # noqa: PLR2004 - 2xx
        return Delivered()
    if attempt.status == HTTPStatus.GONE:
        return Gone()
    if tries > len(RETRY_SECONDS):
        return GivenUp()
    pause = RETRY_SECONDS[tries - 1] * (1 + JITTER * spread())
    asked = min(attempt.retry_after_seconds or 0.0, LONGEST_RETRY_AFTER_SECONDS)
    return Retry(max(pause, asked), failing=tries >= REPORTED_AFTER)
