"""The gateway's heart on two virtual modems, in memory, under a clock that waits for nobody.

Hours pass in a second, with the real deadlines (``modem.virtual.loop``).
"""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiosqlite
import pytest

from config.schema import GatewaySettings, HttpSettings, ModemSettings, Settings
from config.values import Listen
from gatewayd.bus import Bus, Topic
from gatewayd.failover import sharing_names
from gatewayd.fleet import Fleet
from gatewayd.housekeeping import Housekeeping
from gatewayd.redecode import Redecode
from modem.pdu import build_submits
from modem.virtual import registry
from modem.virtual.ledger import Happening
from modem.virtual.loop import LoopClock, VirtualLoop
from modem.virtual.modem import VirtualModem
from modem.virtual.network import Recipient, VirtualNetwork
from modem.virtual.personality import personality
from modem.virtual.sim import Sim
from storage import outbox, queries
from storage.engine import FILE_NAME, Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.queries import MessageRow

SHOP, BRANCH = "+15145550100", "+15145550200"
LONG = "Bonjour, votre commande est prête et vous attend au comptoir jusqu'à dix-huit heures. "
PATIENCE_SECONDS = 3600


@dataclass(kw_only=True)
class Campaign:
    """One run: a network, two modems, a gateway that may be stopped and started, and its audit."""

    settings: Settings
    rng: random.Random
    makes: tuple[str, str]
    report_delay_ms: int = 2000
    clock: LoopClock = field(default_factory=LoopClock)
    sent: dict[str, str] = field(default_factory=dict)
    """Number → text of what was to go out; each number gets one message."""
    texted: dict[str, str] = field(default_factory=dict)
    """Number → text of what came in."""
    outages: int = 0
    """How often the stores of earlier lives did not answer."""
    _plugging: list["asyncio.Future[None]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.network = VirtualNetwork(
            scheduler=self.clock,
            seed=self.rng.randrange(1 << 30),
            report_delay_ms=self.report_delay_ms,
        )
        self.modems = (
            self._modem("counter", self.makes[0], Sim(number=SHOP)),
            self._modem("spare", self.makes[1], Sim(number=BRANCH, iccid="8930272000000000025")),
        )
        self.lines = tuple(
            registry.attach(name, modem)
            for name, modem in zip(("counter", "spare"), self.modems, strict=True)
        )

    def _modem(self, name: str, make: str, sim: Sim) -> VirtualModem:
        imei = "490154203237518" if name == "counter" else "490154203237526"
        seed = self.rng.randrange(1 << 30)
        return VirtualModem(
            self.network,
            personality=personality(make),
            sim=sim,
            imei=imei,
            submit_ms=1500,
            seed=seed,
        )

    # The gateway

    async def start(self) -> None:
        self.store = await Store.open(data_dir=self.settings.gateway.data_dir)
        await self.store.shielded(lambda tx: outbox.recover(tx, now_ms=self.clock.now_ms()))
        self.bus = Bus()
        parts: dict[str, Any] = {
            "settings": self.settings,
            "store": self.store,
            "bus": self.bus,
            "clock": self.clock,
        }
        self.fleet = Fleet(**parts)
        await self.fleet.load()
        self._tasks = [
            asyncio.ensure_future(one)
            for one in (
                self.fleet.run(),
                self.fleet.pass_hints(),
                self.fleet.failover.run(),
                Housekeeping(**parts).run(),
            )
        ]

    async def stop(self) -> None:
        """As SIGTERM does; raises what ended a task before."""
        fleet, *others = self._tasks
        self.fleet.stop()
        await fleet
        for task in others:
            if task.done():
                task.result()
            task.cancel()
        await asyncio.wait(others)
        self.outages += self.store.unavailable_total
        await self.store.close()

    async def restart(self) -> None:
        """Stop and begin anew on the same file, with the same modems."""
        await self.stop()
        await self.start()

    async def decode(self) -> None:
        """As `gatewayd messages decode` does."""
        await Redecode(
            settings=self.settings, store=self.store, bus=self.bus, clock=self.clock
        ).run()

    def check(self) -> None:
        """A task that has ended is a bug."""
        for task in self._tasks:
            if task.done():
                task.result()

    # Traffic

    async def send(self, number: str, text: str, *, inbox: str, on_unknown: str) -> None:
        self.sent[number] = text
        now_ms = self.clock.now_ms()
        submits = build_submits(
            to=number,
            text=text,
            concat_reference=len(self.sent),
            report=True,
            validity=timedelta(days=2),
        )
        message = outbox.NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            to=number,
            text=text,
            encoding="gsm7",
            inbox=inbox,
            priority=1,
            send_at_ms=None,
            expires_at_ms=now_ms + 2 * 86_400_000,
            delivery_report=True,
            on_unknown="resend" if on_unknown == "resend" else "hold",
            client_reference=None,
            author_type="token",
            author_id="tok_1",
            author_name="till",
            parts=[
                outbox.NewPart(number=place, tpdu=submit.to_bytes())
                for place, submit in enumerate(submits, 1)
            ],
            sharing=sharing_names(self.settings, inbox),
        )
        while True:
            try:
                await self.store.shielded(lambda tx: outbox.enqueue(tx, message, now_ms=now_ms))
            except StoreUnavailable:
                await asyncio.sleep(1)  # as a client does that is answered 503
            else:
                break
        self.bus.publish(Topic.OUTBOX)

    def text_in(self, number: str, text: str, modem: VirtualModem) -> None:
        self.texted[number] = text
        self.network.text_in(to=modem.number, from_=number, text=text)

    async def traffic(self, *, on_unknown: str, silent: bool = False) -> None:
        """A dozen messages out and eight in, single- and multi-part, some minutes apart.

        ``silent``: a quarter of the recipients' networks never report.
        """
        for place in range(12):
            number = f"+1514556{place:04d}"
            if silent and place % 4 == 1:
                self.network.recipients[number] = Recipient(reports=False)
            text = f"{LONG * 2}No. {place}" if place % 3 == 0 else f"No. {place} is ready"
            inbox = ("main", "branch")[place % 2]
            await self.send(number, text, inbox=inbox, on_unknown=on_unknown)
            if place % 3:
                text = f"{LONG * 3}Nº {place}" if place % 2 else f"Is No. {place} ready?"
                self.text_in(f"+1438555{place:04d}", text, self.modems[place // 2 % 2])
            await asyncio.sleep(self.rng.choice((0, 1, 20, 90)))

    # Mishaps

    def unplug(self, which: int, *, seconds: float) -> None:
        """Pull the stick out, and put it in again after a while."""
        line, modem = self.lines[which], self.modems[which]
        if line.plugged:
            line.unplug()
            modem.unplug()
            self.clock.call_later(seconds, lambda: self._plug(which))

    def _plug(self, which: int) -> None:
        self.modems[which].plug()
        self._plugging.append(asyncio.ensure_future(self.lines[which].plug()))

    def fill_stores(self, which: int, *, seconds: float) -> None:
        """Let there be no room for what comes, for a while."""

        def jam(on: bool) -> None:
            for store in self.modems[which].stores.values():
                store.jammed = on
            self.modems[which].resume_soon()

        jam(on=True)
        self.clock.call_later(seconds, lambda: jam(on=False))

    def redeliver(self, which: int, *, seconds: float) -> None:
        """Let the network have missed the acknowledgement of the last message.

        It comes again so long after the gateway took it: what is not yet read from the modem
        cannot be told from a second message.
        """
        number = self.modems[which].number
        last = self.network.last_delivered(number)
        if last is None:
            return

        def once_it_is_read() -> None:
            if self.left():
                self.clock.call_later(1, once_it_is_read)
            else:
                again = partial(self.network.deliver_pdu, to=number, tpdu=last)
                self.clock.call_later(seconds, again)

        once_it_is_read()

    # Audit

    async def messages(self, direction: str) -> list[MessageRow]:
        async with self.store.read() as tx:
            filter_ = queries.MessageFilter(direction=direction)
            return list((await queries.list_messages(tx, filter_, limit=200)).items)

    def accepted(self) -> Counter[tuple[str, int]]:
        """How often the network took each part, by number and place."""
        return Counter(
            (entry.peer or "", entry.part or 1)
            for entry in self.network.ledger.of(Happening.ACCEPTED)
        )

    def on_air(self, message: MessageRow) -> int:
        """How many of its parts the network took."""
        return sum(number == message.to_number for number, _ in self.accepted())

    def is_silent(self, number: str | None) -> bool:
        """Whether this number's network never reports."""
        recipient = self.network.recipients.get(number or "")
        return recipient is not None and not recipient.reports

    async def audit(self) -> None:
        """What the gateway says, against what the network saw."""
        out = await self.messages("out")
        assert {row.to_number: row.text for row in out} == self.sent
        for row in out:
            if row.state in {"delivered", "sent"}:
                assert self.on_air(row) == row.parts, row
        heard = sorted((row.from_number, row.text) for row in await self.messages("in"))
        assert heard == sorted(self.texted.items())

    async def all_in(self) -> bool:
        """Whether all that came in has been heard, and nothing waits."""
        return len(await self.messages("in")) >= len(self.texted) and self.left() == 0

    def left(self) -> int:
        """What still waits in the network or lies in a modem's store."""
        stored = sum(store.used for modem in self.modems for store in modem.stores.values())
        return stored + sum(self.network.waiting(modem.number) for modem in self.modems)

    async def until(self, settled: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Let time pass until it holds; an assertion names what does not move."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not await settled():
            self.check()
            assert asyncio.get_running_loop().time() < deadline, await self.describe()
            await asyncio.sleep(30)

    async def describe(self) -> str:
        out = [
            (row.to_number, row.state.value, row.error_code, self.on_air(row), row.parts)
            for row in await self.messages("out")
            if row.state.value != "delivered"
        ]
        modems = [(view.name, view.state, view.reason) for view in self.fleet.views()]
        heard = len(await self.messages("in"))
        return f"{out}\nin: {heard} of {len(self.texted)}, left: {self.left()}\n{modems}"


@pytest.fixture
def run(
    tmp_path: Path, migrated: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., None]]:
    """Run a story about a campaign to its end, in no time."""

    def let_time_wait_for(name: str) -> None:
        """Whoever waits for a turn to write must not be out of patience meanwhile."""
        asked = getattr(aiosqlite.Connection, name)

        async def waited_for(self: aiosqlite.Connection, *args: Any, **kwargs: Any) -> Any:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            with loop.waiting():
                return await asked(self, *args, **kwargs)

        monkeypatch.setattr(aiosqlite.Connection, name, waited_for)

    let_time_wait_for("_connect")
    let_time_wait_for("_execute")
    shutil.copy(migrated, tmp_path / FILE_NAME)
    settings = Settings(
        gateway=GatewaySettings(name="Shop", country="CA-QC", data_dir=tmp_path),
        http=HttpSettings(
            listen=Listen(host="127.0.0.1", port=0), socket=tmp_path / "gatewayd.sock"
        ),
        modems=(
            ModemSettings(name="counter", device="virtual:counter"),
            ModemSettings(name="spare", device="virtual:spare", inbox="branch"),
        ),
    )

    def go(
        story: Callable[[Campaign], Coroutine[Any, Any, None]],
        makes: tuple[str, str] = ("generic", "huawei"),
        **changes: Any,
    ) -> None:
        async def tell() -> None:
            campaign = Campaign(
                settings=replace(settings, **changes),
                rng=random.Random(seed),  # noqa: S311 - repeatable, not secret
                makes=makes,
            )
            await campaign.start()
            await story(campaign)
            await campaign.stop()

        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runner.run(tell())

    yield go
    registry.detach("counter")
    registry.detach("spare")
