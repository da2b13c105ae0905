"""The gateway's side of two modems over a real store, with a clock that only the test moves."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import text as sql

from config.schema import GatewaySettings, HttpSettings, ModemSettings, Settings
from config.values import Listen
from gatewayd.bus import Bus
from gatewayd.failover import sharing_names
from gatewayd.handler import ModemHandler
from gatewayd.housekeeping import Housekeeping
from modem.events import (
    Accepted,
    ArrivedPdu,
    Disposition,
    Identity,
    Slot,
    Status,
    Submission,
    SubmitOutcome,
)
from modem.pdu import (
    Address,
    Deliver,
    Frame,
    ServiceCentreTime,
    StatusReport,
    build_delivers,
    build_submits,
)
from modem.state import State
from storage import outbox, queries
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.queries import AttemptRow, MessageRow

NOON_MS = 1_796_126_400_000  # 2026-12-01T12:00:00Z
CUSTOMER = "+15145550123"
SERVICE_CENTRE = "+15149876543"
DEADLINE_SECONDS = 60.0


class ManualClock:
    def __init__(self, ms: int = NOON_MS) -> None:
        self.ms = ms

    def now_ms(self) -> int:
        return self.ms

    def advance(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    id: str
    state: str
    tries: int
    due_at_ms: int
    reference: int | None
    report_status: int | None
    tpdu: bytes


class LoopTime:
    """The loop's clock, which only the test moves; timers that are due then fire."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self._now = float(round(loop.time()))  # whole seconds add up exactly
        monkeypatch.setattr(loop, "time", lambda: self._now)

    async def pass_by(self, seconds: float) -> None:
        self._now += seconds
        for _ in range(3):
            await asyncio.sleep(0)


class Side:
    """One modem's handler, and what a worker would do with it."""

    def __init__(self, shop: "Shop", modem: ModemSettings, identity: Identity) -> None:
        self.shop = shop
        self.identity = identity
        self.proved: list[str] = []
        self.handler = ModemHandler(
            settings=shop.settings,
            modem=modem,
            store=shop.store,
            bus=shop.bus,
            clock=shop.clock,
            proved=self.proved.append,
        )
        self.status = Status(
            name=modem.name,
            device=modem.device,
            state=State.READY,
            reason=None,
            since_ms=NOON_MS,
            identity=identity,
            operator="Virtuel",
        )

    async def ready(self) -> None:
        await self.handler.status_changed(self.status)

    # Outgoing

    async def next(self) -> Submission:
        submission = await self.handler.next_submission()
        assert submission is not None
        return submission

    async def begin(self) -> Submission:
        """Take the next part as far as Ctrl-Z."""
        submission = await self.next()
        assert await self.release_body(submission)
        return submission

    async def release_body(self, submission: Submission) -> bool:
        return await self.handler.submitting(submission, deadline_seconds=DEADLINE_SECONDS)

    async def send(self, outcome: SubmitOutcome) -> Submission:
        """Submit the next part with this outcome."""
        submission = await self.begin()
        await self.handler.settled(submission, outcome)
        return submission

    async def accept(self, reference: int) -> Submission:
        return await self.send(Accepted(reference=reference))

    # Incoming

    async def hears(self, pdu: bytes, slot: int | None = None) -> Disposition:
        place = None if slot is None else self.slot(slot)
        return await self.handler.arrived(ArrivedPdu(pdu=pdu, slot=place))

    def slot(self, index: int, store: str = "SM") -> Slot:
        return Slot(holder=self.identity.iccid or "", store=store, index=index)

    async def reported(
        self, reference: int, *, status: int = 0, to: str = CUSTOMER, at_ms: int | None = None
    ) -> Disposition:
        return await self.hears(self.shop.report(reference, status=status, to=to, at_ms=at_ms))


