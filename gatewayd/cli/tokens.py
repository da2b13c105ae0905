"""`gatewayd token`: tokens for programs, with the daemon running or stopped."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json, path_of
from gatewayd.cli.failure import CliError, NoDaemonError
from gatewayd.cli.notation import wire
from gatewayd.cli.root import Session, pass_session

if TYPE_CHECKING:
    from storage.tokens import TokenRow

T = TypeVar("T")

# gatewayd.services.tokens.Scope; written out, since that module's package is not needed to ask.
SCOPES = ("messages:send", "messages:read", "inbox", "events", "supervise", "manage", "admin")
_COLUMNS = ("id", "name", "scopes", "created_at", "last_used_at", "revoked_at")


@click.group()
def token() -> None:
    """Make, list and revoke tokens for programs."""


@token.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    metavar="S",
    multiple=True,
    required=True,
    type=click.Choice(SCOPES),
    help=f"What it may do; may be repeated. One of {', '.join(SCOPES)}; admin is all of them.",
)
@click.option(
    "--inbox",
    "inboxes",
    metavar="I",
    multiple=True,
    help="An inbox that it opens; may be repeated.  [default: every one]",
)
@show.json_option
@pass_session
def create(
    session: Session,
    name: str,
    *,
    scopes: tuple[str, ...],
    inboxes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make a token called NAME and print it: it is shown this once."""
    if not name.strip() or len(name) > 64 or not name.isprintable():  # noqa: PLR2004 - the API's
        raise click.UsageError("NAME must be one line of 1 to 64 characters.")
    unique = list(dict.fromkeys(scopes))

    def online(client: Client) -> Json:
        limits = {"inboxes": list(inboxes)} if inboxes else {}
        return client.post("/v1/tokens", {"name": name, "scopes": unique, **limits})

    def offline(data_dir: Path) -> Json:
        from gatewayd.cli.offline import make_token  # noqa: PLC0415 - only while stopped

        made = make_token(data_dir, name=name, scopes=unique, inboxes=list(inboxes) or None)
        return {**_json(made.row), "token": made.secret}

    made = _either(session, online, offline)
    if as_json:
        show.document(made)
        return
    click.echo(made["token"])
    show.note(f"This is {made['id']}, called {name}: keep it, it is not shown again.")


@token.command("list")
@show.json_option
@pass_session
def list_tokens(session: Session, *, as_json: bool) -> None:
    """List the tokens, without their secrets."""

    def online(client: Client) -> list[Json]:
        return list(client.get("/v1/tokens")["items"])

    def offline(data_dir: Path) -> list[Json]:
        from gatewayd.cli.offline import list_tokens as read  # noqa: PLC0415 - only while stopped

        return [_json(row) for row in read(data_dir)]

    found = _either(session, online, offline)
    if as_json:
        show.document(found)
    else:
        show.table(found, _COLUMNS, empty="There are no tokens; `gatewayd token create` makes one.")


@token.command()
@click.argument("token_id", metavar="ID")
@pass_session
def revoke(session: Session, token_id: str) -> None:
    """End a token at once; `gatewayd token list` shows the ids."""

    def online(client: Client) -> bool:
        client.delete(path_of("v1", "tokens", token_id))
        return True

    def offline(data_dir: Path) -> bool:
        from gatewayd.cli.offline import revoke_token  # noqa: PLC0415 - only while stopped

        return revoke_token(data_dir, token_id)

    if not _either(session, online, offline):
        raise CliError(
            f"There is no token {token_id} in force.", advice="`gatewayd token list` shows them."
        )
    show.note(f"{token_id} is no longer valid.")


def _either(session: Session, online: Callable[[Client], T], offline: Callable[[Path], T]) -> T:
    """Ask the daemon where it runs, else open its store."""
    settings = session.load().settings
    try:
        return online(Client(settings.http.socket))
    except NoDaemonError as error:
        if not error.stopped:
            raise
    return offline(settings.gateway.data_dir)


def _json(row: "TokenRow") -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "scopes": list(row.scopes),
        "created_at": _time(row.created_at_ms),
        "last_used_at": _time(row.last_used_at_ms),
        "revoked_at": _time(row.revoked_at_ms),
        "inboxes": None if row.inboxes is None else list(row.inboxes),
        "user": row.person_id,
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else wire(datetime.fromtimestamp(ms / 1000, tz=UTC))
