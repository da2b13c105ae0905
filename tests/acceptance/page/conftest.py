"""The page in Debian's Chromium, on the real daemon with a virtual modem.

One browser and one daemon for a worker; each test has customers of its own. What a test opens is
watched: an error on the console, a refused file, or a request to another host fails it.
"""

import json
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    async_playwright,
    expect,
)
from pytest_asyncio import is_async_test

from tests.sharing import shared

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 360, "height": 740}
PASSWORD = "three blue bicycles"
# A browser and a daemon beside other work, on few processors: how fast it is, benchmarks tell.
EXPECTED_WITHIN_MS = 45_000
DONE_WITHIN_MS = 60_000
TEST_WITHIN_SECONDS = 600
# What Playwright says where a context has no service workers: with one, a test that holds a file
# or an answer back would be passed by.
NO_WORKER = "Service Worker registration blocked by Playwright"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in the loop that the browser lives in."""
    here = Path(__file__).parent
    for item in items:
        if here not in item.path.parents:
            continue
        # Each step has its own, shorter time.
        item.add_marker(pytest.mark.timeout(TEST_WITHIN_SECONDS))
        if is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", autouse=True)
def chromium() -> str:
    """Give the browser's program; CI has it, so there its absence is a failure."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: .ci/run installs it")
        pytest.skip("no Chromium here (apt install chromium)")
    expect.set_options(timeout=EXPECTED_WITHIN_MS)
    return CHROMIUM


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


NewContext = Callable[..., Awaitable[BrowserContext]]


@pytest_asyncio.fixture(loop_scope="session")
async def new_context(browser: Browser) -> AsyncIterator[NewContext]:
    """Open contexts: each is as a browser of its own, patient, and closed at the end."""
    opened: list[BrowserContext] = []

    async def open_(**options: Any) -> BrowserContext:
        context = await browser.new_context(**options)
        context.set_default_timeout(DONE_WITHIN_MS)
        opened.append(context)
        return context

    yield open_
    for context in opened:
        await closed(context)


async def closed(context: BrowserContext) -> None:
    """Close a browser; what a test still held back of its answers goes with it."""
    for page in context.pages:
        await page.unroute_all(behavior="ignoreErrors")
    await context.close()


class Shop:
    """A shop's gateway, and its customers at the other end of the network."""

    def __init__(self, gateway: Any) -> None:
        self.gateway = gateway
        self._customers = 0
        self._cookies: dict[str, str] = {}
        self._made: dict[str, dict[str, Any]] = {}
        self.people: dict[str, str] = {}

    @property
    def url(self) -> str:
        host, port = self.gateway.address
        return f"http://{host}:{port}"

    def api(self, method: str, path: str, body: object = None, status: int | None = None) -> Any:
        answer = self.gateway.http(method, path, body)
        assert status in (None, answer.status), answer.body
        return answer.json if answer.body else None

    def person(self, name: str, role: str | None = None, **more: Any) -> str:
        """Give a colleague's session, who is made when they are first named: a manager by default.

        Tests share them, so whoever names one again wants the same one.
        """
        wanted = more if role is None else {"role": role} | more
        if name in self._cookies:
            assert wanted.items() <= self._made[name].items(), f"{name} is another one already"
        else:
            made = {"name": name, "display_name": name.title(), "role": "manager"} | wanted
            self._made[name] = made
            person = self.api("POST", "/v1/users", made, 201)
            link = self.api("POST", f"/v1/users/{person['id']}/link", status=201)["path"]
            answer = self.gateway.http(
                "POST",
                "/v1/session/link",
                {"link": link.rpartition("/")[2], "password": PASSWORD},
                headers={"Authorization": f"Bearer {self.gateway.token}"},
            )
            assert answer.status == 200, answer.body
            self.people[name] = person["id"]
            self._cookies[name] = SimpleCookie(answer.headers["Set-Cookie"])[
                "gatewayd_session"
            ].value
        return self._cookies[name]

    def say(self, name: str, conversation: str, text: str, what: str = "messages") -> Any:
        """Let a colleague answer, or write `notes`; gives the message."""
        cookie = f"gatewayd_session={self.person(name)}"
        with closing(HTTPConnection(*self.gateway.address, timeout=30)) as line:
            line.request("GET", "/v1/session", headers={"Cookie": cookie})
            token = json.loads(line.getresponse().read())["csrf_token"]
            headers = {"Cookie": cookie, "X-CSRF-Token": token, "Content-Type": "application/json"}
            path = f"/v1/conversations/{conversation}/{what}"
            line.request("POST", path, json.dumps({"text": text}), headers)
            return json.loads(line.getresponse().read())

    def customer(self) -> str:
        """Give a number that nobody has."""
        self._customers += 1
        return f"+1514555{2000 + self._customers}"

    def text_in(self, number: str, text: str) -> Any:
        """Let a customer write; gives the message when it is there."""
        self.gateway.sticks["counter"].order("text_in", **{"from": number, "text": text})
        return self.gateway.incoming(**{"from": number, "text": text})

    def conversation_of(self, number: str) -> str:
        found = self.api("GET", f"/v1/conversations?q=%2B{number[1:]}")["items"]
        conversation_id: str = found[0]["id"]
        return conversation_id

    def conversation(self, text: str = "Do you have it in blue?") -> str:
        """Let a new customer write; gives the conversation."""
        number = self.customer()
        self.text_in(number, text)
        return self.conversation_of(number)

    def close_all(self) -> None:
        """Let nobody wait: pages that list who does show those who have waited longest."""
        while waiting := self.api("GET", "/v1/conversations?view=waiting&limit=100")["items"]:
            for conversation in waiting:
                self.api("POST", f"/v1/conversations/{conversation['id']}/close", status=200)


