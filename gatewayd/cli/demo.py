"""`gatewayd demo`: the whole daemon on a virtual modem, with customers who text and answer.

Composes what `run` runs with modem.virtual, in one process. Owns what a newcomer sees first.
"""

import json
import shlex
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from config import Settings, load
from config.build import as_toml
from gatewayd.cli.failure import CliError
from gatewayd.cli.place import local_zone

if TYPE_CHECKING:
    from gatewayd.daemon import Ready

_FILE_NAME = "gatewayd.toml"
_HEADER = "# Written by `gatewayd demo` at each start; changes are lost.\n"
_DEFAULT_FOLDER = Path("gatewayd-demo")
_HOST = "127.0.0.1"
_DEFAULT_PORT = 8767
_NUMBER = "+15145550100"
_ZONE = "America/Toronto"
# About what a real network takes, so that the states can be watched passing.
_SUBMIT_MS = 600
_REPORT_DELAY_MS = 2000


@click.command()
@click.option(
    "--port",
    metavar="P",
    type=click.IntRange(0, 65_535),
    help=f"The port of the API.  [default: {_DEFAULT_PORT}, or a free one where it is taken]",
)
@click.option(
    "--data",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=f"Where the demo keeps its data.  [default: ./{_DEFAULT_FOLDER}]",
)
def demo(port: int | None, folder: Path | None) -> int:
    """Try it all without hardware, on a virtual modem.

    Virtual customers text in, and answer what is sent to them. Needs no configuration.
    """
    # Not at the top: `--help` need not wait for the daemon to load.
    from gatewayd import logs  # noqa: PLC0415 - as above
    from gatewayd.cli.daemon import supervise  # noqa: PLC0415 - as above
    from gatewayd.cli.offline import make_token  # noqa: PLC0415 - as above
    from gatewayd.cli.offline_users import first_admin_link  # noqa: PLC0415 - as above

    folder = _folder(folder)
    with _port(_free_port() if port is None else port) as found:
        file = _write(folder, found)
        settings = load(file)
        logs.configure(settings.logging)
        # The token of the last start is revoked: the one that is shown is the one that is valid.
        made = make_token(settings.gateway.data_dir, name="demo", scopes=["admin"], instead=True)
        link = first_admin_link(settings)
        return supervise(settings, _live(settings, file=file, secret=made.secret, link=link))


async def _live(settings: Settings, *, file: Path, secret: str, link: str | None) -> int:
    """Run network, modem, customers and daemon until the daemon ends."""
    from gatewayd.daemon import run_daemon  # noqa: PLC0415 - as in demo
    from modem.virtual import registry  # noqa: PLC0415 - as in demo
    from modem.virtual.customers import VirtualCustomers  # noqa: PLC0415 - as in demo
    from modem.virtual.modem import VirtualModem  # noqa: PLC0415 - as in demo
    from modem.virtual.network import VirtualNetwork  # noqa: PLC0415 - as in demo
    from modem.virtual.sim import Sim  # noqa: PLC0415 - as in demo

    network = VirtualNetwork(report_delay_ms=_REPORT_DELAY_MS)
    registry.attach("", VirtualModem(network, sim=Sim(number=_NUMBER), submit_ms=_SUBMIT_MS))
    customers = VirtualCustomers(network, shop_number=_NUMBER)

    async def greet(ready: "Ready") -> None:
        click.echo(welcome(url=ready.listening.url, secret=secret, file=file, link=link))
        customers.start()

    try:
        return await run_daemon(settings, on_ready=greet)
    finally:
        customers.stop()
        registry.detach("")


def welcome(*, url: str, secret: str, file: Path, link: str | None = None) -> str:
    """Say where it is and what to try; each command can be copied as it stands.

    ``link`` is the first administrator's, None where one can log in already.
    """
    from modem.virtual.customer_lines import PERSONAS  # noqa: PLC0415 - as in demo

    token = f"-H 'Authorization: Bearer {secret}'"
    customer = PERSONAS[0]
    message = {"to": customer.number, "text": "Your order is ready. Votre commande est prête."}
    body = shlex.quote(json.dumps(message, ensure_ascii=False))
    return f"""\
gatewayd runs on a virtual modem; virtual customers text in and answer. Ctrl-C ends it.

  address  {url}   (its API: {url}/docs)
  token    {secret}
  page     {url}{_opens(link)}

Send a message to {customer.name}:

  curl -s {url}/v1/messages {token} -H 'Content-Type: application/json' -d {body}

Read what came in:

  curl -s '{url}/v1/messages?direction=in&limit=5' {token}

Or in another terminal:

  gatewayd --config {shlex.quote(str(file))} messages list
"""


def _opens(link: str | None) -> str:
    return "/login" if link is None else f"{link}   (choose a name and a password; works once)"


def _folder(chosen: Path | None) -> Path:
    from gatewayd.cli.offline import forbidden  # noqa: PLC0415 - as in demo

    folder = (chosen or _DEFAULT_FOLDER).absolute()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        if chosen is not None:
            raise forbidden(folder, error) from error
    return Path(tempfile.mkdtemp(prefix="gatewayd-demo-"))


def _free_port() -> int:
    """Give the usual port where it is free, else 0: the system's choice."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, _DEFAULT_PORT))
        except OSError:
            return 0
    return _DEFAULT_PORT


@contextmanager
def _port(wanted: int) -> Iterator[int]:
    """Give a port to write down: links of e-mail and command line lead to what is configured.

    One that the system chose is held for as long as the block lasts. Linux lets the daemon listen
    there all the same, as long as both say SO_REUSEADDR and this one never listens.
    """
    if wanted != 0:
        yield wanted
        return
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((_HOST, 0))
        yield int(holder.getsockname()[1])


def _write(folder: Path, port: int) -> Path:
    """Write the demo's configuration, so that every other command works beside it."""
    file = folder / _FILE_NAME
    if file.exists() and not file.read_text(encoding="utf-8").startswith(_HEADER):
        raise CliError(
            f"{file} was not written by the demo; nothing was changed.",
            advice="Choose another folder with --data.",
        )
    path = folder / "gatewayd.sock"
    if len(bytes(path)) > 107:  # noqa: PLR2004 - sockaddr_un's limit, which deep folders exceed
        path = Path(tempfile.mkdtemp(prefix="gatewayd-demo-")) / "gatewayd.sock"
    file.write_text(
        f"""{_HEADER}
[gateway]
name = "The demo shop"
country = "CA-QC"
timezone = {as_toml(local_zone() or _ZONE)}
data_dir = "."

[http]
listen = "{_HOST}:{port}"
socket = {as_toml(str(path))}

[[modems]]
name = "demo"
device = "virtual:"
number = "{_NUMBER}"

[logging]
level = "warning"
""",
        encoding="utf-8",
    )
    return file
