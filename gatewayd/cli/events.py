"""`gatewayd events`: what happened, and with --follow what happens."""

import sys
import time
from collections import deque

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json
from gatewayd.cli.failure import NoDaemonError
from gatewayd.cli.incidents import incident_words
from gatewayd.cli.root import Session, pass_session

_COLUMNS = ("created_at", "type", "subject", "id")
_RECONNECT_SECONDS = 1.0


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Go on as events happen, until Ctrl-C.")
@click.option("--after", metavar="ID", help="Begin after this event.")
@click.option(
    "--type", "types", metavar="T", multiple=True, help="Only this type; may be repeated."
)
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many: the newest ones, or with --after the first ones.",
)
@show.json_option
@pass_session
def events(
    session: Session,
    *,
    follow: bool,
    after: str | None,
    types: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """Show what happened: messages coming, going and ending, modems changing.

    --follow begins now, or after the event that --after names. With --json each event is one line.
    """
    client = session.client()
    wanted = ",".join(types) or None
    if follow:
        _follow(client, after, wanted, as_json=as_json)
        return
    found = _page_through(client, after, wanted, limit)
    if as_json:
        for event in found:
            show.line(event)
    else:
        show.table(map(_row, found), _COLUMNS, empty="There are no such events.")


def _page_through(client: Client, after: str | None, types: str | None, limit: int) -> list[Json]:
    newest: deque[Json] = deque(maxlen=None if after else limit)
    cursor = after
    while True:
        page = client.get("/v1/events", {"after": cursor, "limit": 200, "types": types})
        newest.extend(page["items"])
        cursor = page["next"]
        if cursor is None or (after is not None and len(newest) >= limit):
            return list(newest)[:limit]


def _follow(client: Client, after: str | None, types: str | None, *, as_json: bool) -> None:
    connected = False
    while True:
        try:
            for event in client.stream(after=after, types=types):
                connected = True
                if event.type == "":
                    continue
                after = event.id
                _print(event.envelope, as_json=as_json)
        except NoDaemonError:
            # Before the first connection it is an error; afterwards the daemon is restarting.
            if not connected:
                raise
        time.sleep(_RECONNECT_SECONDS)


def _print(envelope: Json, *, as_json: bool) -> None:
    if as_json:
        show.line(envelope)
    else:
        row = _row(envelope)
        moment = row["created_at"]
        if sys.stdout.isatty():
            moment = show.local_time(moment)
        click.echo("\t".join((moment, row["type"], show.printable(row["subject"]), row["id"])))
    sys.stdout.flush()


def _row(envelope: Json) -> dict[str, str]:
    return {
        "created_at": str(envelope.get("created_at", "")),
        "type": str(envelope.get("type", "")),
        "subject": _subject(envelope),
        "id": str(envelope.get("id", "")),
    }


def _subject(event: Json) -> str:
    data = event.get("data") or {}
    if event.get("type") == "modem.incident":
        return incident_words(data, str(event.get("created_at", "")))
    if data.get("direction") == "in":
        return f"{data.get('id')} from {data.get('from')}"
    if data.get("direction") == "out":
        return f"{data.get('id')} to {data.get('to')}"
    facts = (
        data.get(name) for name in ("modem", "name", "id", "state", "reason", "kind", "number")
    )
    return " ".join(str(fact) for fact in facts if fact)
