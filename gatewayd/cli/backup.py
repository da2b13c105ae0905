"""`gatewayd backup` and `gatewayd restore`: a copy of the store, and the way back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import click

from gatewayd.cli import show
from gatewayd.cli.failure import CliError, Exit
from gatewayd.cli.root import Session, pass_session


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@show.json_option
@pass_session
def backup(session: Session, file: Path, *, as_json: bool) -> None:
    """Copy the store to FILE, a new file, and check the copy; the daemon may go on."""
    from storage.backup import back_up  # noqa: PLC0415 - loads the store
    from storage.engine import FILE_NAME  # noqa: PLC0415 - as above
    from storage.errors import StoreError  # noqa: PLC0415 - as above

    source = session.load().settings.gateway.data_dir / FILE_NAME
    try:
        copied = back_up(source, file)
    except FileExistsError as error:
        raise CliError(
            f"{file} is there already.", advice="A backup never overwrites: choose another name."
        ) from error
    except StoreError as error:
        raise CliError(f"No backup was made: {error}.") from error
    except OSError as error:
        raise CliError(
            f"{file} cannot be written: {error.strerror or error}.",
            advice="Run this as root (sudo) or as the user that the daemon runs as.",
        ) from error
    _remember(source.parent, copied.path)
    if as_json:
        show.document({"file": str(copied.path.absolute()), "octets": copied.octets})
    else:
        show.note(
            f"{copied.path} holds everything up to now ({copied.octets / 1e6:.1f} MB), checked. "
            "It holds customers' messages: keep it as safe as the store itself."
        )


def _remember(data_dir: Path, copy: Path) -> None:
    """Let an erasure name this copy; one that cannot be noted is a backup all the same."""
    from gatewayd.cli.offline import hand_over  # noqa: PLC0415 - loads the store
    from gatewayd.clock import SystemClock  # noqa: PLC0415 - as above
    from storage.copies import remember  # noqa: PLC0415 - as above

    try:
        remember(data_dir, copy, now_ms=SystemClock().now_ms())
        hand_over(data_dir)
    except OSError as error:
        show.note(
            f"{data_dir} takes no note of this copy ({error.strerror or error}): when a customer "
            "is erased, it will not be named."
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--replace",
    is_flag=True,
    help="Where there is a store: put it aside under another name, and take its place.",
)
@show.json_option
@pass_session
def restore(session: Session, file: Path, *, replace: bool, as_json: bool) -> None:
    """Make FILE, a backup, the store again; the daemon must be stopped.

    What was waiting to be sent in the backup may have been sent since: it becomes `unknown`.
    """
    from gatewayd.cli.offline import hand_over, make_data_dir  # noqa: PLC0415 - loads the store

    data_dir = session.load().settings.gateway.data_dir
    make_data_dir(data_dir)
    held, replaced = _restore(file, data_dir, replace=replace)
    hand_over(data_dir)
    if as_json:
        show.document({"held": held, "replaced": None if replaced is None else str(replaced)})
        return
    show.note(f"The store in {data_dir} is as {file} has it.")
    if replaced is not None:
        show.note(f"The one before is kept as {replaced}.")
    if held:
        show.note(
            f"{held} message{' was' if held == 1 else 's were'} waiting to be sent when the backup "
            "was made and may have been sent since: `gatewayd messages list --state unknown` shows "
            "them, `gatewayd messages resolve` settles each."
        )


def _restore(file: Path, data_dir: Path, *, replace: bool) -> tuple[int, Path | None]:
    from gatewayd.clock import SystemClock, is_plausible  # noqa: PLC0415 - only here
    from storage import outbox  # noqa: PLC0415 - loads the store
    from storage.backup import restore as put_back  # noqa: PLC0415 - as above
    from storage.engine import FILE_NAME  # noqa: PLC0415 - as above
    from storage.errors import StoreError, StoreLocked  # noqa: PLC0415 - as above

    now_ms = SystemClock().now_ms()
    # A clock that was never set tells nothing about what is due: then all of it is held.
    until_ms = now_ms if is_plausible(now_ms) else 1 << 60
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    there = (data_dir / FILE_NAME).exists()
    aside = data_dir / f"{FILE_NAME}.replaced-{stamp}" if replace and there else None
    try:
        done = asyncio.run(
            put_back(
                file,
                data_dir,
                replaced=aside,
                unit=lambda tx: outbox.hold_restored(tx, now_ms=now_ms, due_until_ms=until_ms),
            )
        )
    except StoreLocked as error:
        raise CliError(
            f"A daemon uses {data_dir}: {error}.",
            advice="Stop it first (`systemctl stop gatewayd`), then restore.",
            status=Exit.FAILED,
        ) from error
    except FileExistsError as error:
        raise CliError(
            f"There is a store in {data_dir} already.",
            advice="With --replace it is put aside under another name; nothing is deleted.",
        ) from error
    except StoreError as error:
        raise CliError(f"Nothing was restored: {error}.") from error
    except OSError as error:
        raise CliError(f"Nothing was restored: {error.strerror or error}.") from error
    return done.held, done.replaced
