"""`gatewayd modems`: what the modems do, and the few things one may ask of them."""

import click

from gatewayd.cli import by_hand, show
from gatewayd.cli.client import Json, path_of
from gatewayd.cli.found import probe, scan
from gatewayd.cli.incidents import incidents
from gatewayd.cli.root import Session, pass_session

_COLUMNS = (
    "name",
    "state",
    "number",
    "operator",
    "registration",
    "signal_dbm",
    "queue",
    "sent_today",
    "muted",
    "balance",
    "reason",
    "next_at",
)


@click.group()
def modems() -> None:
    """List, find, probe, restart, mute and ask modems."""


modems.add_command(scan)
modems.add_command(probe)
modems.add_command(by_hand.ussd)
modems.add_command(by_hand.console)


@modems.command("list")
@show.json_option
@pass_session
def list_modems(session: Session, *, as_json: bool) -> None:
    """List the modems and how they are."""
    found = session.client().get("/v1/modems")["items"]
    if as_json:
        show.document(found)
    else:
        rows = [each | {"next_at": _next_at(each), "balance": _balance(each)} for each in found]
        show.table(rows, _COLUMNS, empty="The configuration names no modem.")


def _next_at(modem: Json) -> object:
    """When it goes on: of limits and pauses only what one waits for; `--json` tells all."""
    paused = modem.get("paused")
    return paused["next_try_at"] if paused else modem.get("limits", {}).get("next_at")


def _balance(modem: Json) -> str | None:
    balance = modem.get("balance") or {}
    if balance.get("amount") is None:
        return None
    amount = " ".join(filter(None, (balance["amount"], balance["currency"])))
    return f"{amount} (low)" if balance["low"] else amount


modems.add_command(incidents)


@modems.command()
@click.argument("name")
@show.json_option
@pass_session
def restart(session: Session, name: str, *, as_json: bool) -> None:
    """Close the modem's port and start over. Nothing is lost by it."""
    answer = session.client().post(path_of("v1", "modems", name, "restart"))
    _done(answer, f"{name} is being restarted.", as_json=as_json)


@modems.command()
@click.argument("name")
@show.json_option
@pass_session
def mute(session: Session, name: str, *, as_json: bool) -> None:
    """Stop sending through a modem; it goes on receiving."""
    answer = session.client().post(path_of("v1", "modems", name, "mute"))
    _done(answer, f"{name} receives but does not send any more.", as_json=as_json)


@modems.command()
@click.argument("name")
@show.json_option
@pass_session
def unmute(session: Session, name: str, *, as_json: bool) -> None:
    """Send through a muted modem again."""
    answer = session.client().post(path_of("v1", "modems", name, "unmute"))
    _done(answer, f"{name} sends again.", as_json=as_json)


@modems.command("confirm-sim")
@click.argument("name")
@show.json_option
@pass_session
def confirm_sim(session: Session, name: str, *, as_json: bool) -> None:
    """Say that a held modem's other SIM is the right one."""
    answer = session.client().post(path_of("v1", "modems", name, "confirm-sim"))
    _done(answer, f"{name} serves this SIM from now on.", as_json=as_json)


def _done(answer: Json, sentence: str, *, as_json: bool) -> None:
    if as_json:
        show.document(answer)
    else:
        show.note(sentence)
