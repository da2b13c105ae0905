"""The command itself, against a daemon that answers what a test scripted."""

import asyncio
import json
import threading
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gatewayd.__main__ import run
from gatewayd.doctor import daemon as asking
from gatewayd.doctor.daemon import ask
from gatewayd.doctor.facts import Standing
from gatewayd.http.routes.service import readyz

MODEM = {
    "name": "counter",
    "state": "ready",
    "reason": None,
    "number": "+15145550100",
    "imei": "490154203237518",
    "iccid": "89302000000000000001",
    "signal_dbm": -71,
    "queue": 0,
    "limits": {},
    "incidents": [{"kind": "deaf", "detail": "x", "closed_at": "2026-11-22T00:00:00Z"}],
    "muted": False,
}
Serve = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data").mkdir(mode=0o750)
    (tmp_path / "gatewayd.toml").write_text(
        '[gateway]\ncountry = "CA"\nlanguage = "fr"\ndata_dir = "data"\n'
        '[http]\nlisten = "127.0.0.1:0"\n'  # whoever listens on this machine is not asked about
        '[[modems]]\nname = "counter"\ndevice = "virtual:"\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAYD_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """Listen at the socket and answer each path so; `(status, body)`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runners: list[web.AppRunner] = []

    def begin(**different: tuple[int, Any]) -> None:
        answers: dict[str, tuple[int, Any]] = {
            "healthz": (200, {"status": "ok", "version": version("gatewayd")}),
            "readyz": (200, {"status": "ready", "modems": ["counter"]}),
            "modems": (200, {"items": [MODEM], "next": None}),
            "messages": (200, {"items": [], "next": None}),
            **different,
        }

        async def answer(request: web.Request) -> web.Response:
            status, body = answers[request.path.rpartition("/")[2]]
            return web.json_response(body, status=status)

        async def start() -> None:
            app = web.Application()
            app.router.add_get("/{path:.*}", answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            runners.append(runner)
            await web.UnixSite(runner, str(folder / "data" / "gatewayd.sock")).start()

        asyncio.run_coroutine_threadsafe(start(), loop).result()

    yield begin
    for runner in runners:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.usefixtures("folder")
def test_nothing_is_wrong(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    serve()
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out == "Tout va bien.\n"
    assert run(["doctor", "--lang", "en"]) == 0
    assert capsys.readouterr().out == "Nothing is wrong.\n"


@pytest.mark.usefixtures("folder")
def test_a_note_alone_is_no_failure(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    serve(modems=(200, {"items": [MODEM | {"muted": True}]}))
    assert run(["doctor", "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Note  [muted]\n")
    assert out.endswith("Nothing is wrong. (1 note)\n")


@pytest.mark.usefixtures("folder")
def test_troubles_are_told_with_evidence_and_fix(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = "there is no SIM in the modem, or it does not touch: put it in again"
    serve(modems=(200, {"items": [MODEM | {"state": "backoff", "reason": reason}]}))
    assert run(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "Problème  [no_sim]" in out
    assert "modem counter" in out
    assert "\N{REPLACEMENT CHARACTER}" not in out
    assert f"il dit\N{NO-BREAK SPACE}: {reason}" in out
    assert "Que faire\N{NO-BREAK SPACE}: Retirez la carte SIM" in out
    assert out.endswith("1 problème.\n")


@pytest.mark.usefixtures("folder")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--json", "--lang", "en"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["ok"], report["daemon"]) == (False, "stopped")
    (finding,) = report["findings"]
    assert (finding["code"], finding["severity"]) == ("daemon_stopped", "trouble")
    assert {"subject", "cause", "evidence", "fix"} <= finding.keys()


def test_without_a_configuration_it_still_speaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["--config", "none.toml", "doctor", "--lang", "fr"]) == 1
    assert "gatewayd init" in capsys.readouterr().out


def test_the_bundle(folder: Path, serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    serve()
    assert run(["doctor", "--bundle", "support.zip"]) == 0
    with zipfile.ZipFile(folder / "support.zip") as file:
        parts = {name: json.loads(file.read(name)) for name in file.namelist()}
        everything = b"".join(map(file.read, file.namelist())).decode()
    assert set(parts) == {
        "findings.json",
        "config.json",
        "versions.json",
        "modems.json",
        "events.json",
    }
    assert parts["modems.json"][0]["number"] == "+15•••••••00"
    assert parts["events.json"] == []
    for secret in ("5145550100", "490154203237518", "89302000000000000001"):
        assert secret not in everything
    capsys.readouterr()
    assert run(["doctor", "--bundle", "support.zip"]) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_a_bundle_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--bundle", "no/such/folder.zip"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_a_wrong_configuration_is_in_the_bundle(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "gatewayd.toml").write_text("[gatway]\n")
    assert run(["doctor", "--bundle", "support.zip"]) == 1
    with zipfile.ZipFile(folder / "support.zip") as file:
        assert json.loads(file.read("config.json"))["problems"]
    assert "config_wrong" in capsys.readouterr().out


def test_the_store_s_trouble_is_read_from_readyz(folder: Path, serve: Serve) -> None:
    problem = {
        "status": 503,
        "code": "not_ready",
        "detail": "the store does not answer: disk full; modem counter is absent",
    }
    serve(readyz=(503, problem))
    told = ask(folder / "data" / "gatewayd.sock")
    assert (told.standing, told.store_trouble) == (Standing.RUNNING, "disk full")


def test_readyz_still_words_it_so() -> None:
    import inspect  # noqa: PLC0415 - used once

    assert "the store does not answer: {error}" in inspect.getsource(readyz)


@pytest.mark.parametrize(
    ("health", "standing"),
    [
        ((401, {"detail": "no"}), Standing.FORBIDDEN),
        ((403, {"detail": "no"}), Standing.FORBIDDEN),
        ((500, {"detail": "a bug"}), Standing.SILENT),
        ((200, ["another program"]), Standing.SILENT),
    ],
)
def test_a_daemon_that_answers_badly(
    folder: Path, serve: Serve, health: tuple[int, Any], standing: Standing
) -> None:
    serve(healthz=health)
    assert ask(folder / "data" / "gatewayd.sock").standing is standing


def test_another_version_s_answers_are_no_bug(folder: Path, serve: Serve) -> None:
    odd = {"name": "counter", "state": "ready", "limits": [1], "incidents": None, "queue": True}
    serve(modems=(200, {"items": [odd, "what?"]}), healthz=(200, {}))
    told = ask(folder / "data" / "gatewayd.sock")
    assert (told.version, told.modems[0].queue, told.modems[0].limits) == (None, 0, {})


def test_a_socket_that_we_may_not_use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_connection: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("gatewayd.client.connection._UnixConnection.connect", refuse)
    assert asking.ask(folder / "data" / "gatewayd.sock").standing is Standing.FORBIDDEN


def test_a_daemon_that_hangs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(_connection: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr("gatewayd.client.connection._UnixConnection.connect", hang)
    assert asking.ask(folder / "data" / "gatewayd.sock").standing is Standing.SILENT


def test_messages_in_doubt_are_counted(serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    serve(messages=(200, {"items": [{}, {}], "next": None}))
    run(["doctor", "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    assert [each["code"] for each in found] == ["messages_unknown"]


def test_a_store_that_does_not_answer_hides_no_modem(serve: Serve, folder: Path) -> None:
    serve(messages=(503, {"title": "the store does not answer", "code": "store_unavailable"}))
    facts = ask(folder / "data" / "gatewayd.sock")
    assert ([modem.name for modem in facts.modems], facts.unknown_messages) == (["counter"], 0)
