"""How many messages a second the API accepts, beside a bare aiohttp handler in the same run.

Each connection posts one message after the other. They take turns with so many tokens that no
token reaches its rate: one alone is let in 50 times a second. The client is a few lines on
sockets, so that it costs little beside what is measured.
"""

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.harness import Daemon, cpu_seconds

CONNECTIONS = (1, 16, 64)
LEAST_SHARE = 0.4
"""Of what the bare handler takes, at the most connections."""

_TOKENS = 64
_READY_SECONDS = 30.0


def answer_like(message: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what the daemon does, with made-up values."""
    return {
        "id": "msg_01J00000000000000000000000",
        "direction": "out",
        "state": "queued",
        "from": None,
        "to": message["to"],
        "text": message["text"],
        "encoding": "gsm7",
        "parts": 1,
        "inbox": "main",
        "modem": None,
        "conversation_id": "cnv_01J00000000000000000000000",
        "author": {"type": "token", "id": "tok_01J00000000000000000000000", "name": "till"},
        "created_at": "2026-12-01T12:00:00.000Z",
        "sent_at": None,
        "delivered_at": None,
        "error": None,
        "client_reference": None,
        "failover": False,
        "cost": None,
    }


async def measure(seconds: float) -> None:
    """Print messages a second with 1, 16 and 64 connections, of both."""
    figures.heading(f"POST /v1/messages, {seconds:g} s each, durable before each answer")
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        place, ports = Path(name), (free_port(), free_port())
        (place / "gw.toml").write_text(config(place, ports[0]), encoding="utf-8")
        async with _bare(place, ports[1]) as bare_handler, running(place) as daemon:
            tokens = [
                await token(daemon, f"till {number}", "messages:send") for number in range(_TOKENS)
            ]
            for connections in CONNECTIONS:
                used = cpu_seconds(bare_handler.pid)
                bare, spans = await _rate(ports[1], tokens, connections, seconds)
                figures.spread(f"bare, {connections} connections", spans)
                bare_ms = 1000 * (cpu_seconds(bare_handler.pid) - used) / len(spans)
                used = daemon.cpu_seconds()
                ours, spans = await _rate(ports[0], tokens, connections, seconds)
                figures.spread(f"gatewayd, {connections} connections", spans)
                ours_ms = 1000 * (daemon.cpu_seconds() - used) / len(spans)
                figures.row(
                    f"processor a message: bare, gatewayd ({connections})",
                    f"{bare_ms:.2f}, {ours_ms:.2f} ms",
                )
                share = ours / bare
                goal = connections == max(CONNECTIONS)
                figures.row(
                    f"a second: bare, gatewayd, share ({connections})",
                    f"{bare:.0f}, {ours:.0f}, {share:.0%}",
                    goal=f"≥ {LEAST_SHARE:.0%}" if goal else None,
                    met=share >= LEAST_SHARE if goal else None,
                )


async def token(daemon: Daemon, name: str, *scopes: str) -> str:
    """Make a token; gives its secret."""
    asked = {"name": name, "scopes": scopes}
    async with daemon.http.post("/v1/tokens", json=asked) as answer:
        return str((await answer.json())["token"])


async def _rate(
    port: int, tokens: Sequence[str], connections: int, seconds: float
) -> tuple[float, list[float]]:
    """Post for so long; messages a second, and how long each took."""
    spans: list[float] = []
    turns = cycle(tokens)
    started = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(connections):
            tasks.create_task(_post(port, turns, number, started + seconds, spans))
    return len(spans) / (perf_counter() - started), spans


async def _post(
    port: int, turns: Iterator[str], number: int, until: float, spans: list[float]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps(
        {"to": f"+151455501{number:02}", "text": "Your order is ready. See you soon!"}
    )
    try:
        while (begun := perf_counter()) < until:
            writer.write(_request(port, next(turns), body))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(head.decode("latin-1"))
            lowered = head.lower()
            start = lowered.index(b"content-length:") + len(b"content-length:")
            await reader.readexactly(int(lowered[start : lowered.index(b"\r\n", start)]))
            spans.append(perf_counter() - begun)
    finally:
        writer.close()


def _request(port: int, token: str, body: str) -> bytes:
    return (
        f"POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


@asynccontextmanager
async def running(place: Path) -> AsyncIterator[Daemon]:
    """Run the daemon that `place` has a configuration of, its modem muted."""
    started = perf_counter()
    ours = await _process(place, "gatewayd", "--config", str(place / "gw.toml"), "run")
    daemon = Daemon(place, ours, started)
    try:
        await daemon.answers("/readyz")
        # Nothing is to be measured but accepting, and what that makes known.
        await daemon.post("/v1/modems/counter/mute")
        yield daemon
    finally:
        await daemon.stop()


@asynccontextmanager
async def _bare(place: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await _process(place, "tests.benchmarks.bare", str(port))
    try:
        await _listening(port)
        yield process
    finally:
        process.terminate()
        await process.wait()


async def _process(place: Path, *module: str) -> asyncio.subprocess.Process:
    with (place / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


async def _listening(port: int) -> None:
    async with asyncio.timeout(_READY_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def config(place: Path, port: int) -> str:
    """Give the configuration of a shop with one modem, which has a network of its own."""
    return f"""[gateway]
name = "Benchmark"
country = "CA"
data_dir = "data"

[http]
listen = "127.0.0.1:{port}"
socket = "{place}/gw.sock"

[[modems]]
name = "counter"
device = "virtual:"
"""
