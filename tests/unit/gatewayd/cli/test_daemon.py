import asyncio
import errno
import json
import shlex
import socket
from pathlib import Path
from typing import Any

import pytest

from config import Settings, from_mapping, load
from gatewayd.cli import demo
from gatewayd.cli.daemon import supervise
from gatewayd.cli.failure import CliError, Exit
from gatewayd.http.server import ListenError
from storage.errors import SchemaTooNew, StoreLocked, StoreUnavailable


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return from_mapping({"gateway": {"country": "CA", "data_dir": "data"}}, base=tmp_path)


async def daemon(ends_with: int | Exception) -> int:
    await asyncio.sleep(0)
    if isinstance(ends_with, Exception):
        raise ends_with
    return ends_with


def test_the_daemons_status_is_the_commands(settings: Settings) -> None:
    assert supervise(settings, daemon(0)) == 0
    assert settings.gateway.data_dir.is_dir()


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (
            StoreLocked(path=Path("x"), pid=4711),
            Exit.FAILED,
            "data is in use by another gatewayd, process 4711.",
        ),
        (StoreLocked(path=Path("x"), pid=None), Exit.FAILED, "in use by another gatewayd."),
        (
            ListenError(address="127.0.0.1:8767", reason="the port is in use"),
            Exit.FAILED,
            "Cannot listen on 127.0.0.1:8767: the port is in use.",
        ),
        (SchemaTooNew(revision="0009"), Exit.CONFIG, "was written by a newer version"),
        (
            StoreUnavailable(reason="database disk image is malformed"),
            Exit.FAILED,
            "cannot be used: database disk image is malformed.",
        ),
        (
            StoreUnavailable(reason="database or disk is full"),
            Exit.FAILED,
            "The disk is full: there is no room for ",
        ),
        (OSError(errno.ENOSPC, "No space left", "/x/y"), Exit.FAILED, "is no room for /x/y."),
        (OSError(errno.EIO, "Input/output error"), Exit.BUG, "because of a bug: OSError."),
        (PermissionError(13, "Permission denied", "/x/y"), Exit.CONFIG, "/x/y cannot be written"),
        (
            ExceptionGroup("services", [ExceptionGroup("inner", [SchemaTooNew(revision="9")])]),
            Exit.CONFIG,
            "newer version",
        ),
        (ZeroDivisionError(), Exit.BUG, "ended because of a bug: ZeroDivisionError."),
        (
            ExceptionGroup("services", [ZeroDivisionError(), KeyError()]),
            Exit.BUG,
            "ended because of a bug: ExceptionGroup.",
        ),
    ],
)
def test_why_it_could_not_go_on_is_one_sentence(
    settings: Settings, error: Exception, status: Exit, sentence: str
) -> None:
    with pytest.raises(CliError) as raised:
        supervise(settings, daemon(error))

    assert sentence in raised.value.sentence
    assert raised.value.status is status


def test_a_damaged_store_leads_to_the_doctor(settings: Settings) -> None:
    with pytest.raises(CliError) as raised:
        supervise(settings, daemon(StoreUnavailable(reason="file is not a database")))

    assert "`gatewayd doctor`" in str(raised.value.advice)


def test_a_data_folder_that_cannot_be_made_is_said(settings: Settings) -> None:
    settings.gateway.data_dir.write_text("a file", encoding="utf-8")

    with pytest.raises(CliError, match=r"data cannot be a folder: there is a file of that name"):
        supervise(settings, daemon(0))


def test_run_says_what_is_wrong_before_anything_starts(tmp_path: Path, run: Any) -> None:
    file = tmp_path / "gatewayd.toml"
    file.write_text('[gateway]\ncontry = "CA"\n', encoding="utf-8")

    ran = run("--config", str(file), "run")

    assert ran.status == 78
    assert "Did you mean country?" in ran.err


def test_the_demos_configuration_is_right_and_written_anew(tmp_path: Path) -> None:
    demo._write(tmp_path, 0)
    file = demo._write(tmp_path, 4000)

    settings = load(file)

    assert settings.http.port == 4000
    assert settings.gateway.data_dir == tmp_path
    assert settings.modems[0].device == "virtual:"


@pytest.mark.parametrize(
    ("here", "zone"), [("Europe/Paris", "Europe/Paris"), (None, "America/Toronto")]
)
def test_the_demos_clock_is_that_of_who_tries_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str | None, zone: str
) -> None:
    monkeypatch.setattr(demo, "local_zone", lambda: here)
    assert load(demo._write(tmp_path, 4000)).gateway.timezone == zone


def test_a_port_of_the_systems_choice_is_written_down_and_held_for_the_daemon() -> None:
    with demo._port(0) as port:
        assert port > 0
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        # As the daemon does, which says that it uses an address again.
        socket.create_server(("127.0.0.1", port)).close()
    with demo._port(4000) as port:
        assert port == 4000


def test_the_demo_overwrites_nobodys_configuration(tmp_path: Path) -> None:
    (tmp_path / "gatewayd.toml").write_text("mine", encoding="utf-8")

    with pytest.raises(CliError, match="was not written by the demo"):
        demo._write(tmp_path, 0)


def test_the_demos_socket_fits_whatever_the_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()

    assert len(bytes(load(demo._write(deep, 0)).http.socket)) <= 107


def test_the_demos_lines_can_be_copied_as_they_are(tmp_path: Path) -> None:
    text = demo.welcome(url="http://127.0.0.1:1", secret="gw_x", file=tmp_path / "a b.toml")

    send, read = (shlex.split(line) for line in text.splitlines() if line.startswith("  curl"))
    body = json.loads(send[send.index("-d") + 1])
    assert set(body) == {"to", "text"}
    assert "Authorization: Bearer gw_x" in send
    assert "http://127.0.0.1:1/v1/messages?direction=in&limit=5" in read
    beside = next(line for line in text.splitlines() if line.startswith("  gatewayd --config"))
    assert shlex.split(beside)[2] == str(tmp_path / "a b.toml")


def test_a_folder_that_is_given_must_be_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CliError, match="file cannot be a folder"):
        demo._folder(tmp_path / "file")

    # The default may give way to a temporary one.
    monkeypatch.chdir(tmp_path)
    assert demo._folder(None) == tmp_path / "gatewayd-demo"
    monkeypatch.setattr(demo, "_DEFAULT_FOLDER", Path("file"))
    other = demo._folder(None)
    assert other.name.startswith("gatewayd-demo-")
    other.rmdir()