@pytest.fixture(scope=shared)
def shop(make_gateway: Callable[[Path], Any]) -> Iterator[Shop]:
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure(tables="")
        text = gateway.file.read_text().replace(
            "[gateway]\n", '[gateway]\nname = "Vélos du Plateau"\ntimezone = "America/Toronto"\n'
        )
        gateway.file.write_text(text + 'price_per_part = "0.02 CAD"\n')
        gateway.start()
        gateway.modem("counter", "ready")
        yield Shop(gateway)


@pytest.fixture
def rules(shop: Shop) -> Iterator[Callable[[object], None]]:
    """Put rules in place of the shop's for one test: others expect it to be open, day and night."""
    before = shop.api("GET", "/v1/rules")["document"]

    def put(document: object) -> None:
        shop.api("PUT", "/v1/rules", {"document": document}, 200)

    yield put
    put(before)


@dataclass
class Watch:
    """What a page said and asked for that it should not have."""

    home: str
    _said: list[str] = field(default_factory=list)
    _wanted: list[str] = field(default_factory=list)

    @property
    def faults(self) -> tuple[str, ...]:
        """Give what nobody wanted."""
        return tuple(said for said in self._said if not any(each in said for each in self._wanted))

    def wants(self, *notes: int | str) -> None:
        """Take what the browser notes of answers of this status, or in these words, as wanted.

        It may note it late, so this holds for all of the test.
        """
        for note in notes:
            self._wanted.append(f"status of {note}" if isinstance(note, int) else note)

    def over(self, page: Page) -> None:
        page.on("console", lambda said: self._heard(said.type, said.text))
        page.on("pageerror", lambda error: self._said.append(f"script: {error}"))
        page.on("request", self._asked)

    def _heard(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and text != NO_WORKER:
            self._said.append(f"console: {text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws"} and parts.netloc != self.home:
            self._said.append(f"another host: {request.url}")


@dataclass
class Tab:
    """A tab with the page in it."""

    page: Page
    context: BrowserContext
    watch: Watch
    url: str

    async def go(self, path: str) -> None:
        await self.page.goto(self.url + path)

    async def again(self, path: str) -> None:
        """Go on in a new tab beside this one, whose page may be going elsewhere by itself."""
        self.page = await self.context.new_page()
        await self.go(path)


Visit = Callable[..., Awaitable[Tab]]


@pytest_asyncio.fixture(loop_scope="session")
async def visit(new_context: NewContext, shop: Shop) -> AsyncIterator[Visit]:
    """Open the page in a browser of its own: `await visit("/inbox/all", person="luc")`.

    Whoever is named is made and logged in; `person=None` is nobody.
    """
    opened: list[BrowserContext] = []
    watches: list[Watch] = []

    async def open_(
        path: str = "/",
        *,
        person: str | None = "marie",
        role: str | None = None,
        locale: str = "en-CA",
        **options: Any,
    ) -> Tab:
        settings = {
            "viewport": DESKTOP,
            "locale": locale,
            "reduced_motion": "reduce",
            "service_workers": "block",
        } | options
        context = await new_context(**settings)
        opened.append(context)
        if person is not None:
            cookie = {"name": "gatewayd_session", "value": shop.person(person, role)}
            await context.add_cookies([{**cookie, "url": shop.url}])
        watch = Watch(home=urlsplit(shop.url).netloc)
        watches.append(watch)
        context.on("page", watch.over)
        page = await context.new_page()
        tab = Tab(page=page, context=context, watch=watch, url=shop.url)
        await tab.go(path)
        return tab

    yield open_
    for context in opened:
        await closed(context)
    shop.close_all()
    assert [fault for watch in watches for fault in watch.faults] == []
