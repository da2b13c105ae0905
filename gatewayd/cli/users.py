"""`gatewayd user`: who works here and how they get in, with the daemon running or stopped."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json, path_of
from gatewayd.cli.failure import CliError, NoDaemonError
from gatewayd.cli.place import page_address
from gatewayd.cli.root import Session, pass_session

if TYPE_CHECKING:
    from config.schema import Settings

T = TypeVar("T")

# gatewayd.services.roles.Role; written out, since that package is not needed to ask.
ROLES = ("agent", "manager", "admin")
_COLUMNS = ("name", "display_name", "role", "state", "inboxes", "id")


@click.group()
def user() -> None:
    """Add people, let them in, and let them go."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.option("--display-name", metavar="TEXT", help="As colleagues see it.  [default: NAME]")
@click.option(
    "--inbox",
    "inboxes",
    metavar="I",
    multiple=True,
    help="An inbox that they see; may be repeated.  [default: every one]",
)
@show.json_option
@pass_session
def add(
    session: Session,
    name: str,
    *,
    role: str,
    display_name: str | None,
    inboxes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Add a person, and print the link that lets them in.

    They log in as NAME. By the link, which works once, they choose their password.
    """
    body: Json = {
        "name": name,
        "display_name": display_name or name,
        "role": role,
        "inboxes": list(inboxes) or None,
    }

    def online(client: Client) -> Json:
        person = client.post("/v1/users", body)
        link = client.post(path_of("v1", "users", person["id"], "link"), {})
        return {**person, "path": link["path"]}

    def offline(settings: "Settings") -> Json:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        return offline_users.add(settings, body)

    _show_link(session, _either(session, online, offline), as_json=as_json)


@user.command("list")
@show.json_option
@pass_session
def list_users(session: Session, *, as_json: bool) -> None:
    """List who works here, and who did."""

    def offline(settings: "Settings") -> list[Json]:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        return offline_users.list_all(settings)

    found = _either(session, _users, offline)
    if as_json:
        show.document(found)
    else:
        shown = [{**one, "inboxes": one["inboxes"] or "all"} for one in found]
        show.table(shown, _COLUMNS, empty="Nobody is there yet; `gatewayd user add` adds somebody.")


@user.command()
@click.argument("name")
@click.option(
    "--hand-to",
    metavar="NAME",
    help="A person or a team who takes over.  [default: each inbox's own team]",
)
@click.option("--note", metavar="TEXT", help="Why; it stands in each conversation.")
@pass_session
def suspend(session: Session, name: str, *, hand_to: str | None, note: str | None) -> None:
    """End the access of NAME at once, and hand on what they have. Nothing is deleted."""

    def online(client: Client) -> int:
        heir = None if hand_to is None else _heir(client, hand_to)
        body = {"hand_over_to": heir, **({} if note is None else {"note": note})}
        path = path_of("v1", "users", _id_of(client, name), "suspend")
        return int(client.post(path, body)["handed_over"])

    def offline(settings: "Settings") -> int:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        return offline_users.suspend(settings, name, hand_to=hand_to, note=note)

    count = _either(session, online, offline)
    show.note(f"{name} can do nothing any more; conversations handed over: {count}.")


@user.command()
@click.argument("name")
@pass_session
def unsuspend(session: Session, name: str) -> None:
    """Let NAME work again, by the password that they had."""

    def online(client: Client) -> None:
        client.post(path_of("v1", "users", _id_of(client, name), "unsuspend"), {})

    def offline(settings: "Settings") -> None:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        offline_users.unsuspend(settings, name)

    _either(session, online, offline)
    show.note(f"{name} works here again.")


@user.command()
@click.argument("name")
@click.option("--link", is_flag=True, help="Print a one-time link; they choose a password there.")
@pass_session
def passwd(session: Session, name: str, *, link: bool) -> None:
    """Set the password of NAME, asked for without showing it.

    All their sessions end.
    """
    if link:
        _link(session, name)
        return
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)

    def online(client: Client) -> None:
        path = path_of("v1", "users", _id_of(client, name), "password")
        client.put(path, {"password": password})

    def offline(settings: "Settings") -> None:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        offline_users.set_password(settings, name, password)

    _either(session, online, offline)
    show.note(f"{name} has another password.")


def _link(session: Session, name: str) -> None:
    def online(client: Client) -> Json:
        return client.post(path_of("v1", "users", _id_of(client, name), "link"), {})

    def offline(settings: "Settings") -> Json:
        from gatewayd.cli import offline_users  # noqa: PLC0415 - only while stopped

        return offline_users.link(settings, name)

    _show_link(session, {**_either(session, online, offline), "name": name}, as_json=False)


def _show_link(session: Session, made: Mapping[str, Any], *, as_json: bool) -> None:
    address = page_address(session.load().settings) + made["path"]
    if as_json:
        shown = {key: value for key, value in made.items() if key != "path"}
        show.document({**shown, "link": address})
        return
    click.echo(address)
    show.note(f"Pass this on to {made['name']}: it works once, and is not shown again.")


def _either(
    session: Session, online: Callable[[Client], T], offline: Callable[["Settings"], T]
) -> T:
    """Ask the daemon where it runs, else open its store."""
    settings = session.load().settings
    try:
        return online(Client(settings.http.socket))
    except NoDaemonError as error:
        if not error.stopped:
            raise
    return offline(settings)


def _users(client: Client) -> list[Json]:
    return list(client.get("/v1/users")["items"])


def _id_of(client: Client, name: str) -> str:
    return _named(_users(client), name)


def _heir(client: Client, name: str) -> str:
    return _named([*_users(client), *client.get("/v1/teams")["items"]], name)


def _named(found: list[Json], name: str) -> str:
    for one in found:
        if one["name"] == name:
            return str(one["id"])
    raise CliError(f"Nobody is called {name}.", advice="`gatewayd user list` shows who is there.")
