"""A start that cannot be, and one that must be all the same, as read by who is woken by it."""

import json
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

GOOD = '[gateway]\ncountry = "CA-QC"\ndata_dir = "data"\n[http]\nlisten = "127.0.0.1:0"\n'
MODEM = '[[modems]]\nname = "counter"\ndevice = "/dev/nothing-there"\n'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GOOD + '[[modems]]\nname = "a"\ndevise = "x"\n', "8: [[modems]] 1 devise"),
        (GOOD + '[[modems]]\nname = "a"\ndevise = "x"\n', "no such key. Did you mean device?"),
        (GOOD + "[gatway]\n", "[gatway]: no such table. Did you mean [gateway]?"),
        (GOOD.replace(':0"', ':99999"'), "expected an IP address and a port of at most 65535"),
        (GOOD.replace("CA-QC", "Quebec"), 'expected an ISO 3166 country or province such as "CA"'),
        (GOOD + MODEM.replace("/dev/", "./"), 'expected "auto", a full path such as'),
        (GOOD + "[sending]\nmax_parts = 0\n", "expected a whole number from 1 to 255"),
        ("", "[gateway] country: it is missing"),
        ("country: CA-QC\n", "1: not TOML at column 8"),
        (bytes(range(256)), ": expected UTF-8 text"),
        (b"\x7fELF\0\0\0", "1: not TOML"),
        (None, "There is no configuration file at "),
    ],
    ids=lambda value: "" if isinstance(value, str | bytes) else "absent",
)
def test_a_wrong_configuration_starts_nothing(
    new_gateway: Any, content: str | bytes | None, says: str
) -> None:
    gateway = new_gateway()
    match content:
        case str():
            gateway.file.write_text(content)
        case bytes():
            gateway.file.write_bytes(content)
        case None:
            pass

    run = gateway.cli("run")

    assert (run.status, run.out) == (78, "")
    assert says in run.err
    assert str(gateway.file) in run.err
    assert not (gateway.folder / "data").exists()


