"""`gatewayd modems scan` and `probe`: what is plugged in, and what one modem is and can do.

Owns the way with the daemon and without it: a scan asks the daemon where it runs, since only that
knows what it has open; a probe opens the port itself, unless the daemon has it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from gatewayd.cli import show
from gatewayd.cli.client import Json
from gatewayd.cli.failure import CliError, Exit, NoDaemonError
from gatewayd.cli.root import Session, pass_session

if TYPE_CHECKING:
    from config.schema import ModemSettings
    from modem.probe import Report

_COLUMNS = ("ports", "description", "usb_id", "state", "modem", "imei", "held_by", "reason")
_WORDS = {
    "hilink": "works as a small router (HiLink): it has no port for texts",
    "cdrom": "still shows its CD-ROM: install usb-modeswitch and plug it in again",
}


@click.command()
@show.json_option
@pass_session
def scan(session: Session, *, as_json: bool) -> None:
    """List the USB sticks, and which modem uses which.

    What no modem uses can be adopted. Ports in use are left alone; free ones are opened and
    asked who they are.
    """
    from config import ConfigNotFoundError  # noqa: PLC0415 - for this command only

    modems: Sequence[ModemSettings] = ()
    try:
        modems = _configured(session)
        found: list[Json] = session.client().get("/v1/modems/found")["items"]
    except ConfigNotFoundError:
        found = _survey(modems)  # before `gatewayd init` too
    except NoDaemonError as error:
        if not error.stopped:
            raise
        found = _survey(modems)
    if as_json:
        show.document(found)
        return
    rows = [each | {"reason": each["reason"] or _WORDS.get(each["state"])} for each in found]
    show.table(rows, _COLUMNS, empty="No USB stick with a serial port is plugged in.")
    offers = [str(each["table"]) for each in found if each["table"] is not None]
    if offers:
        _offer(offers, modems)


def _offer(offers: Sequence[str], modems: "Sequence[ModemSettings]") -> None:
    show.note("\nTo use what is free, add this to the configuration and restart gatewayd:")
    for table in offers:
        click.echo(f"\n{table}", nl=False)
    for modem in modems:
        if modem.device == "auto" and modem.imei is None:
            show.note(f"\nModem {modem.name} then needs its own imei too: two are looked for.")


def _configured(session: Session) -> "Sequence[ModemSettings]":
    """The configuration's modems; raises what `load` raises."""
    return session.load().settings.modems


def _survey(modems: "Sequence[ModemSettings]") -> list[Json]:
    # Here, as below: with the daemon running, none of it is needed.
    from gatewayd.holders import who_holds  # noqa: PLC0415 - as above
    from gatewayd.http.models.found import stick_json  # noqa: PLC0415 - as above
    from gatewayd.survey import Survey  # noqa: PLC0415 - as above
    from modem import ttys  # noqa: PLC0415 - as above
    from modem.discovery import DeviceFinder  # noqa: PLC0415 - as above

    async def look() -> list[Json]:
        finder = DeviceFinder(modems, ports=ttys.scan, who_holds=who_holds)
        found = await Survey(finder, modems).found(ask=True)
        return [stick_json(each).model_dump(mode="json") for each in found]

    return asyncio.run(look())


@click.command()
@click.argument("device")
@show.json_option
@pass_session
def probe(session: Session, device: str, *, as_json: bool) -> None:
    """Ask the modem at DEVICE, a path or URL, what it is.

    And what it can do. A port that is in use is refused, also the daemon's own.
    """
    _refuse_daemons_own(session, device)
    report = _interview(device)
    if as_json:
        show.document(report)
    else:
        show.record({name: value for name, value in report.items() if value not in (None, [])})


def _refuse_daemons_own(session: Session, device: str) -> None:
    from config import ConfigError, ConfigNotFoundError  # noqa: PLC0415 - for this command only
    from modem.ttys import real_path  # noqa: PLC0415 - as above

    try:
        modems = _configured(session)
        found = session.client().get("/v1/modems/found", {"ask": "false"})["items"]
    except (ConfigNotFoundError, ConfigError):
        return  # there is no daemon that we could know of
    except NoDaemonError as error:
        if not error.stopped:
            raise
        return
    node = real_path(device)
    named = {real_path(modem.device): modem.name for modem in modems if modem.device != "auto"}
    used = {
        real_path(port): str(each["modem"])
        for each in found
        if each["modem"] is not None
        for port in each["ports"]
    }
    owner = named.get(node) or used.get(node)
    if owner is not None:
        raise CliError(
            f"The daemon uses {device} for its modem {owner}.",
            advice=f"`gatewayd modems list` tells how {owner} is; to probe it, stop the daemon.",
            status=Exit.UNREACHABLE,
        )


def _interview(device: str) -> Mapping[str, Any]:
    from gatewayd.holders import seen_holding, who_holds  # noqa: PLC0415 - for this command only
    from modem.errors import (  # noqa: PLC0415 - as above
        OpenFailure,
        PortLostError,
        PortUnavailableError,
    )
    from modem.probe import interview  # noqa: PLC0415 - as above
    from modem.ttys import real_path  # noqa: PLC0415 - as above

    holders = seen_holding(real_path(device))
    if holders is not None:  # not all who hold a port lock it: two at once would disturb both
        raise CliError(
            f"Another program holds {device}: {holders}.",
            advice="Close it first; only one program can use a modem.",
            status=Exit.UNREACHABLE,
        )
    try:
        return _facts(asyncio.run(interview(device)))
    except PortUnavailableError as error:
        busy = error.failure is OpenFailure.BUSY
        why = who_holds(real_path(device)) if busy else error.detail
        raise CliError(
            f"{device} cannot be opened: {why}{'' if why.endswith('?') else '.'}",
            advice="`gatewayd doctor` says what to do about it.",
            status=Exit.UNREACHABLE,
        ) from error
    except PortLostError as error:
        raise CliError(
            f"No modem answers at {device}: {error.detail}.",
            advice="`gatewayd modems scan` lists the ports; a stick may answer on another one.",
            status=Exit.UNREACHABLE,
        ) from error


def _facts(report: "Report") -> Mapping[str, Any]:
    """As JSON has it: what +CNMI=? offers becomes a list for each of its five places."""
    facts = asdict(report)
    offered = facts.pop("announcements")
    return facts | {
        "announcements": None
        if offered is None
        else {name: sorted(offered[f"{name}s"]) for name in ("mode", "mt", "bm", "ds", "bfr")}
    }
