"""The page over a full store, in Chromium: first byte, complete, bytes, how soon a text is seen.

The daemon is a process of its own; one modem on a pseudo-terminal brings what comes in.
"""

import asyncio
import secrets
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from http.cookies import SimpleCookie
from typing import Any

from playwright.async_api import BrowserContext, Page, async_playwright

from tests.benchmarks import figures, full_store
from tests.benchmarks.full_store import Size
from tests.benchmarks.harness import CUSTOMER, Daemon, Rig, rig
from tests.benchmarks.inbox import place_of

SIZE = Size(conversations=100_000, messages=200_000)
MOST_VISIBLE_MS = 300
MOST_VISIBLE_EVER_MS = 1000
MOST_BYTES = 100_000
_SCREENS: Mapping[str, str] = {
    "all conversations": "/inbox/all",
    "… unassigned": "/inbox/unassigned",
    "… waiting": "/inbox/waiting",
    "… closed": "/inbox/closed",
    "… by the customer’s name": "/inbox/all?q=tremblay",
    "contacts": "/contacts",
    "… by name": "/contacts?q=tremblay",
    "… by a part of a number": "/contacts?q=514+2000",
}
_TIMES = """() => new Promise((done) => {
  const [load] = performance.getEntriesByType("navigation");
  new PerformanceObserver((list) => {
    const largest = list.getEntries().at(-1).startTime;
    const files = performance.getEntriesByType("resource");
    const bytes = [load, ...files].reduce((sum, each) => sum + each.transferSize, 0);
    done({first: load.responseStart, load: load.loadEventEnd, largest, bytes});
  }).observe({type: "largest-contentful-paint", buffered: true});
})"""
_SHOWN = """([place, text]) => new Promise((done) => {
  const said = () => document.querySelector(place)?.textContent ?? "";
  const look = () => said().includes(text) && (done(Date.now()), true);
  if (!look()) new MutationObserver((_, watch) => look() && watch.disconnect())
    .observe(document.body, {subtree: true, childList: true, characterData: true});
})"""


async def measure(size: Size, times: int) -> None:
    """Print what a person at a browser waits for."""
    folder = place_of(size)
    await asyncio.to_thread(full_store.fill, folder, size)
    port = _free_port()
    async with rig() as bench:
        (bench.folder / "data").symlink_to(folder)
        config = bench.folder / "gw.toml"
        text = config.read_text("utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}")
        config.write_text(text, "utf-8")
        async with bench.daemon() as daemon, _browser(daemon, port) as context:
            figures.heading(f"The page, {size.conversations:,} conversations")
            await _first_load(context, times)
            for what, path in _SCREENS.items():
                await _screen(context, what, path, times)
            await _visible(bench, daemon, context, times)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@asynccontextmanager
async def _browser(daemon: Daemon, port: int) -> AsyncIterator[BrowserContext]:
    """Open a browser in which somebody is logged in."""
    url = f"http://127.0.0.1:{port}"
    cookie = {"name": "gatewayd_session", "value": await _log_in(daemon), "url": url}
    async with async_playwright() as playwright:
        program = shutil.which("chromium") or "/usr/bin/chromium"
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = await browser.new_context(base_url=url, viewport={"width": 1360, "height": 860})
        await context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dict will do
        try:
            yield context
        finally:
            await browser.close()


async def _log_in(daemon: Daemon) -> str:
    """Make somebody, as the store may have others of before; give their session."""
    name = f"bench-{secrets.token_hex(6)}"
    person = await _post(daemon, "/v1/users", {"name": name, "display_name": "B", "role": "admin"})
    link = (await _post(daemon, f"/v1/users/{person['id']}/link", None))["path"]
    said = {"link": link.rpartition("/")[2], "password": secrets.token_urlsafe(16)}
    async with daemon.http.post("/v1/session/link", json=said) as answer:
        answer.raise_for_status()
        return SimpleCookie(answer.headers["Set-Cookie"])["gatewayd_session"].value


async def _post(daemon: Daemon, path: str, body: Any) -> Any:
    async with daemon.http.post(path, json=body) as answer:
        answer.raise_for_status()
        return await answer.json()


async def _load(page: Page, path: str) -> Mapping[str, float]:
    await page.goto(path, wait_until="load")
    times: Mapping[str, float] = await page.evaluate(_TIMES)
    return times


async def _first_load(context: BrowserContext, times: int) -> None:
    """Load it as a browser does that was never here: nothing is kept between two tries."""
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    found = [await _load(page, "/inbox/all") for _ in range(times)]
    _print("the very first load", found)
    size = max(each["bytes"] for each in found)
    goal = f"≤ {MOST_BYTES:,}"
    figures.row("… its bytes, gzipped", f"{size:,.0f}", goal=goal, met=size <= MOST_BYTES)
    await page.close()


async def _screen(context: BrowserContext, what: str, path: str, times: int) -> None:
    page = await context.new_page()
    await _load(page, path)
    _print(what, [await _load(page, path) for _ in range(times)])
    await page.close()


def _print(what: str, found: Sequence[Mapping[str, float]]) -> None:
    for moment, words in (("first", "first byte"), ("largest", "largest paint"), ("load", "load")):
        figures.spread(f"{what}: {words}", [each[moment] / 1000 for each in found])


async def _visible(bench: Rig, daemon: Daemon, context: BrowserContext, times: int) -> None:
    """See what comes in while the page is open, without a reload: its list, then its timeline."""
    page = await context.new_page()
    await _load(page, "/inbox/all")
    await _appears(bench, daemon, page, ("in the list", "#list"), times)
    message = await _newest(daemon)
    await _load(page, f"/inbox/all/{message['conversation_id']}")
    await _appears(bench, daemon, page, ("in the timeline", "#timeline"), times)
    await page.close()


async def _appears(
    bench: Rig, daemon: Daemon, page: Page, where: tuple[str, str], times: int
) -> None:
    """From the time that a message was written with, just before its commit, to its words."""
    words, place = where
    spans: list[float] = []
    for _ in range(times):
        text = f"Is it ready? {secrets.token_hex(4)}"
        async with asyncio.TaskGroup() as tasks:
            shown = tasks.create_task(page.evaluate(_SHOWN, [place, text]))
            bench.network.text_in(to=bench.lines[0].modem.number, from_=CUSTOMER, text=text)
        committed = datetime.fromisoformat((await _newest(daemon))["created_at"]).timestamp()
        spans.append(shown.result() / 1000 - committed)
    figures.spread(
        f"commit to visible {words}",
        spans,
        most_median_ms=MOST_VISIBLE_MS,
        most_p95_ms=MOST_VISIBLE_EVER_MS,
    )


async def _newest(daemon: Daemon) -> Any:
    async with daemon.http.get("/v1/messages?direction=in&limit=1") as answer:
        [message] = (await answer.json())["items"]
        return message
