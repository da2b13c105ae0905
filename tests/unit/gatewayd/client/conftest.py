"""A scripted gateway on TCP and on a unix socket, asked by both clients in the same words."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import web

from gatewayd.client import Client, RetryPolicy
from gatewayd.client.aio import AsyncClient

CUT = object()
"""An answer that ends in the middle."""


@dataclass
class Script:
    """What the gateway answers in turn (the last one stays), and what it was asked."""

    url: str = ""
    socket: Path = Path()
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        self.asked.append(
            (request.method, request.raw_path, dict(request.headers), json.loads(raw or b"null"))
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is CUT:
            assert request.transport
            request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            request.transport.close()
            return web.Response()
        if isinstance(answer, list):
            stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await stream.prepare(request)
            for frame in answer:
                await stream.write(frame.encode())
            return stream
        status, body, *headers = answer
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return web.Response(status=status, body=raw, headers=headers[0] if headers else {})


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    loop = asyncio.new_event_loop()

    async def start(folder: Path) -> web.AppRunner:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", script.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        script.socket = folder / "s"
        await web.UnixSite(runner, str(script.socket)).start()
        script.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    with TemporaryDirectory(prefix="gw-") as folder:
        runner = asyncio.run_coroutine_threadsafe(start(Path(folder)), loop).result()
        yield script
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@dataclass
class Asking:
    """One of the clients; ``slept`` are the pauses that it took."""

    asynchronous: bool
    slept: list[float] = field(default_factory=list)

    def __call__(self, address: str | Path, words: Callable[[Any], Any], **more: Any) -> Any:
        """Say ``words`` to a client; of an iterator all of it, of ``(iterator, n)`` n items."""
        retry = more.pop("retry", RetryPolicy(share=lambda: 1.0))
        if self.asynchronous:
            return asyncio.run(self._async(address, words, retry=retry, **more))
        found = words(Client(address, retry=retry, sleep=self.slept.append, **more))
        match found:
            case (stream, count):
                return [next(stream) for _ in range(count)]
            case dict():
                return found
            case _:
                return list(found)

    async def _async(self, address: str | Path, words: Callable[[Any], Any], **options: Any) -> Any:
        async def sleep(seconds: float) -> None:
            self.slept.append(seconds)

        async with AsyncClient(address, sleep=sleep, **options) as client:
            match words(client):
                case (stream, count):
                    found = [await anext(stream) for _ in range(count)]
                    await stream.aclose()
                    return found
                case AsyncIterator() as stream:
                    return [item async for item in stream]
                case awaitable:
                    return await awaitable


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def ask(request: pytest.FixtureRequest) -> Asking:
    return Asking(asynchronous=request.param)


@pytest.fixture
def cut() -> object:
    return CUT
