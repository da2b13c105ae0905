"""The first of README's two commands, taken at its word: as a person copies it into a shell."""

import asyncio
import json
import shutil
import signal
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

PROMISED_SECONDS = 3
PATIENCE_SECONDS = 120


async def shell(line: str) -> str:
    process = await asyncio.create_subprocess_shell(
        line, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_what_the_demo_prints_works_as_it_stands(start_demo: Any) -> None:
    demo = await start_demo()
    sends, reads = demo.curls
    # What other commands and e-mail lead to: the port that is served, though none was asked for.
    assert f'listen = "{urlsplit(demo.address).netloc}"' in demo.configuration

    accept = {"Authorization": f"Bearer {demo.token}", "Accept": "text/event-stream"}
    async with (
        aiohttp.ClientSession(headers=accept) as client,
        client.get(f"{demo.address}/v1/events?types=message.sent,message.received") as events,
    ):
        sent = json.loads(await shell(sends))
        assert (sent["state"], sent["direction"]) == ("queued", "out")

        missing = {"message.sent", "message.received"}
        async for line in events.content:
            missing.discard(line.decode().strip().removeprefix("event: "))
            if not missing:
                break

    came_in = json.loads(await shell(reads))["items"]
    assert came_in[0]["direction"] == "in"
    assert came_in[0]["text"]


@pytest.mark.long
async def test_the_demo_is_there_in_three_seconds(start_demo: Any) -> None:
    # Of the processor's time: this machine may be busy with other tests, a newcomer's is not.
    demo = await start_demo()
    assert demo.processor_seconds < PROMISED_SECONDS, demo.processor_seconds


async def test_ctrl_c_ends_the_demo(start_demo: Any) -> None:
    demo = await start_demo()
    demo.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await demo.process.wait() == 0
