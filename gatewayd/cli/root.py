"""The command `gatewayd`: its global options, and its commands, each loaded only when used.

Owns the list of commands. Must import no command's module by itself: `gatewayd --help` is typed
by people who wait for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from config import Loaded
    from gatewayd.cli.client import Client


class _Entry(NamedTuple):
    module: str
    attribute: str
    summary: str


COMMANDS = {
    "run": _Entry("run", "run", "Run the daemon in the foreground."),
    "demo": _Entry("demo", "demo", "Try it all without hardware, on a virtual modem."),
    "init": _Entry("init", "init", "Write a configuration, find the modem, make a token."),
    "config": _Entry("configuration", "config", "Check, show or explain the configuration."),
    "send": _Entry("send", "send", "Send a message."),
    "messages": _Entry("messages", "messages", "List, show, cancel and resolve messages."),
    "modems": _Entry("modems", "modems", "List, find, probe, restart, mute and ask modems."),
    "events": _Entry("events", "events", "Show what happened, and what happens."),
    "audit": _Entry("audit", "audit", "Check that the audit journal is whole."),
    "export": _Entry("export", "export", "Export a conversation, or everything."),
    "rules": _Entry("rules", "rules", "Export, import and try the rules of what comes in."),
    "user": _Entry("users", "user", "Add people, let them in, and let them go."),
    "token": _Entry("tokens", "token", "Make, list and revoke tokens for programs."),
    "backup": _Entry("backup", "backup", "Copy the store to a file, while the daemon runs."),
    "restore": _Entry("backup", "restore", "Make a backup the store again."),
    "doctor": _Entry("doctor", "doctor", "Find out what is wrong, and what to do about it."),
    "virtual-modem": _Entry(
        "virtual_modem", "virtual_modem", "Offer a virtual modem on a pseudo-terminal."
    ),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names in the order of the documents."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"gatewayd.cli.{entry.module}")
        command = getattr(module, entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the list of commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one was probably meant."""
        import difflib  # noqa: PLC0415 - only for who mistyped

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1, cutoff=0.5)
            hint = f"Did you mean `gatewayd {near[0]}`?" if near else "See `gatewayd --help`."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx=ctx)
        return super().resolve_command(ctx, args)


@dataclass(slots=True)
class Session:
    """What the global options decided; each command receives it."""

    chosen: Path | None = None

    def file(self) -> Path:
        """Find the configuration file; raises ConfigNotFoundError."""
        from config import find  # noqa: PLC0415 - not every command reads it

        return find(self.chosen)

    def load(self) -> "Loaded":
        """Read the configuration; raises ConfigError, ConfigNotFoundError."""
        from config import load_with_origin  # noqa: PLC0415 - as above

        return load_with_origin(self.file())

    def client(self) -> "Client":
        """Give the way to the daemon that runs with this configuration."""
        from gatewayd.cli.client import Client  # noqa: PLC0415 - as above

        return Client(self.load().settings.http.socket)


pass_session = click.make_pass_decorator(Session, ensure=True)


def version() -> str:
    """Give the installed version."""
    return metadata.version("gatewayd")


def _print_version(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
    if value:
        click.echo(f"gatewayd {version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without --config: $GATEWAYD_CONFIG, else ./gatewayd.toml, "
    "else /etc/gatewayd/gatewayd.toml.",
)
@click.option(
    "--config",
    "config_file",
    metavar="FILE",
    # A file that may not be read is the configuration's trouble (78), not wrong usage.
    type=click.Path(path_type=Path, readable=False),
    help="The configuration file.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Print the version.",
)
@click.pass_context
def cli(ctx: click.Context, config_file: Path | None) -> None:
    """Run a self-hosted SMS gateway for USB GSM modems that never lies about a message."""
    ctx.obj = Session(chosen=config_file)


def invoke(arguments: Sequence[str] | None = None) -> Any:
    """Run a command line and give its result; every error comes out as an exception."""
    return cli.main(
        None if arguments is None else list(arguments), prog_name="gatewayd", standalone_mode=False
    )
