"""`gatewayd modems ussd` and `gatewayd modems at`: asking one modem something by hand."""

import sys
from collections.abc import Iterator

import click

from gatewayd.cli import show
from gatewayd.cli.client import Client, Json, path_of
from gatewayd.cli.failure import Exit, RefusedError
from gatewayd.cli.root import Session, pass_session

_PATIENCE_SECONDS = 180.0
"""Longer than the daemon may wait for messages to pass and for the network to answer."""

_MENU_OPEN = "open"


@click.command()
@click.argument("name")
@click.argument("code", required=False)
@click.option("--reply", metavar="TEXT", help="Answer the menu that is open.")
@click.option("--cancel", is_flag=True, help="Close the menu that is open.")
@show.json_option
@pass_session
def ussd(
    session: Session,
    name: str,
    *,
    code: str | None,
    reply: str | None,
    cancel: bool,
    as_json: bool,
) -> None:
    """Ask the network by a USSD CODE, such as "*100#".

    Many tell the balance. Where it answers with a menu, replies are asked for on a terminal.
    """
    steps = {"code": code, "reply": reply, "cancel": cancel or None}
    given = {key: value for key, value in steps.items() if value is not None}
    if len(given) != 1:
        raise click.UsageError("Give a CODE, or --reply, or --cancel.")
    client = session.client()
    answer = _step(client, name, given)
    if as_json:
        show.document(answer)
        return
    _say(answer)
    if sys.stdin.isatty() and sys.stdout.isatty():
        _converse(client, name, answer)
    elif answer["session"] == _MENU_OPEN:
        show.note(
            f"The menu stays open for 2 minutes: `gatewayd modems ussd {name} --reply TEXT` "
            "answers it, --cancel closes it."
        )


def _converse(client: Client, name: str, answer: Json) -> None:
    """Reply until the network, or the person, ends the session."""
    try:
        while answer["session"] == _MENU_OPEN:
            reply = click.prompt(
                "Reply (nothing closes the menu)", default="", show_default=False, err=True
            )
            answer = _step(client, name, {"reply": reply} if reply else {"cancel": True})
            _say(answer)
    except click.Abort:
        _step(client, name, {"cancel": True})
        raise


def _step(client: Client, name: str, step: Json) -> Json:
    return client.post(
        path_of("v1", "modems", name, "ussd"), step, answer_seconds=_PATIENCE_SECONDS
    )


def _say(answer: Json) -> None:
    if answer["session"] == "canceled":
        show.note("The menu is closed.")
    else:
        click.echo(show.printable(answer["text"]))


@click.command("at")
@click.argument("name")
@click.argument("command", required=False)
@show.json_option
@pass_session
def console(session: Session, name: str, *, command: str | None, as_json: bool) -> Exit:
    """Type an AT COMMAND that only asks, such as AT+CSQ.

    Without one, on a console. Messages go on meanwhile. What would change the modem's set-up
    is not typed.
    """
    client = session.client()
    if command is not None:
        done = _type(client, name, command, as_json=as_json)
    else:
        done = True
        for line in _lines(name):
            done &= _try(client, name, line, as_json=as_json)
    return Exit.DONE if done else Exit.FAILED


def _lines(name: str) -> Iterator[str]:
    """Give what is typed, to the end of the input or `exit`."""
    asking = sys.stdin.isatty()
    while True:
        if asking:
            click.echo(f"{name}> ", nl=False, err=True)
        line = sys.stdin.readline()
        if not line or line.strip() in {"exit", "quit"}:
            return
        if line.strip():
            yield line.strip()


def _try(client: Client, name: str, line: str, *, as_json: bool) -> bool:
    """Type it; what is not allowed does not end the console."""
    try:
        return _type(client, name, line, as_json=as_json)
    except RefusedError as refused:
        if refused.code != "at_not_allowed":
            raise
        show.note(str(refused))
        return False


def _type(client: Client, name: str, line: str, *, as_json: bool) -> bool:
    answer = client.post(
        path_of("v1", "modems", name, "at"), {"command": line}, answer_seconds=_PATIENCE_SECONDS
    )
    if as_json:
        show.line(answer)
    else:
        for row in answer["lines"]:
            click.echo(show.printable(row))
        if answer["result"] is None:
            show.note("The modem did not answer in time.")
        else:
            click.echo(show.printable(answer["result"]))
    return bool(answer["done"])
