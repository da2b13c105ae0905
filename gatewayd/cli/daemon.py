"""Runs the daemon for `run` and `demo`, and puts in words why it could not start.

Owns the exit status of a daemon's end. Must not know what the daemon does.
"""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog

from config.schema import Settings
from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.offline import forbidden, make_data_dir, no_room
from gatewayd.daemon import run_daemon
from gatewayd.http.server import ListenError
from gatewayd.tls.errors import TlsError
from storage.errors import SchemaTooNew, StoreError, StoreLocked

log = structlog.get_logger(__name__)
_DOCTOR = "`gatewayd doctor` looks at the file and the disk, and says what to do."


def run_here(settings: Settings, *, reload: Callable[[], None]) -> int:
    """Run the daemon until it is told to stop; gives its exit status, raises CliError."""
    return supervise(settings, run_daemon(settings, reload=reload))


def supervise(settings: Settings, daemon: Coroutine[Any, Any, int]) -> int:
    """Run a daemon's coroutine to its end; raises CliError for what a person can put right."""
    try:
        make_data_dir(settings.gateway.data_dir)
        return asyncio.run(daemon)
    except Exception as error:  # noqa: BLE001 - told below, bugs with their traceback in the log
        raise _in_words(settings, _innermost(error)) from None
    finally:
        daemon.close()


def _in_words(settings: Settings, error: Exception) -> CliError:
    data_dir = settings.gateway.data_dir
    match error:
        case CliError():
            return error
        case StoreLocked(pid=pid):
            holder = "another gatewayd" if pid is None else f"another gatewayd, process {pid}"
            return CliError(
                f"{data_dir} is in use by {holder}.",
                advice="Two daemons never share one data folder: stop the other one, "
                "or give this one another [gateway] data_dir.",
            )
        case ListenError():
            sentence = str(error)
            return CliError(f"{sentence[:1].upper()}{sentence[1:]}.")
        case TlsError():
            return CliError(
                f"The listener cannot be encrypted: {error}.",
                advice="`gatewayd config check` looks at the certificate too.",
                status=Exit.CONFIG,
            )
        case SchemaTooNew():
            return CliError(
                f"The store in {data_dir} cannot be used: {error}.",
                advice="Install that version again, or restore a backup that this one made.",
                status=Exit.CONFIG,
            )
        case StoreError():
            return no_room(data_dir) if error.is_full else _unfit(data_dir, error)
        case PermissionError() | OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return forbidden(Path(error.filename or data_dir), error)
        case _:
            # Its traceback belongs to the daemon's own log, beside what led to it.
            log.critical("daemon_ended_by_bug", exc_info=error)
            return CliError(
                f"The daemon ended because of a bug: {type(error).__name__}.",
                advice="The traceback is above, or in `journalctl -u gatewayd`: please report it. "
                "No message is lost by this; each is as the store has it.",
                status=Exit.BUG,
            )


def _unfit(data_dir: Path, error: StoreError) -> CliError:
    return CliError(f"The store in {data_dir} cannot be used: {error}.", advice=_DOCTOR)


def _innermost(error: Exception) -> Exception:
    """Take a lone error out of the groups that nested task groups wrap it in."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
