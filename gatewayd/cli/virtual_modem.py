"""`gatewayd virtual-modem`: a GSM modem on a pseudo-terminal, for anyone's tests.

Owns the options and the process; the modem itself is `modem.virtual`.
"""

import asyncio
import contextlib
import signal
from dataclasses import dataclass
from pathlib import Path

import click

from gatewayd.cli import show
from gatewayd.cli.failure import CliError
from modem.virtual.control import ControlServer
from modem.virtual.errors import VirtualModemError
from modem.virtual.links import Device, PtyLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.operations import Bench
from modem.virtual.personality import PERSONALITIES, personality
from modem.virtual.replay import Replay, read_dialogue
from modem.virtual.sim import Sim
from modem.virtual.tcp_link import TcpLink

MAX_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the command line asks for."""

    link: Path | None
    second_link: Path | None
    tcp: tuple[str, int] | None
    number: str
    iccid: str
    personality: str
    pin: str | None
    replay: Path | None
    control: Path | None
    ledger: Path | None
    submit_ms: int
    report_delay_ms: int
    seed: int


def _address(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, colon, port = value.rpartition(":")
    if not colon or not port.isdecimal() or int(port) > MAX_PORT:
        raise click.BadParameter("expected HOST:PORT, as in 127.0.0.1:4000")
    return host.strip("[]"), int(port)


_PATH = click.Path(path_type=Path, dir_okay=False)
_MILLISECONDS = click.IntRange(min=0)
_ICCID = "8930272000000000017"


@click.command("virtual-modem")
@click.option("--link", type=_PATH, help="Symbolic link to make to the pseudo-terminal.")
@click.option("--second-link", type=_PATH, help="The same for the second port of a make with two.")
@click.option("--tcp", metavar="HOST:PORT", callback=_address, help="Listen on TCP instead.")
@click.option("--number", default="+15145550100", show_default=True, help="The SIM's own number.")
@click.option("--iccid", default=_ICCID, show_default=True, help="The SIM's ICCID.")
@click.option(
    "--personality",
    type=click.Choice(tuple(PERSONALITIES)),
    default="generic",
    show_default=True,
    help="Which make of modem to be.",
)
@click.option("--pin", metavar="DIGITS", help="The SIM asks for this PIN.")
@click.option("--replay", type=_PATH, help="Play a recorded dialogue instead.")
@click.option("--control", type=_PATH, help="Unix socket for faults, texts and the ledger.")
@click.option("--ledger", type=_PATH, help="File for all that the network saw, as JSON lines.")
@click.option(
    "--submit-ms",
    type=_MILLISECONDS,
    default=0,
    show_default=True,
    help="How long the network takes to answer a submit.",
)
@click.option(
    "--report-delay-ms",
    type=_MILLISECONDS,
    default=0,
    show_default=True,
    help="How long after it a delivery report comes.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="For garbling and the like.")
def virtual_modem(**values: object) -> int:
    """Offer a virtual modem on a pseudo-terminal (or on TCP) until stopped."""
    options = Options(**values)  # type: ignore[arg-type]  # click checked each option's type
    if (options.link is None) == (options.tcp is None):
        raise click.UsageError("Say where: --link PATH or --tcp HOST:PORT, one of them.")
    if options.replay is not None and options.control is not None:
        raise click.UsageError("A replayed dialogue has no --control: the file decides.")
    if options.second_link is not None and not _has_second_port(options):
        raise click.UsageError(f"A {options.personality} modem has no second port.")
    try:
        asyncio.run(_serve(options))
    except (VirtualModemError, OSError) as error:
        raise CliError(str(error)) from error
    return 0


async def _serve(options: Options) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        if options.replay is not None:
            steps = read_dialogue(options.replay)
            line = _line(options, Replay(steps, on_surprise=show.note))
            what = f"recorded dialogue {options.replay}"
        else:
            modem = _modem(options)
            stack.callback(modem.network.ledger.close)
            line = _line(options, modem)
            what = f"virtual modem {options.personality} {options.number}"
            more_lines = _more_lines(options, modem)
            for each in more_lines:
                stack.callback(each.unplug)
                await each.plug()
            if options.control is not None:
                bench = Bench(modem=modem, line=line, more_lines=more_lines)
                control = ControlServer(bench=bench, path=options.control)
                await control.start()
                stack.push_async_callback(control.close)
        stack.callback(line.unplug)
        await line.plug()
        where = f"{line.host}:{line.port}" if isinstance(line, TcpLink) else str(line.path)
        click.echo(f"{what} at {where}")
        await stop.wait()


def _modem(options: Options) -> VirtualModem:
    network = VirtualNetwork(
        seed=options.seed, report_delay_ms=options.report_delay_ms, ledger_path=options.ledger
    )
    return VirtualModem(
        network,
        personality=personality(options.personality),
        sim=Sim(number=options.number, iccid=options.iccid, pin=options.pin),
        submit_ms=options.submit_ms,
        seed=options.seed,
    )


def _has_second_port(options: Options) -> bool:
    return options.replay is None and personality(options.personality).ports > 1


def _more_lines(options: Options, modem: VirtualModem) -> tuple[PtyLink, ...]:
    if options.second_link is None:
        return ()
    return (PtyLink(path=options.second_link, modem=modem.ports[1]),)


def _line(options: Options, device: Device) -> PtyLink | TcpLink:
    if options.tcp is not None:
        return TcpLink(host=options.tcp[0], port=options.tcp[1], modem=device)
    if options.link is None:  # the caller has seen to it
        raise click.UsageError("--link PATH is missing")
    return PtyLink(path=options.link, modem=device)
