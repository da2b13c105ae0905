"""What the barrier around a unit may tell of an unforeseen error: where it was, never what it says.

An exception's words may quote the message that it was about (a codec's, a database's); logs must
not.
"""

import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import structlog

from storage.errors import StoreUnavailable

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def trace(error: BaseException) -> list[str]:
    """Name the places that the error passed, outermost first: ``function (file:line)``."""
    return [
        f"{frame.name} ({Path(frame.filename).name}:{frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
    ]


async def contained(unit: Callable[[], Awaitable[T]], event: str, **facts: str) -> T | None:
    """Run a unit; an unforeseen error in it is logged as ``event``, and ends nothing else.

    Raises StoreUnavailable, which is nobody's error.
    """
    try:
        return await unit()
    except StoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - the barrier itself
        _log.error(event, error=type(error).__name__, trace=trace(error), **facts)
        return None