class Shop:
    """A store, a clock and two modems: ``counter`` (inbox main) and ``spare`` (inbox spare)."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.settings = settings
        self.clock = ManualClock()
        self.bus = Bus()
        self.counter = self.side("counter", iccid="8930272000000000017")
        self.spare = self.side("spare", iccid="8930272000000000025", number="+15145550200")

    def side(self, name: str, *, iccid: str | None, number: str = "+15145550100") -> Side:
        modem = next(modem for modem in self.settings.modems if modem.name == name)
        return Side(self, modem, Identity(imei="490154203237518", iccid=iccid, number=number))

    def housekeeping(self) -> Housekeeping:
        return Housekeeping(
            settings=self.settings, store=self.store, bus=self.bus, clock=self.clock
        )

    def change(self, **sections: Any) -> None:
        """Take other settings, e.g. ``sending={"max_attempts": 2}``."""
        changed = {
            name: replace(getattr(self.settings, name), **values)
            for name, values in sections.items()
        }
        self.settings = replace(self.settings, **changed)
        self.counter = self.side("counter", iccid=self.counter.identity.iccid)
        self.spare = self.side("spare", iccid=self.spare.identity.iccid, number="+15145550200")

    # Outgoing

    async def enqueue(
        self,
        text: str = "Your order is ready",
        *,
        to: str = CUSTOMER,
        inbox: str = "main",
        priority: int = 1,
        send_in: float | None = None,
        expires_in: float | None = None,
        on_unknown: Literal["hold", "resend"] = "hold",
        report: bool = True,
        validity: timedelta = timedelta(days=2),
    ) -> str:
        now_ms = self.clock.now_ms()
        submits = build_submits(
            to=to, text=text, concat_reference=7, report=report, validity=validity
        )
        message = outbox.NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            to=to,
            text=text,
            encoding="gsm7",
            inbox=inbox,
            priority=priority,
            send_at_ms=None if send_in is None else now_ms + round(send_in * 1000),
            expires_at_ms=None if expires_in is None else now_ms + round(expires_in * 1000),
            delivery_report=report,
            on_unknown=on_unknown,
            client_reference=None,
            author_type="token",
            author_id="tok_1",
            author_name="till",
            parts=[
                outbox.NewPart(number=number, tpdu=submit.to_bytes())
                for number, submit in enumerate(submits, 1)
            ],
            sharing=sharing_names(self.settings, inbox),
        )
        async with self.store.write() as tx:
            await outbox.enqueue(tx, message, now_ms=now_ms)
        return message.id

    async def cancel(self, message_id: str) -> outbox.CancelOutcome:
        async with self.store.write() as tx:
            return await outbox.cancel(tx, message_id=message_id, now_ms=self.clock.now_ms())

    def report(
        self,
        reference: int,
        *,
        status: int = 0,
        to: str = CUSTOMER,
        at_ms: int | None = None,
        raw_time: bytes | None = None,
        done_after: float = 3,
    ) -> bytes:
        """What a modem hands over when the network reports on a part taken at ``at_ms``."""
        at_ms = self.clock.now_ms() if at_ms is None else at_ms
        time = ServiceCentreTime(raw_time) if raw_time else centre_time(at_ms)
        report = StatusReport(
            reference=reference,
            recipient=Address.parse(to),
            time=time,
            discharge=centre_time(at_ms + round(done_after * 1000)),
            status=status,
        )
        return frame(report.to_bytes())

    # Incoming

    def delivers(
        self,
        text: str,
        *,
        sender: str = CUSTOMER,
        reference: int = 9,
        wide: bool = False,
        at_ms: int | None = None,
    ) -> list[Deliver]:
        at_ms = self.clock.now_ms() if at_ms is None else at_ms
        moment = datetime.fromtimestamp(at_ms / 1000, tz=UTC)
        return list(
            build_delivers(
                originator=sender,
                text=text,
                time=moment,
                concat_reference=reference,
                wide_reference=wide,
            )
        )

    def pdus(self, text: str, **options: Any) -> list[bytes]:
        return [frame(deliver.to_bytes()) for deliver in self.delivers(text, **options)]

    def pdu(self, text: str, **options: Any) -> bytes:
        (pdu,) = self.pdus(text, **options)
        return pdu

    # What the store says

    async def rows(self, statement: str, **values: object) -> list[Any]:
        async with self.store.read() as tx:
            return list((await tx.execute(sql(statement), values)).all())

    async def message(self, message_id: str) -> MessageRow:
        async with self.store.read() as tx:
            row = await queries.get_message(tx, message_id)
        assert row is not None
        return row

    async def state(self, message_id: str) -> str:
        return (await self.message(message_id)).state.value

    async def parts(self, message_id: str) -> list[Part]:
        rows = await self.rows(
            "SELECT id, state, tries, due_at_ms, reference, report_status, tpdu"
            " FROM parts WHERE message_id = :id ORDER BY number",
            id=message_id,
        )
        return [Part(**row._mapping) for row in rows]

    async def part(self, message_id: str) -> Part:
        (part,) = await self.parts(message_id)
        return part

    async def attempts(self, message_id: str) -> list[AttemptRow]:
        async with self.store.read() as tx:
            return await queries.attempts_of(tx, message_id)

    async def received(self) -> list[MessageRow]:
        """Incoming messages, oldest first."""
        async with self.store.read() as tx:
            page = await queries.list_messages(tx, queries.MessageFilter(direction="in"), limit=200)
        return list(reversed(page.items))

    async def texts(self) -> list[str | None]:
        return [message.text for message in await self.received()]

    async def pdu_kinds(self) -> list[tuple[str, bool]]:
        """Every PDU kept, oldest first: its kind, and whether it is a copy."""
        rows = await self.rows("SELECT kind, copy_of FROM pdus ORDER BY id")
        return [(row.kind, row.copy_of is not None) for row in rows]

    async def events(self, *types: str) -> list[str]:
        """The journal's, of these types; else all but those of contacts and conversations."""
        found = [row.type for row in await self.rows("SELECT type FROM changes ORDER BY seq")]
        if types:
            return [type_ for type_ in found if type_ in types]
        return [type_ for type_ in found if not type_.startswith(("contact.", "conversation."))]

    async def slots(self) -> int:
        ((count,),) = await self.rows("SELECT count(*) FROM slots")
        return int(count)


