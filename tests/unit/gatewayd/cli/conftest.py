"""A small daemon on a unix socket, and a way to run commands against it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gatewayd.__main__ import run as run_command_line

Answer = Callable[[web.Request, Any], web.StreamResponse]


@dataclass(slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass(slots=True)
class FakeDaemon:
    """Answers what a test scripted, and remembers what was asked."""

    asked: list[Asked] = field(default_factory=list)
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)

    def on(self, method: str, path: str, *answers: Answer) -> None:
        """Answer with each in turn; the last one stays."""
        self.answers[method, path] = list(answers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        self.asked.append(
            Asked(
                method=request.method,
                path=request.raw_path.partition("?")[0],
                query=dict(request.query),
                headers=dict(request.headers),
                body=body,
            )
        )
        script = self.answers.get((request.method, request.path))
        if script is None:
            return problem(404, "not_found", f"there is nothing at {request.path}")
        answer = script.pop(0) if len(script) > 1 else script[0]
        response = answer(request, body)
        if isinstance(response, Stream):
            return await response.run(request)
        return response


class Stream(web.StreamResponse):
    """Server-sent events, then the end of the stream."""

    def __init__(self, *frames: str) -> None:
        super().__init__(headers={"Content-Type": "text/event-stream"})
        self.frames = frames

    async def run(self, request: web.Request) -> web.StreamResponse:
        await self.prepare(request)
        for frame in self.frames:
            await self.write(frame.encode())
        return self


def answer(value: Any, status: int = 200) -> Answer:
    return lambda _request, _body: web.json_response(value, status=status)


def problem(status: int, code: str, detail: str, errors: Any = None) -> web.Response:
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    if errors:
        body["errors"] = errors
    return web.json_response(body, status=status, content_type="application/problem+json")


def refuse(status: int, code: str, detail: str, errors: Any = None) -> Answer:
    return lambda _request, _body: problem(status, code, detail, errors)


def event(number: int, kind: str, data: dict[str, Any]) -> str:
    envelope = {
        "id": f"evt_{number}",
        "type": kind,
        "created_at": "2026-11-22T15:00:00.000Z",
        "data": data,
    }
    return f"id: evt_{number}\nevent: {kind}\ndata: {json.dumps(envelope)}\n\n"


def stream(*frames: str) -> Answer:
    return lambda _request, _body: Stream(*frames)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    status: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with a configuration in it."""
    (tmp_path / "gatewayd.toml").write_text(
        '[gateway]\ncountry = "CA"\ndata_dir = "data"\n', encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAYD_CONFIG", raising=False)
    # Reconnecting is part of what is tested; waiting for it is not.
    monkeypatch.setattr("gatewayd.cli.waiting._RECONNECT_SECONDS", 0.01)
    monkeypatch.setattr("gatewayd.cli.events._RECONNECT_SECONDS", 0.01)
    return tmp_path


@pytest.fixture
def daemon(folder: Path) -> Iterator[FakeDaemon]:
    """A daemon that listens where the configuration says."""
    (folder / "data").mkdir()
    fake = FakeDaemon()
    loop = asyncio.new_event_loop()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", fake.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.UnixSite(runner, str(folder / "data" / "gatewayd.sock")).start()
        return runner

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(start(), loop).result()
    yield fake
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def run_it(*arguments: str) -> Ran:
        capsys.readouterr()
        status = run_command_line(list(arguments))
        captured = capsys.readouterr()
        return Ran(status=status, out=captured.out, err=captured.err)

    return run_it


@pytest.fixture
def script() -> Any:
    """The words in which a test scripts the daemon (test modules import no conftest)."""

    class Script:
        answer = staticmethod(answer)
        refuse = staticmethod(refuse)
        stream = staticmethod(stream)
        event = staticmethod(event)

    return Script
