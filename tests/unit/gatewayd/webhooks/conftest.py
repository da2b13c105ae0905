"""A receiver on loopback that answers as told, and keeps what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest
from aiohttp import web

from gatewayd.webhooks.post import Poster
from gatewayd.webhooks.targets import Targets

HOME = Targets([ip_network("127.0.0.0/8")])


@dataclass(kw_only=True)
class Receiver:
    url: str = ""
    answers: list[web.Response | Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(
        default_factory=list
    )
    """For the requests to come, in this order; afterwards 204."""
    got: list[tuple[dict[str, str], str]] = field(default_factory=list)
    heard: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.got.append((dict(request.headers), await request.text()))
        self.heard.put_nowait(request.headers.get("webhook-id", ""))
        answer = self.answers.pop(0) if self.answers else web.Response(status=204)
        return answer if isinstance(answer, web.Response) else await answer(request)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    found = Receiver()
    app = web.Application()
    app.router.add_post("/hook", found.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield found
    await runner.cleanup()


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    async with Poster.opened(HOME, agent="gatewayd/1.2.3") as opened:
        yield opened
