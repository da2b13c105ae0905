"""`gatewayd rules`: the rules as a file, and what they would do; the daemon running or stopped."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json
from gatewayd.cli.failure import NoDaemonError, RefusedError
from gatewayd.cli.root import Session, pass_session
from gatewayd.cli.rules_file import read_document, unfit_rules
from routing import rulesfile
from routing.model import Kind, Problem

if TYPE_CHECKING:
    from config.schema import Settings

T = TypeVar("T")

_LISTS = frozenset({"rules", "limits", "closures", "openings"})
_FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True, readable=False)


@click.group()
def rules() -> None:
    """Export, import and try the rules of what comes in."""


@rules.command("export")
@click.option("--version", "version", metavar="N", type=int, help="An earlier version of them.")
@show.json_option
@pass_session
def export_rules(session: Session, *, version: int | None, as_json: bool) -> None:
    """Print the rules in force as TOML, as `import` takes it."""

    def online(client: Client) -> Json:
        return client.get("/v1/rules" if version is None else f"/v1/rules/history/{version}")

    def offline(settings: "Settings") -> Json:
        from gatewayd.cli.offline_rules import read_rules  # noqa: PLC0415 - only while stopped

        return read_rules(settings, version)

    found = _either(session, online, offline)
    if as_json:
        show.document(found)
        return
    read = rulesfile.from_document(found["document"])
    if read.book is None:
        raise unfit_rules(read.problems)
    written = rulesfile.serialise(read.book)
    click.echo(written, nl=False)
    if not written:
        show.note(
            "No rule has been set: what comes in goes to the inbox, and nothing else happens."
        )


@rules.command("import")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Look it over; change nothing.")
@pass_session
def import_rules(session: Session, file: Path, *, dry_run: bool) -> None:
    """Put the rules of FILE in force, in place of all others. - is standard input."""
    document = read_document(file)

    def online(client: Client) -> int | None:
        if dry_run:
            client.post("/v1/rules/check", {"document": document})
            return None
        return int(client.put("/v1/rules", {"document": document})["version"])

    def offline(settings: "Settings") -> int | None:
        from gatewayd.cli.offline_rules import set_rules  # noqa: PLC0415 - only while stopped

        return set_rules(settings, document, dry_run=dry_run)

    version = _either(session, online, offline)
    if version is None:
        show.note(f"{file} is right; nothing was changed.")
    else:
        show.note(f"The rules of {file} are in force, as version {version}.")


@rules.command("test")
@click.option("--from", "sender", metavar="N", required=True, help="The sender; '' is withheld.")
@click.option("--text", metavar="T", default="", help="What it says.")
@click.option("--at", metavar="TIME", help="When, by the inbox's clock, as 2027-06-24T20:00.")
@click.option("--inbox", metavar="I", default="main", show_default=True, help="Where to.")
@click.option("--modem", metavar="M", help="Through which modem; else the inbox's first.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=Kind.SMS.value,
    show_default=True,
    help="What arrives.",
)
@click.option("--file", type=_FILE, help="As if the rules of this file were in force.")
@show.json_option
@pass_session
def try_rules(session: Session, /, *, file: Path | None, as_json: bool, **supposed: Any) -> None:
    """Say what would happen to a message or call, and why. Nothing happens."""
    body = {("from" if name == "sender" else name): value for name, value in supposed.items()}
    if file is not None:
        body["document"] = read_document(file)

    def online(client: Client) -> Json:
        return client.post("/v1/rules/preview", body)

    def offline(settings: "Settings") -> Json:
        from gatewayd.cli.offline_rules import preview  # noqa: PLC0415 - only while stopped

        return preview(settings, body)

    found = _either(session, online, offline)
    if as_json:
        show.document(found)
    else:
        for line in found["story"]:
            click.echo(show.printable(line))


def _either(
    session: Session,
    online: Callable[[Client], T],
    offline: Callable[["Settings"], T],
) -> T:
    """Ask the daemon where it runs, else open its store."""
    settings = session.load().settings
    try:
        return online(Client(settings.http.socket))
    except NoDaemonError as error:
        if not error.stopped:
            raise
    except RefusedError as error:
        if error.code != "rules_unfit":
            raise
        problems = [Problem(key=_key(pointer), reason=why) for pointer, why in error.fields]
        raise unfit_rules(problems) from error
    return offline(settings)


def _key(pointer: str) -> str:
    """Translate ``/document/rules/1/when`` back to ``rules.2.when``."""
    steps = pointer.removeprefix("/document").strip("/").split("/")
    plain = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    # A template may be called 5; only these are lists, which the file counts from one.
    return ".".join(
        str(int(step) + 1) if step.isdecimal() and before in _LISTS else step
        for before, step in pairwise(["", *plain])
    )
