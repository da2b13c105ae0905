import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gatewayd import notify
from gatewayd.directory import ModemView
from gatewayd.notify import Notifier, keep_told, status_of
from storage.engine import Store
from storage.errors import StoreUnavailable

NOW = datetime(2026, 12, 1, tzinfo=UTC)


class Systemd:
    """The other end of $NOTIFY_SOCKET."""

    def __init__(self, address: str) -> None:
        self.environment = {"NOTIFY_SOCKET": address.replace("\0", "@")}
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.line.bind(address)
        self.line.setblocking(False)

    async def hears(self) -> dict[str, str]:
        loop = asyncio.get_running_loop()
        text = (await loop.sock_recv(self.line, 4096)).decode()
        return dict(row.split("=", 1) for row in text.splitlines())


@pytest.fixture(params=["a file", "abstract"])
def systemd(request: pytest.FixtureRequest) -> Iterator[Systemd]:
    with TemporaryDirectory(prefix="gw-") as folder:
        name = f"\0{folder}" if request.param == "abstract" else f"{folder}/notify"
        found = Systemd(name)
        yield found
        found.line.close()


async def test_facts_are_told_line_by_line(systemd: Systemd) -> None:
    Notifier(systemd.environment).tell(READY="1", STATUS="counter ready")
    assert await systemd.hears() == {"READY": "1", "STATUS": "counter ready"}


async def test_a_start_asks_for_more_time(systemd: Systemd) -> None:
    async with Notifier(systemd.environment).starting():
        assert await systemd.hears() == {"EXTEND_TIMEOUT_USEC": "60000000"}


def test_without_systemd_nothing_is_told_and_nothing_fails(tmp_path: Path) -> None:
    Notifier({}).tell(READY="1")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).tell(READY="1")


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_the_watchdog_is_fed_where_it_is_meant_for_us(
    environment: dict[str, str], seconds: float | None
) -> None:
    assert Notifier(environment).watchdog_seconds == seconds


@asynccontextmanager
async def telling(systemd: Systemd, store: Any, watchdog: str) -> AsyncIterator[None]:
    notifier = Notifier(systemd.environment | {"WATCHDOG_USEC": watchdog})
    task = asyncio.create_task(keep_told(notifier, store, lambda: [view()]))
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})


def view(**facts: Any) -> ModemView:
    return ModemView(**{"name": "counter", "state": "ready", "since": NOW} | facts)


async def test_signs_of_life_come_while_the_store_answers(
    systemd: Systemd, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await Store.open(data_dir=prepared)
    monkeypatch.setattr(notify, "STATUS_SECONDS", 0.0)
    async with telling(systemd, store, "30000000"):
        for _ in range(3):
            assert await systemd.hears() == {"WATCHDOG": "1", "STATUS": "counter ready"}
    await store.close()


class Full:
    async def check(self) -> None:
        raise StoreUnavailable(reason="database or disk is full")

    async def answer(self) -> None:
        return


async def test_a_full_disk_is_told_and_is_no_reason_to_be_killed(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "STATUS_SECONDS", 0.0)
    async with telling(systemd, Full(), "30000000"):
        for _ in range(2):
            assert await systemd.hears() == {
                "WATCHDOG": "1",
                "STATUS": "The store takes nothing: database or disk is full",
            }


class Hung:
    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def check(self) -> None:
        self.asked.set()
        await asyncio.Event().wait()


async def test_a_store_that_answers_nothing_starves_the_watchdog(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "STATUS_SECONDS", 0.0)
    store = Hung()
    async with telling(systemd, store, "10000"):
        for _ in range(3):
            store.asked.clear()
            await store.asked.wait()
        with pytest.raises(BlockingIOError):
            systemd.line.recv(4096)


def test_how_things_are_in_one_line() -> None:
    absent = view(name="spare", state="absent", reason="no such\ndevice", queue=3)
    assert status_of([], None) == "No modem is configured"
    assert status_of([view(), absent], None) == (
        "counter ready; spare absent (no such device), 3 waiting"
    )
