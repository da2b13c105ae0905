"""A modem's troubles as people tell them: `gatewayd modems incidents`, and a line of `events`.

Owns how they are printed; the words are `gatewayd.story`'s.
"""

from datetime import datetime, timedelta

import click

from gatewayd import story
from gatewayd.cli import show
from gatewayd.cli.client import Json, path_of
from gatewayd.cli.root import Session, pass_session


@click.command()
@click.argument("name")
@click.option(
    "--limit", type=click.IntRange(1, 200), default=20, show_default=True, help="How many."
)
@show.json_option
@pass_session
def incidents(session: Session, name: str, *, limit: int, as_json: bool) -> None:
    """Tell a modem's troubles, the newest first. When, what was tried, and what cured it."""
    path = path_of("v1", "modems", name, "incidents")
    found = session.client().get(path, {"limit": limit})["items"]
    if as_json:
        show.document(found)
        return
    for incident in found:
        click.echo(show.printable(_headline(incident)))
        for step in incident["steps"]:
            told = story.tried(
                step["step"],
                helped=step["helped"],
                seconds=step["seconds"],
                detail=step["detail"],
            )
            click.echo(f"    {show.printable(told)}")
        if incident["recording"] is not None:
            click.echo(f"    recorded in troubles/{show.printable(incident['recording'])}")
    if not found:
        show.note(f"{name} has had no trouble.")


def _headline(incident: Json) -> str:
    day = _local(incident["opened_at"]).date().isoformat()
    detail = incident["detail"]
    return f"{day}  {incident['story']}" + (f": {detail}" if detail else "")


def incident_words(data: Json, at: str) -> str:
    """Tell the event `modem.incident`; times are this machine's."""
    what = str(data.get("code", ""))
    modem = data.get("modem")
    moment = _local(at)
    match data.get("state"):
        case "step":
            tried = story.tried(
                str(data.get("step", "")),
                helped=data.get("helped") is True,
                seconds=float(data.get("seconds") or 0),
                detail=data.get("detail"),
            )
            return f"{modem}: {story.trouble(what)}, {tried}"
        case "closed":
            opened = moment - timedelta(seconds=float(data.get("seconds") or 0))
            told = story.sentence(what, opened_at=opened, closed_at=moment, cure=data.get("cure"))
            return f"{modem}: {told}"
        case _:
            told = story.sentence(what, opened_at=moment, closed_at=None, cure=None)
            return f"{modem}: {told}"


def _local(rfc3339: str) -> datetime:
    return datetime.fromisoformat(rfc3339).astimezone()
