"""`gatewayd messages`: look at messages, and decide about those that need a person."""

from datetime import datetime
from typing import Any

import click

from gatewayd.cli import show
from gatewayd.cli.client import Json, path_of
from gatewayd.cli.notation import Moment, wire
from gatewayd.cli.root import Session, pass_session

_STATES = (
    "queued",
    "sending",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "expired",
    "canceled",
    "unknown",
    "received",
)
_COLUMNS = ("id", "created_at", "direction", "state", "from", "to", "text")
_UNREAD_COLUMNS = ("id", "message_id", "received_at", "modem", "code", "detail")
_ATTEMPT_COLUMNS = ("part", "modem", "started_at", "ended_at", "reference", "outcome", "error")


@click.group()
def messages() -> None:
    """List, show, cancel, resolve and decode messages."""


@messages.command("list")
@click.option("--direction", type=click.Choice(["in", "out"]), help="Only one way.")
@click.option("--state", type=click.Choice(_STATES), help="Only in this state.")
@click.option("--inbox", metavar="I", help="Only of this inbox.")
@click.option("--contact", metavar="N", help="Only from or to this number.")
@click.option("--since", metavar="T", type=Moment(), help="Not older than this.")
@click.option("--until", metavar="T", type=Moment(), help="Older than this.")
@click.option("--query", metavar="WORDS", help="Only texts with these words.")
@click.option("--reference", metavar="R", help="Only with this client_reference.")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many, newest first.",
)
@show.json_option
@pass_session
def list_messages(
    session: Session,
    /,
    *,
    since: datetime | None,
    until: datetime | None,
    query: str | None,
    reference: str | None,
    limit: int,
    as_json: bool,
    **filters: Any,
) -> None:
    """List messages, newest first."""
    asked = {
        **filters,
        "since": wire(since),
        "until": wire(until),
        "q": query,
        "client_reference": reference,
    }
    found = list(session.client().pages("/v1/messages", asked, limit))
    if as_json:
        show.document(found)
    else:
        show.table(found, _COLUMNS, empty="There are no such messages.")


@messages.command("show")
@click.argument("message_id", metavar="ID")
@show.json_option
@pass_session
def show_message(session: Session, message_id: str, *, as_json: bool) -> None:
    """Show one message and every attempt to send it."""
    message = session.client().get(path_of("v1", "messages", message_id))
    if as_json:
        show.document(message)
        return
    attempts = message.pop("attempts", None) or []
    show.record({name: value for name, value in message.items() if value is not None})
    if attempts:
        click.echo()
        show.table(attempts, _ATTEMPT_COLUMNS, empty="")


@messages.command()
@click.argument("message_id", metavar="ID")
@show.json_option
@pass_session
def cancel(session: Session, message_id: str, *, as_json: bool) -> None:
    """Cancel a message that is not on its way yet."""
    message = session.client().post(path_of("v1", "messages", message_id, "cancel"))
    _print_state(message, as_json=as_json)


@messages.command()
@click.argument("message_id", metavar="ID")
@click.option(
    "--as",
    "outcome",
    type=click.Choice(["sent", "failed", "resend"]),
    required=True,
    help="sent: the customer has it; failed: give it up; resend: send it again.",
)
@show.json_option
@pass_session
def resolve(session: Session, message_id: str, *, outcome: str, as_json: bool) -> None:
    """Say what became of an unknown message, or send it again."""
    path = path_of("v1", "messages", message_id, "resolve")
    message = session.client().post(path, {"as": outcome})
    _print_state(message, as_json=as_json)


@messages.command()
@show.json_option
@pass_session
def decode(session: Session, *, as_json: bool) -> None:
    """Try again what came in and could not be read. Worth it after an upgrade."""
    outcome = session.client().post("/v1/messages/decode")
    if as_json:
        show.document(outcome)
        return
    show.record({name: outcome[name] for name in ("tried", "read", "unreadable")})
    if outcome["items"]:
        click.echo()
        show.table(outcome["items"], _UNREAD_COLUMNS, empty="")


def _print_state(message: Json, *, as_json: bool) -> None:
    if as_json:
        show.document(message)
        return
    known = ("id", "state", "to", "error")
    show.record({name: message[name] for name in known if message.get(name) is not None})
