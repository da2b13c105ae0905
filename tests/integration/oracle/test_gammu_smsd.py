# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Debian's gammu-smsd, unmodified, on our virtual modem: a daemon that sends and receives."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    shutil.which("gammu-smsd") is None, reason="gammu-smsd is not installed"
)
TO = "+15145550123"


class Daemon:
    def __init__(self, folder: Path, link: Path, environment: dict[str, str]) -> None:
        self.inbox = folder / "inbox"
        for name in ("inbox", "outbox", "sent", "error"):
            (folder / name).mkdir()
        self._settings = folder / "smsdrc"
        self._environment = environment
        self._settings.write_text(
            f"[gammu]\nport = {link}\nconnection = at115200\n"
            "[smsd]\nservice = files\nCheckSecurity = 0\nCheckBattery = 0\nDeliveryReport = log\n"
            "LoopSleep = 1\nReceiveFrequency = 1\nStatusFrequency = 0\n"
            f"inboxpath = {folder}/inbox/\noutboxpath = {folder}/outbox/\n"
            f"sentsmspath = {folder}/sent/\nerrorsmspath = {folder}/error/\n"
            f"logfile = {folder}/log\ninboxformat = unicode\n"
        )
        self._process = subprocess.Popen(
            ["gammu-smsd", "-c", str(self._settings)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def inject(self, text: str) -> None:
        subprocess.run(
            ["gammu-smsd-inject", "-c", str(self._settings), "TEXT", TO, "-report", "-text", text],
            check=True,
            capture_output=True,
            env=self._environment,
        )

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=120)


@pytest.fixture
def start_daemon(
    tmp_path: Path, plain_environment: dict[str, str]
) -> Iterator[Callable[[Path], Daemon]]:
    started: list[Daemon] = []

    def start(link: Path) -> Daemon:
        folder = tmp_path / "smsd"
        folder.mkdir()
        started.append(Daemon(folder, link, plain_environment))
        return started[-1]

    yield start
    for daemon in started:
        daemon.stop()


def test_sends_receives_and_takes_reports(start_modem, start_daemon) -> None:
    modem = start_modem()
    daemon = start_daemon(modem.link)
    daemon.inject("Your order is ready")
    assert modem.wait("accepted")
    assert modem.ledger("accepted")[0]["text"] == "Your order is ready"
    modem.order("text_in", **{"from": "+15145550999", "text": "Merci, j'arrive!"})
    assert modem.wait("deleted")
    assert modem.wait("reported")
    texts = [file.read_text("utf-16") for file in daemon.inbox.iterdir()]
    assert "Merci, j'arrive!" in texts
