"""A virtual modem in its own process, for programs that know nothing of us."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE_SECONDS = 120.0


class ModemProcess:
    """`gatewayd virtual-modem` with its control channel."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.link = folder / "modem"
        self._control = folder / "control"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gatewayd", "virtual-modem"),
                *("--link", str(self.link), "--control", str(self._control)),
                *options,
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():
            raise RuntimeError("the virtual modem did not start")

    def order(self, op: str, **fields: object) -> dict[str, Any]:
        """Give an order on the control channel and return its answer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            channel.settimeout(PATIENCE_SECONDS + 5)
            channel.connect(str(self._control))
            channel.sendall(json.dumps({"op": op, **fields}).encode() + b"\n")
            with channel.makefile("rb") as lines:
                answer: dict[str, Any] = json.loads(lines.readline())
        assert answer.pop("ok"), answer
        return answer

    def wait(self, what: str, count: int = 1) -> bool:
        """Wait until the ledger counts this many."""
        return bool(self.order("wait", what=what, count=count, seconds=PATIENCE_SECONDS)["reached"])

    def ledger(self, what: str) -> list[dict[str, Any]]:
        """Return the ledger's entries of one kind."""
        entries = self.order("ledger")["entries"]
        return [entry for entry in entries if entry["what"] == what]

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.communicate(timeout=PATIENCE_SECONDS)


@pytest.fixture
def start_modem(tmp_path: Path) -> Iterator[Callable[..., ModemProcess]]:
    started: list[ModemProcess] = []

    def start(*options: str) -> ModemProcess:
        folder = tmp_path / f"modem{len(started)}"
        folder.mkdir()
        started.append(ModemProcess(folder, *options))
        return started[-1]

    yield start
    for modem in started:
        modem.stop()


@pytest.fixture
def plain_environment() -> dict[str, str]:
    """An environment in which tools speak plain English."""
    return os.environ | {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
