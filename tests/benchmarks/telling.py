"""How fast events reach who wants them, and whether a receiver that hangs slows the API.

The daemon has a muted modem: each message posted makes events, and nothing is sent. The receivers
are in this process.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web

from tests.benchmarks import figures
from tests.benchmarks.accepting import config, free_port, running, token
from tests.benchmarks.harness import CUSTOMER, Daemon

READERS = 200
_TYPE = "message.queued"


async def measure(messages: int) -> None:
    """Print events a second to one webhook and to 200 readers, and what a hanging one costs."""
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        place, port = Path(name), free_port()
        settings = config(place, port) + '\n[webhooks]\nallowed_networks = ["127.0.0.1"]\n'
        (place / "gw.toml").write_text(settings, encoding="utf-8")
        async with running(place) as daemon:
            figures.heading(f"Events of {messages} messages")
            await _webhook(daemon, messages, ordered=False)
            await _webhook(daemon, messages, ordered=True)
            await _streams(daemon, port, messages)
            figures.heading("The API while a webhook's receiver hangs")
            await _latencies(daemon, messages, "without a webhook")
            async with _receiver(_hang) as url, _webhook_to(daemon, url, ordered=False):
                await _latencies(daemon, messages, "with one that hangs")


async def _webhook(daemon: Daemon, messages: int, *, ordered: bool) -> None:
    """Measure from the first post to the last event received; none may come twice."""
    seen: set[str] = set()
    everything = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        seen.add(request.headers["webhook-id"])
        if len(seen) == messages:
            everything.set()
        return web.Response()

    async with _receiver(take) as url, _webhook_to(daemon, url, ordered=ordered):
        started = perf_counter()
        await daemon.queue(messages, report=False)
        posted = perf_counter() - started
        await everything.wait()
        rate = messages / (perf_counter() - started)
    how = "in order" if ordered else "in any order"
    figures.row(
        f"a second to one webhook, {how} (posted alone)", f"{rate:.0f} ({messages / posted:.0f})"
    )


async def _streams(daemon: Daemon, port: int, messages: int) -> None:
    """Measure from the first post until each reader has all events."""
    secret = await token(daemon, "screen", "events", "messages:read")
    headers = {"Authorization": f"Bearer {secret}"}
    begun = asyncio.Semaphore(0)

    async def read(client: ClientSession) -> None:
        query = {"types": _TYPE}
        async with client.get("/v1/events", params=query, headers=headers) as answer:
            answer.raise_for_status()
            left = messages
            async for line in answer.content:
                if line.startswith(b"retry:"):
                    begun.release()
                left -= line.startswith(b"data:")
                if left == 0:
                    return

    connector = TCPConnector(limit=READERS)
    async with (
        ClientSession(
            f"http://127.0.0.1:{port}", connector=connector, timeout=ClientTimeout(total=None)
        ) as client,
        asyncio.TaskGroup() as readers,
    ):
        reading = []
        for _ in range(READERS):
            reading.append(readers.create_task(read(client)))
            await begun.acquire()  # a token has a rate
            await asyncio.sleep(0.02)
        started = perf_counter()
        await daemon.queue(messages, report=False)
        await asyncio.wait(reading)
        seconds = perf_counter() - started
    figures.row(
        f"a second to each of {READERS} readers (to all)",
        f"{messages / seconds:.0f} ({READERS * messages / seconds:.0f})",
    )


async def _latencies(daemon: Daemon, requests: int, how: str) -> None:
    posts: list[float] = []
    looks: list[float] = []
    body = {"to": CUSTOMER, "text": "Your order is ready. See you soon!"}
    for _ in range(requests):
        started = perf_counter()
        async with daemon.http.post("/v1/messages", json=body) as answer:
            message = await answer.json()
        posts.append(perf_counter() - started)
        started = perf_counter()
        async with daemon.http.get(f"/v1/messages/{message['id']}") as answer:
            await answer.read()
        looks.append(perf_counter() - started)
    figures.spread(f"POST /v1/messages {how}", posts)
    figures.spread(f"GET /v1/messages/ID {how}", looks)


async def _hang(_: web.Request) -> web.Response:
    await asyncio.get_running_loop().create_future()
    return web.Response()


@asynccontextmanager
async def _receiver(
    answer: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"


@asynccontextmanager
async def _webhook_to(daemon: Daemon, url: str, *, ordered: bool) -> AsyncIterator[None]:
    asked = {"url": url, "types": [_TYPE], "ordered": ordered}
    async with daemon.http.post("/v1/webhooks", json=asked) as answer:
        answer.raise_for_status()
        webhook = (await answer.json())["id"]
    yield
    async with daemon.http.delete(f"/v1/webhooks/{webhook}") as answer:
        answer.raise_for_status()
