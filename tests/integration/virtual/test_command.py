"""`gatewayd virtual-modem` as a command."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from gatewayd.cli.virtual_modem import virtual_modem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from pathlib import Path

Started = subprocess.Popen[str]


@pytest.fixture
def start() -> Iterator[Callable[..., Started]]:
    processes: list[Started] = []

    def start(*options: str) -> Started:
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "gatewayd", "virtual-modem", *options],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate(timeout=60)


def ready(process: Started) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "Say where"),
        (("--link", "x", "--tcp", "127.0.0.1:0"), "Say where"),
        (("--tcp", "nonsense"), "HOST:PORT"),
        (("--tcp", "127.0.0.1:99999"), "HOST:PORT"),
        (("--link", "x", "--personality", "nokia"), "huawei"),
        (("--link", "x", "--submit-ms", "-1"), "submit-ms"),
        (("--link", "x", "--replay", "y", "--control", "z"), "no --control"),
        (("--link", "x", "--second-link", "y"), "no second port"),
    ],
)
def test_wrong_usage_says_what_was_expected(options: tuple[str, ...], reason: str) -> None:
    result = CliRunner().invoke(virtual_modem, list(options))
    assert result.exit_code == 2
    assert reason in result.output


def test_a_path_that_cannot_be_had(start: Callable[..., Started], tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("precious")
    process = start("--link", str(taken))
    _, told = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "no link of ours" in told
    assert taken.read_text() == "precious"


def test_it_runs_until_it_is_stopped_and_leaves_nothing_but_the_ledger(
    start: Callable[..., Started], tmp_path: Path
) -> None:
    link, control, ledger = (tmp_path / name for name in ("modem", "control", "ledger"))
    process = start("--link", str(link), "--control", str(control), "--ledger", str(ledger))
    assert ready(process) == f"virtual modem generic +15145550100 at {link}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.connect(str(control))
        channel.sendall(b'{"op": "text_in", "from": "+15145550123", "text": "Bonjour"}\n')
        assert json.loads(channel.recv(1000)) == {"ok": True, "parts": 1}
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]
    assert json.loads(ledger.read_text())["text"] == "Bonjour"


def test_a_make_with_two_ports_has_two_links(start: Callable[..., Started], tmp_path: Path) -> None:
    first, second, control = (tmp_path / name for name in ("first", "second", "control"))
    places = ("--link", str(first), "--second-link", str(second), "--control", str(control))
    process = start("--personality", "two-ports", *places)
    assert "two-ports" in ready(process)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel,
        first.open("r+b", buffering=0) as commands,
        second.open("r+b", buffering=0) as announcements,
    ):
        commands.write(b"ATE0;+CNMI=2,1\r")
        assert answer(commands).endswith(b"OK\r\n")
        announcements.write(b"AT\r")  # it is heard once the modem has seen that it was opened
        assert answer(announcements) == b"\r\nOK\r\n"
        channel.connect(str(control))
        channel.sendall(b'{"op": "text_in", "from": "+15145550123", "text": "Bonjour"}\n')
        assert answer(announcements) == b'\r\n+CMTI: "SM",1\r\n'
        channel.recv(1000)
        channel.sendall(b'{"op": "unplug"}\n')
        channel.recv(1000)
        assert not first.is_symlink()
        assert not second.is_symlink()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0


def answer(line: FileIO) -> bytes:
    """Read until the line ends and falls silent."""
    got = b""
    while not got.endswith(b"\r\n") or got.count(b"\r\n") % 2:
        got += line.read(1000) or b""
    return got


def test_it_replays_a_dialogue_on_tcp(start: Callable[..., Started], tmp_path: Path) -> None:
    dialogue = tmp_path / "dialogue"
    dialogue.write_text("> AT\n< OK\n> ATI\n< Toaster\n< OK\n")
    process = start("--tcp", "127.0.0.1:0", "--replay", str(dialogue))
    host, _, port = ready(process).rpartition(" ")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(b"AT\r")
        assert line.recv(100) == b"\r\nOK\r\n"
        line.sendall(b"AT+CSQ\r")
        assert line.recv(100) == b"\r\nERROR\r\n"
        line.sendall(b"ATI\r")
        assert line.recv(100) == b"\r\nToaster\r\n\r\nOK\r\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "expected 'ATI', heard 'AT+CSQ'" in told
    assert process.returncode == 0