def test_every_mistake_is_told_at_once(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.file.write_text(
        '[gateway]\ncountry = "Canada"\n[http]\nlisten = "8767"\nsockets = "x"\n[[modems]]\n'
    )

    told = gateway.cli("config", "check")
    as_json = gateway.cli("config", "check", "--json")

    assert told.status == as_json.status == 78
    assert "The configuration has 4 errors." in told.err
    assert (as_json.json["ok"], as_json.json["file"]) == (False, str(gateway.file))
    problems = as_json.json["problems"]
    assert [problem["line"] for problem in problems] == [2, 4, 5, 6]
    for problem in problems:
        assert f"{problem['file']}:{problem['line']}: {problem['key']}" in told.err
        assert problem["expected"] in told.err


def test_a_port_in_use_is_named(new_gateway: Any) -> None:
    gateway = new_gateway()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        gateway.file.write_text(GOOD.replace(":0", f":{port}") + MODEM)
        run = gateway.cli("run")

    assert (run.status, run.out) == (1, "")
    assert f"Cannot listen on 127.0.0.1:{port}: the port is in use by another program" in run.err
    assert "change [http] listen" in run.err
    assert "Traceback" not in run.err


def test_a_second_daemon_on_the_same_data_ends_and_harms_nothing(gateway: Any) -> None:
    run = gateway.cli("run")

    assert (run.status, run.out) == (1, "")
    assert f"{gateway.folder / 'data'} is in use by another gatewayd, process " in run.err
    assert "another [gateway] data_dir" in run.err
    assert gateway.cli("modems", "list").status == 0
    assert gateway.http("GET", "/readyz").status == 200


@pytest.mark.parametrize("place", ["data", "data/below"])
def test_a_data_folder_that_is_none(new_gateway: Any, place: str) -> None:
    gateway = new_gateway()
    gateway.file.write_text(
        GOOD.replace('"data"', '"data/below"' if "below" in place else '"data"')
    )
    (gateway.folder / "data").write_text("mine")

    run = gateway.cli("run")

    assert (run.status, run.out) == (78, "")
    assert "cannot be a folder: there is a file of that name" in run.err
    assert (gateway.folder / "data").read_text() == "mine"


def test_a_data_folder_that_may_not_be_written(
    new_gateway: Any, as_nobody: tuple[str, ...]
) -> None:
    gateway = new_gateway()
    gateway.file.write_text(GOOD)
    gateway.folder.chmod(0o555)
    gateway.su = as_nobody

    for words in (("run",), ("token", "list")):
        done = gateway.cli(*words)
        assert (done.status, done.out) == (78, "")
        assert f"{gateway.folder / 'data'} cannot be written: Permission denied." in done.err
        assert "the user that the daemon runs as" in done.err


def test_a_configuration_that_may_not_be_read(new_gateway: Any, as_nobody: tuple[str, ...]) -> None:
    gateway = new_gateway()
    gateway.file.write_text(GOOD)
    gateway.file.chmod(0)
    gateway.folder.chmod(0o755)
    gateway.su = as_nobody

    run = gateway.cli("run")

    assert (run.status, run.out) == (78, "")
    assert f"{gateway.file}: you may not read it" in run.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has somebody else to be")
def test_a_stranger_may_not_command_the_daemon(
    gateway: Any, as_nobody: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.folder.chmod(0o755)
    monkeypatch.setattr(gateway, "su", as_nobody)

    for words in (("modems", "list"), ("token", "list"), ("send", "+15145550501", "Hi")):
        done = gateway.cli(*words)
        assert (done.status, done.out) == (69, "")
        assert "You may not talk to the daemon at" in done.err
        assert "Run this as root (sudo)" in done.err


def test_what_is_stored_is_nobody_elses_business(gateway: Any) -> None:
    for path in (gateway.folder / "data").iterdir():
        with suppress(FileNotFoundError):  # it was there for a moment
            assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, path


def test_a_missing_device_is_told_and_does_not_stop_the_daemon(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.file.write_text(GOOD + MODEM)
    gateway.start()

    modem = gateway.modem("counter", "absent")

    assert modem["reason"]
    (listed,) = gateway.cli("modems", "list", "--json").json
    assert (listed["state"], listed["reason"]) == ("absent", modem["reason"])
    ready = gateway.http("GET", "/readyz")
    assert (ready.status, ready.json["code"]) == (503, "not_ready")
    assert any("counter" in reason for reason in ready.json["reasons"])
    assert gateway.http("GET", "/healthz").status == 200
    # What is sent meanwhile waits.
    sent = gateway.cli("send", "+15145550502", "Later", "--json")
    assert (sent.status, sent.json["state"]) == (0, "queued")
    assert gateway.stop() == 0


def test_a_device_that_may_not_be_opened_is_told(
    new_gateway: Any, as_nobody: tuple[str, ...]
) -> None:
    gateway = new_gateway()
    gateway.folder.chmod(0o777)
    stick = gateway.stick()
    gateway.configure()
    Path(stick.device).resolve().chmod(0)
    gateway.su = as_nobody
    gateway.start()

    def look() -> Any:
        found = gateway.http("GET", "/v1/modems/counter").json
        return found if found["reason"] else None

    modem = gateway.until(look, types="modem.state")
    assert modem["state"] != "ready"
    assert "permission" in modem["reason"] or "not allowed" in modem["reason"]
    assert "dialout" in modem["reason"]


def test_without_a_daemon_a_command_says_so(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.file.write_text(GOOD)

    for words in (
        ("send", "+15145550503", "Hi"),
        ("messages", "list"),
        ("messages", "show", "msg_1"),
        ("modems", "list"),
        ("events", "--follow"),
    ):
        done = gateway.cli(*words)
        assert (done.status, done.out) == (69, "")
        assert "The daemon does not run: there is no socket" in done.err
        assert "gatewayd run" in done.err


def test_a_log_line_is_one_json_object(gateway: Any) -> None:
    lines = [line for line in gateway.daemon.log if not line.startswith("gatewayd ")]
    assert lines
    for line in lines:
        assert {"event", "level", "timestamp"} <= json.loads(line).keys()
