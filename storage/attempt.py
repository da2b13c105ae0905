"""Owns trying a part of a transaction: where it fails, it alone is undone, and the rest goes on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import run_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failed:
    """It was undone, because of this."""

    error: Exception


async def attempt(tx: AsyncConnection, unit: Callable[[], Awaitable[T]]) -> T | Failed:
    """Run a unit behind a savepoint. Raises what is the database's own trouble and no bug."""
    await run_text(tx, "SAVEPOINT attempt")
    try:
        result = await unit()
    except (OperationalError, InterfaceError):
        raise  # the whole transaction's: Store tells StoreUnavailable
    except Exception as error:  # noqa: BLE001 - the barrier itself
        await run_text(tx, "ROLLBACK TO SAVEPOINT attempt")
        await run_text(tx, "RELEASE SAVEPOINT attempt")
        return Failed(error)
    await run_text(tx, "RELEASE SAVEPOINT attempt")
    return result
