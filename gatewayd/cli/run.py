"""`gatewayd run`: the daemon, in the foreground."""

import gc

import click

from gatewayd.cli import show
from gatewayd.cli.root import Session, pass_session, version


@click.command()
@pass_session
def run(session: Session) -> int:
    """Run the daemon in the foreground, until SIGTERM or Ctrl-C."""
    loaded = session.load()
    for warning in loaded.warnings:
        show.note(f"{loaded.file}: {warning}")
    # What is imported stays: looking through it for garbage costs a tenth of the start, and later
    # some 50 ms in the middle of a submit.
    gc.disable()
    try:
        # Not before the configuration is right: the daemon takes a while to import.
        from gatewayd import logs  # noqa: PLC0415 - as above
        from gatewayd.cli.daemon import run_here  # noqa: PLC0415 - as above
        from gatewayd.reload import Reloader  # noqa: PLC0415 - as above
    finally:
        gc.freeze()
        gc.enable()

    logs.configure(loaded.settings.logging)
    settings = loaded.settings
    show.note(f"gatewayd {version()} for {settings.gateway.name}, as {loaded.file} says.")
    return run_here(settings, reload=Reloader(loaded.file, settings).reload)
