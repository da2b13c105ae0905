"""`gatewayd export`: a conversation or everything, to a file; the daemon running or stopped."""

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, path_of
from gatewayd.cli.failure import CliError, NoDaemonError
from gatewayd.cli.root import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config.schema import Settings
    from storage.engine import Store

_FORMATS = ("json", "csv", "html")


@click.command()
@click.option("--conversation", "conversation_id", metavar="ID", help="One; else everything.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(_FORMATS),
    help="Of one conversation; json by default. Everything is JSON Lines.",
)
@click.option("--language", type=click.Choice(["en", "fr"]), help="Of the page to print.")
@click.option(
    "-o",
    "--output",
    "file",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file, which you alone may read; else standard output.",
)
@pass_session
def export(
    session: Session,
    /,
    *,
    conversation_id: str | None,
    format_: str | None,
    language: str | None,
    file: Path | None,
) -> None:
    """Export a conversation, or everything; the audit says who did."""
    if conversation_id is None and (format_ or language):
        raise click.UsageError("--format and --language are for one --conversation.")
    settings = session.load().settings
    path, query = "/v1/export", {}
    if conversation_id is not None:
        path = path_of("v1", "conversations", conversation_id, "export")
        query = {"format": format_ or "json", "language": language}
    with _output(file) as write:
        try:
            Client(settings.http.socket).download(path, query, write)
        except NoDaemonError as error:
            if not error.stopped:
                raise
            _offline(settings, conversation_id, format_ or "json", language, write)
    if file is not None:
        show.note(f"{file} holds customers' words and numbers: keep it safe, delete it in time.")


def _output(file: Path | None) -> AbstractContextManager[Callable[[bytes], object]]:
    return _new_file(file) if file is not None else _standard_output()


@contextmanager
def _standard_output() -> "Iterator[Callable[[bytes], object]]":
    yield sys.stdout.buffer.write
    sys.stdout.buffer.flush()


@contextmanager
def _new_file(file: Path) -> "Iterator[Callable[[bytes], object]]":
    """Open a file that there was not; what could not be finished is removed."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise CliError(
            f"{file} is there already.", advice="An export never overwrites: choose another name."
        ) from error
    except OSError as error:
        raise CliError(f"{file} cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(descriptor, "wb") as opened:
            yield opened.write
    except OSError as error:
        file.unlink(missing_ok=True)
        raise CliError(f"{file} cannot be written: {error.strerror or error}.") from error
    except BaseException:
        file.unlink(missing_ok=True)
        raise


def _offline(
    settings: "Settings",
    conversation_id: str | None,
    format_: str,
    language: str | None,
    write: Callable[[bytes], object],
) -> None:
    from gatewayd.cli.offline import in_store  # noqa: PLC0415 - only while stopped
    from gatewayd.cli.offline_rules import somebody  # noqa: PLC0415 - as above
    from gatewayd.clock import SystemClock  # noqa: PLC0415 - as above
    from gatewayd.exports.exports import Asked, Exports  # noqa: PLC0415 - as above
    from gatewayd.exports.formats import Format  # noqa: PLC0415 - as above
    from gatewayd.services.audits import Audits  # noqa: PLC0415 - as above

    async def spooled(store: "Store") -> IO[bytes] | None:
        clock = SystemClock()
        audits = Audits(store=store, clock=clock)
        exports = Exports(settings=settings, store=store, clock=clock, audits=audits)
        if conversation_id is None:
            return await exports.everything(by=somebody())
        asked = Asked(
            conversation_id=conversation_id,
            format=Format(format_),
            language=settings.gateway.language
            if language is None
            else type(settings.gateway.language)(language),
        )
        return await exports.conversation(asked, by=somebody())

    spool = in_store(settings.gateway.data_dir, spooled)
    if spool is None:
        raise CliError(f"There is no conversation {conversation_id}.")
    with spool:
        while chunk := spool.read(1 << 16):
            write(chunk)
