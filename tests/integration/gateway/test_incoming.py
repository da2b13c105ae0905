"""From the network to a row, through the whole daemon in this process; the ledger is the judge."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

from config import load
from gatewayd.daemon import Ready, run_daemon
from modem.virtual import registry
from modem.virtual.ledger import Entry, Happening
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.sim import Sim

SHOP = "+15145550100"
CUSTOMER = "+15145550161"
# Within one second or so: a burst of announcements.
BURST = [f"Text {number}" for number in range(1, 6)]


@asynccontextmanager
async def gateway(folder: Path, network: VirtualNetwork) -> AsyncIterator[None]:
    """Run the daemon on a modem of this network, from its first listing to its orderly end."""
    name = folder.name.lower()
    file = folder / "gatewayd.toml"
    file.write_text(
        f"""
[gateway]
country = "CA-QC"
data_dir = "."
[http]
listen = "127.0.0.1:0"
socket = "s"
[[modems]]
name = "counter"
device = "virtual:{name}"
[logging]
level = "error"
"""
    )
    registry.attach(name, VirtualModem(network, sim=Sim(number=SHOP)))
    ready = asyncio.Event()

    async def greet(_: Ready) -> None:
        ready.set()

    daemon = asyncio.create_task(run_daemon(load(file), on_ready=greet))
    try:
        await ready.wait()
        yield
        signal.raise_signal(signal.SIGTERM)
        assert await daemon == 0
    finally:
        daemon.cancel()
        registry.detach(name)


@asynccontextmanager
async def all_deleted(
    network: VirtualNetwork, count: int, on_deleted: Callable[[], object]
) -> AsyncIterator[None]:
    """Call back at each ``+CMGD``, before anything else happens, and wait for so many of them."""
    done = asyncio.Event()

    def watch(entry: Entry) -> None:
        if entry.what is Happening.DELETED:
            on_deleted()
        if len(network.ledger.of(Happening.DELETED)) == count:
            done.set()

    stop = network.ledger.watch(watch)
    try:
        yield
        await done.wait()
    finally:
        stop()


def texts(folder: Path) -> list[str]:
    """What another process finds committed."""
    with closing(sqlite3.connect(folder / "gatewayd.db")) as database:
        rows = database.execute("SELECT text FROM messages WHERE direction = 'in'")
        return sorted(text for (text,) in rows)


async def test_a_burst_of_announcements_is_read_to_its_end(tmp_path: Path) -> None:
    network = VirtualNetwork()
    async with (
        gateway(tmp_path, network),
        all_deleted(network, len(BURST), on_deleted=lambda: None),
    ):
        for text in BURST:
            network.text_in(to=SHOP, from_=CUSTOMER, text=text)

    assert texts(tmp_path) == BURST


async def test_nothing_is_deleted_before_it_is_committed(tmp_path: Path) -> None:
    network = VirtualNetwork()
    committed: list[int] = []
    async with (
        gateway(tmp_path, network),
        all_deleted(network, len(BURST), lambda: committed.append(len(texts(tmp_path)))),
    ):
        for text in BURST:
            network.text_in(to=SHOP, from_=CUSTOMER, text=text)

    assert all(stored >= place for place, stored in enumerate(committed, start=1))