class Outage:
    """The store refuses all that is asked, or the next ``times`` things, until ``over``."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self._store = store
        self._write = store.write
        self._monkeypatch = monkeypatch
        self.refused = asyncio.Event()

    def begin(self, times: int | None = None) -> None:
        left = times

        def refuse(**how: Any) -> Any:
            nonlocal left
            if left == 0:
                return self._write(**how)
            left = None if left is None else left - 1
            self.refused.set()
            raise StoreUnavailable(reason="database or disk is full")

        self._monkeypatch.setattr(self._store, "write", refuse)

    def over(self) -> None:
        self._monkeypatch.setattr(self._store, "write", self._write)


def centre_time(ms: int) -> ServiceCentreTime:
    return ServiceCentreTime.of(datetime.fromtimestamp(ms // 1000, tz=UTC))


def frame(tpdu: bytes) -> bytes:
    return Frame(smsc=Address.parse(SERVICE_CENTRE), tpdu=tpdu).to_bytes()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        gateway=GatewaySettings(name="Shop", country="CA-QC", data_dir=tmp_path),
        http=HttpSettings(
            listen=Listen(host="127.0.0.1", port=0), socket=tmp_path / "gatewayd.sock"
        ),
        modems=(
            ModemSettings(name="counter", device="virtual:counter", number="+15145550100"),
            ModemSettings(name="spare", device="virtual:spare", inbox="spare"),
        ),
    )


@pytest.fixture
async def store(prepared: Path) -> AsyncIterator[Store]:
    opened = await Store.open(data_dir=prepared)
    yield opened
    await opened.close()


@pytest.fixture
async def shop(store: Store, settings: Settings) -> Shop:
    made = Shop(store, settings)
    await made.counter.ready()
    await made.spare.ready()
    return made


@pytest.fixture
async def loop_time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    return LoopTime(monkeypatch)


@pytest.fixture
def outage(store: Store, monkeypatch: pytest.MonkeyPatch) -> Outage:
    return Outage(store, monkeypatch)


@pytest.fixture
async def no_commit(store: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """Within ``with no_commit():`` the disk takes every statement, and no COMMIT."""
    async with store.write() as tx:
        raw: Any = (await tx.get_raw_connection()).driver_connection

    def fails() -> None:
        raw._rollback()
        raise sqlite3.OperationalError("database or disk is full")

    @contextmanager
    def full() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(raw, "_commit", fails)
            yield

    return full


@pytest.fixture
async def reopened(shop: Shop, tmp_path: Path) -> AsyncIterator[Callable[[], Awaitable[Shop]]]:
    """Close the store as a killed process leaves it, and begin anew with the same file."""
    stores: list[Store] = []

    async def reopen() -> Shop:
        await shop.store.close()
        stores.append(await Store.open(data_dir=tmp_path))
        again = Shop(stores[-1], shop.settings)
        again.clock.ms = shop.clock.ms
        await again.counter.ready()
        return again

    yield reopen
    for store in stores:
        await store.close()


@pytest.fixture
def long_text() -> str:
    return "Your order is ready. " * 15  # three parts
