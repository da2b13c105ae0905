"""A real server on TCP and on a unix socket, with a real store; only the modems are made up."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, TCPConnector, UnixConnector
from argon2 import PasswordHasher

from config.schema import GatewaySettings, HttpSettings, ModemSettings, Settings
from config.values import Listen
from gatewayd.bus import Bus
from gatewayd.directory import IncidentView, ModemView, StepView
from gatewayd.http.context import HttpContext
from gatewayd.http.limits import Limits
from gatewayd.http.server import Listening, serve
from gatewayd.services.tokens import Scope, create_token
from gatewayd.survey import FoundStick
from modem.console import Denied
from modem.desk import ConsoleOutcome
from modem.ussd import NoAnswer, UssdOutcome
from storage import inboxes
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z


class StoppedClock:
    def __init__(self) -> None:
        self.ms = NOON_MS

    def now_ms(self) -> int:
        return self.ms


class TwoModems:
    """Modems as the daemon would tell of them; remembers what it was told to do."""

    def __init__(self) -> None:
        since = datetime.fromtimestamp(NOON_MS / 1000, tz=UTC)
        incident = IncidentView(
            id="inc_1",
            kind="deaf",
            detail="no answer",
            opened_at=since,
            story="deaf since 07:00",
            steps=[StepView(step="rearm", helped=False, seconds=0.1, at=since)],
            recording="inc_1.at",
        )
        self.modems = {
            "counter": ModemView(
                name="counter",
                state="ready",
                since=since,
                number="+15145550100",
                signal_dbm=-71,
                unparsed_lines=3,
            ),
            "spare": ModemView(
                name="spare",
                state="absent",
                reason="unplugged",
                since=since,
                incidents=(incident,),
            ),
        }
        self.sticks: list[FoundStick] = []
        self.told: list[tuple[str, ...]] = []
        self.ussd: UssdOutcome = NoAnswer()
        self.typed: ConsoleOutcome = Denied(reason="as the test says")

    def views(self) -> Sequence[ModemView]:
        return list(self.modems.values())

    def view(self, name: str) -> ModemView | None:
        return self.modems.get(name)

    def number_of(self, name: str) -> str | None:
        return None if name not in self.modems else self.modems[name].number

    def recording_of(self, incident_id: str) -> str | None:
        return f"{incident_id}.at"

    async def found(self, *, ask: bool) -> Sequence[FoundStick]:
        self.told.append(("found", str(ask)))
        return self.sticks

    async def restart(self, name: str) -> None:
        self.told.append(("restart", name))

    async def confirm_sim(self, name: str) -> bool:
        self.told.append(("confirm-sim", name))
        return self.modems[name].state == "held"

    async def mute(self, name: str, muted: bool) -> None:
        self.told.append(("mute", name, str(muted)))
        self.modems[name] = replace(self.modems[name], muted=muted)

    async def start_ussd(self, name: str, code: str) -> UssdOutcome:
        self.told.append(("ussd", name, code))
        return self.ussd

    async def reply_ussd(self, name: str, text: str) -> UssdOutcome:
        self.told.append(("reply", name, text))
        return self.ussd

    async def cancel_ussd(self, name: str) -> UssdOutcome:
        self.told.append(("cancel", name))
        return self.ussd

    async def console(self, name: str, line: str) -> ConsoleOutcome:
        self.told.append(("at", name, line))
        return self.typed


@dataclass(kw_only=True)
class Api:
    """The server under test and two clients: over TCP with tokens, and over the unix socket."""

    context: HttpContext
    clock: StoppedClock
    modems: TwoModems
    listening: Listening
    tcp: ClientSession
    unix: ClientSession

    async def token(self, *scopes: Scope, name: str = "till") -> dict[str, str]:
        """Make a token; gives the headers that carry it."""
        async with self.context.store.write() as tx:
            _, secret = await create_token(
                tx, name=name, scopes=scopes or (Scope.ADMIN,), now_ms=self.clock.now_ms()
            )
        return {"Authorization": f"Bearer {secret}"}

    async def admin(
        self, method: str, path: str, *, status: int = 200, **options: Any
    ) -> dict[str, Any]:
        """Ask as the administrator and expect this status."""
        async with self.unix.request(method, path, **options) as answer:
            assert answer.status == status, await answer.text()
            body: dict[str, Any] = await answer.json(content_type=None)
            return body

    async def send(self, **fields: Any) -> dict[str, Any]:
        """Send a message as the administrator."""
        wanted = {"to": "+15145550123", "text": "Your order is ready"} | fields
        return await self.admin("POST", "/v1/messages", status=202, json=wanted)


@dataclass(kw_only=True)
class Browser:
    """A browser in which somebody is logged in; its changes carry the token of its session."""

    client: ClientSession
    person: dict[str, Any]
    session: dict[str, Any]

    async def ask(self, method: str, path: str, *, status: int = 200, **options: Any) -> Any:
        headers = {"X-CSRF-Token": self.session["csrf_token"]} | options.pop("headers", {})
        async with self.client.request(method, path, headers=headers, **options) as answer:
            assert answer.status == status, (answer.status, await answer.text())
            return await answer.json(content_type=None) if await answer.read() else None


@dataclass(kw_only=True)
class Staffroom:
    """Lets people in, each in a browser of their own."""

    api: Api
    password: str = "four words are enough"
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def stranger(self) -> ClientSession:
        """A browser in which nobody is logged in."""
        jar = CookieJar(unsafe=True)  # for addresses too
        return await self.stack.enter_async_context(
            ClientSession(base_url=self.api.listening.url, cookie_jar=jar)
        )

    async def add(self, name: str, **more: Any) -> dict[str, Any]:
        body = {"name": name, "display_name": name.title()} | more
        return await self.api.admin("POST", "/v1/users", status=201, json=body)

    async def link(self, person: dict[str, Any]) -> str:
        made = await self.api.admin("POST", f"/v1/users/{person['id']}/link", status=201)
        secret: str = made["path"].removeprefix("/welcome/")
        return secret

    async def enter(self, name: str, **more: Any) -> Browser:
        """A new person uses their link."""
        person = await self.add(name, **more)
        client = await self.stranger()
        used = {"link": await self.link(person), "password": self.password}
        async with client.post("/v1/session/link", json=used) as answer:
            assert answer.status == 200, await answer.text()
            return Browser(client=client, person=person, session=await answer.json())

    async def log_in(self, person: dict[str, Any]) -> Browser:
        """Somebody who has a password, in another browser."""
        client = await self.stranger()
        said = {"name": person["name"], "password": self.password}
        async with client.post("/v1/session", json=said) as answer:
            assert answer.status == 200, await answer.text()
            return Browser(client=client, person=person, session=await answer.json())

    async def inboxes(self, *names: str) -> None:
        async with self.api.context.store.write() as tx:
            await inboxes.seed(tx, names, now_ms=self.api.clock.now_ms())

    async def receive(
        self, text: str = "Is it ready?", *, sender: str = "+15145550123", inbox: str = "main"
    ) -> dict[str, Any]:
        """A customer writes; gives the message."""
        now_ms = self.api.clock.now_ms()
        message = NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            from_=sender,
            to_number="+15145550100",
            text=text,
            encoding="gsm7",
            inbox=inbox,
            modem="counter",
            iccid="89",
            kind="text",
            sc_time_ms=now_ms,
            parts_total=1,
            parts_present=1,
            complete=True,
        )
        async with self.api.context.store.write() as tx:
            await insert_incoming(tx, message, now_ms=now_ms)
        return await self.api.admin("GET", f"/v1/messages/{message.id}")


HTML = {"Accept": "text/html", "Accept-Language": "en"}


@dataclass(kw_only=True)
class Desk:
    """A manager's browser, which reads pages and sends their forms."""

    browser: Any

    async def see_raw(self, path: str) -> str:
        async with self.browser.client.get(path, headers=HTML) as answer:
            raw: str = await answer.text()
            return raw

    async def ask(self, path: str) -> Any:
        """Ask the API, as a program would."""
        return await self.browser.ask("GET", path)

    async def see(self, path: str, *, status: int = 200) -> str:
        async with self.browser.client.get(path, headers=HTML, allow_redirects=False) as answer:
            text = unescape(await answer.text())
            assert answer.status == status, text
            return text

    async def send(self, path: str, *, status: int = 303, part: str = "", **fields: Any) -> str:
        """Post a form; gives where it leads, or the page (or ``part`` of it) that is shown."""
        data = [("csrf_token", self.browser.session["csrf_token"])]
        for name, value in fields.items():
            data += [(name, each) for each in (value if isinstance(value, list) else [value])]
        headers = HTML | ({"X-Gatewayd-Part": part} if part else {})
        async with self.browser.client.post(
            path, data=data, headers=headers, allow_redirects=False
        ) as answer:
            text = unescape(await answer.text())
            assert answer.status == status, text
            return answer.headers["Location"] if status == 303 else text


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs is tested in test_passwords.py; here it need not be paid."""
    quick = partial(PasswordHasher, time_cost=2, memory_cost=64, parallelism=1)
    monkeypatch.setattr("gatewayd.accounts.passwords.PasswordHasher", quick)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        gateway=GatewaySettings(name="Shop", country="CA-QC", data_dir=tmp_path),
        http=HttpSettings(
            listen=Listen(host="127.0.0.1", port=0),
            socket=tmp_path / "api.sock",
            allowed_hosts=("texts.shop.example",),
        ),
        modems=(
            ModemSettings(name="counter", device="virtual:"),
            ModemSettings(name="spare", device="virtual:spare", inbox="spare"),
        ),
    )


@pytest.fixture
async def context(settings: Settings, prepared: Path) -> AsyncIterator[HttpContext]:
    store = await Store.open(data_dir=prepared)
    try:
        yield HttpContext(
            settings=settings,
            store=store,
            bus=Bus(),
            clock=StoppedClock(),
            modems=TwoModems(),
            stopping=asyncio.Event(),
            version="1.2.3",
            limits=Limits(heartbeat_seconds=0.05, stalled_reader_seconds=5),
        )
    finally:
        await store.close()


@asynccontextmanager
async def running(context: HttpContext) -> AsyncIterator[Api]:
    async with AsyncExitStack() as stack:
        listening = await stack.enter_async_context(serve(context))
        tcp = ClientSession(base_url=listening.url, connector=TCPConnector(force_close=True))
        unix = ClientSession(
            base_url="http://gatewayd", connector=UnixConnector(str(listening.socket))
        )
        await stack.enter_async_context(tcp)
        await stack.enter_async_context(unix)
        assert isinstance(context.clock, StoppedClock)
        assert isinstance(context.modems, TwoModems)
        yield Api(
            context=context,
            clock=context.clock,
            modems=context.modems,
            listening=listening,
            tcp=tcp,
            unix=unix,
        )


@pytest.fixture
def start() -> Callable[[HttpContext], AbstractAsyncContextManager[Api]]:
    """For tests that change the context first."""
    return running


@pytest.fixture
async def api(context: HttpContext) -> AsyncIterator[Api]:
    async with running(context) as started:
        yield started


@pytest.fixture
async def staffroom(api: Api) -> AsyncIterator[Staffroom]:
    room = Staffroom(api=api)
    async with room.stack:
        yield room


@pytest.fixture
async def desk(staffroom: Any) -> Desk:
    await staffroom.inboxes("main")
    return Desk(browser=await staffroom.enter("marie", role="manager"))
