"""What can be done to the store while the daemon is stopped.

Owns opening it for one command, and leaving its files to the user that the daemon runs as.
Must not be used while a daemon runs: the store's lock refuses that, and so do we, in words.
"""

import asyncio
import errno
import os
import pwd
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.cli.failure import CliError, Exit
from gatewayd.clock import SystemClock
from gatewayd.services.tokens import Scope, create_token, note_created, unfit_token
from gatewayd.services.tokens import revoke_token as revoke
from storage import tokens
from storage.engine import Store
from storage.errors import StoreError, StoreLocked
from storage.tokens import TokenRow

T = TypeVar("T")

SERVICE_USER = "gatewayd"


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeToken:
    """A token just made; the only time that its secret is known."""

    row: TokenRow
    secret: str


def make_token(
    data_dir: Path,
    *,
    name: str,
    scopes: Collection[str],
    inboxes: Sequence[str] | None = None,
    instead: bool = False,
) -> MadeToken:
    """Make a token, ``instead`` of the earlier ones of this name or beside them.

    Raises CliError when the store cannot be used.
    """

    async def unit(tx: AsyncConnection) -> MadeToken:
        now_ms = SystemClock().now_ms()
        if instead:
            for earlier in await tokens.list_all(tx):
                if earlier.name == name:
                    await revoke(tx, earlier.id, by=_somebody(), now_ms=now_ms)
        wanted = set(map(Scope, scopes))
        limits: dict[str, Any] = {"inboxes": inboxes, "person_id": None, "now_ms": now_ms}
        if unfit := await unfit_token(tx, scopes=wanted, **limits):
            raise CliError(f"{unfit.field}: {unfit.detail}.")
        row, secret = await create_token(tx, name=name, scopes=wanted, **limits)
        await note_created(tx, row, by=_somebody(), now_ms=now_ms)
        return MadeToken(row=row, secret=secret)

    return _run(data_dir, unit)


def list_tokens(data_dir: Path) -> list[TokenRow]:
    """List the tokens, newest first; raises CliError."""
    return _run(data_dir, tokens.list_all)


def revoke_token(data_dir: Path, token_id: str) -> bool:
    """End a token; false when there is none such. Raises CliError."""

    async def unit(tx: AsyncConnection) -> bool:
        return await revoke(tx, token_id, by=_somebody(), now_ms=SystemClock().now_ms())

    return _run(data_dir, unit)


def _somebody() -> str:
    return f"uid:{os.geteuid()}"


def make_data_dir(data_dir: Path) -> None:
    """Make the folder for the user that the daemon will run as; raises CliError."""
    try:
        data_dir.mkdir(mode=0o750, parents=True, exist_ok=True)
        service = _service_user()
        if service is not None and data_dir.stat().st_uid == 0:
            os.chown(data_dir, service.pw_uid, service.pw_gid)
    except OSError as error:
        raise forbidden(data_dir, error) from error


def forbidden(path: Path, error: OSError) -> CliError:
    """Say that a file or folder cannot be made or written."""
    if isinstance(error, FileExistsError | NotADirectoryError):
        return CliError(
            f"{path} cannot be a folder: there is a file of that name, or one above it.",
            advice="Choose another place with [gateway] data_dir, or the demo's with --data.",
            status=Exit.CONFIG,
        )
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return no_room(path)
    return CliError(
        f"{path} cannot be written: {error.strerror or error}.",
        advice="Run this as root (sudo) or as the user that the daemon runs as, "
        "or choose another place with [gateway] data_dir.",
        status=Exit.CONFIG,
    )


def no_room(path: Path) -> CliError:
    """Say that the disk of a file or folder is full; what is tried again later may do."""
    return CliError(
        f"The disk is full: there is no room for {path}.",
        advice="`df -h` shows it. Delete what is not needed there, or move the data folder to a "
        "larger disk and say so in [gateway] data_dir.",
    )


def _run(data_dir: Path, unit: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    return in_store(data_dir, lambda store: store.shielded(unit))


def in_store(data_dir: Path, use: Callable[[Store], Awaitable[T]]) -> T:
    """Do something with the store of a daemon that is stopped; raises CliError."""
    make_data_dir(data_dir)
    try:
        result = asyncio.run(_opened(data_dir, use))
        hand_over(data_dir)
    except StoreLocked as error:
        raise CliError(
            f"A daemon uses {data_dir} but does not answer at its socket yet: {error}.",
            advice="Try again in a moment; `systemctl status gatewayd` shows how it is.",
            status=Exit.UNREACHABLE,
        ) from error
    except StoreError as error:
        if error.is_full:
            raise no_room(data_dir) from error
        raise CliError(f"The store in {data_dir} cannot be used: {error}.") from error
    except OSError as error:
        raise forbidden(data_dir, error) from error
    return result


async def _opened(data_dir: Path, use: Callable[[Store], Awaitable[T]]) -> T:
    store = await Store.open(data_dir=data_dir)
    try:
        return await use(store)
    finally:
        await store.close()


def hand_over(data_dir: Path) -> None:
    """Give files that root has just made to the folder's owner, or the daemon could not write."""
    if os.geteuid() != 0:
        return
    owner = data_dir.stat()
    for file in data_dir.iterdir():
        if file.is_file() and not file.is_symlink() and file.stat().st_uid == 0:
            os.chown(file, owner.st_uid, owner.st_gid)


def _service_user() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return None
