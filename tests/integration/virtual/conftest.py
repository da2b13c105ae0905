"""A shop: one virtual modem, the gateway's own worker that serves it, and what came of it."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from config.schema import ModemSettings
from modem import exchange, port, setup
from modem.at.command import Deadline
from modem.discovery import DeviceFinder
from modem.events import (
    Accepted,
    ArrivedPdu,
    Disposition,
    PinHistory,
    Slot,
    Status,
    StepTaken,
    Submission,
    SubmitOutcome,
)
from modem.pdu import Deliver, StatusReport, assemble, build_submits, decode_incoming
from modem.state import State
from modem.supervisor import Timing, Worker
from modem.virtual.ledger import Happening
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.registry import attach, detach
from tests.clocks import pytest_asyncio_loop_factories  # noqa: F401 - a hook: pytest finds it here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from modem.ladder import Cause, Step
    from modem.virtual.personality import Personality

CUSTOMER = "+15145550123"
WAIT_SECONDS = 60.0
TIMING = Timing(
    device_poll_seconds=0.02,
    registration_poll_seconds=0.02,
    submit_seconds=0.5,
    backoff_seconds=(0.02,),
)


class Keeper:
    """A Handler that takes all, in memory, and reads it with the codec."""

    def __init__(self) -> None:
        self.outbox: deque[Submission] = deque()
        self.outcomes: dict[str, SubmitOutcome] = {}
        self.reports: list[StatusReport] = []
        self.sweeps = 0
        self.calls: list[str | None] = []
        self.states: list[State] = []
        self.incidents: list[Cause] = []
        self.steps: list[StepTaken] = []
        self.cures: list[Step] = []
        self._slots: dict[Slot, bytes] = {}  # committed, not yet deleted
        self._parts: dict[tuple[int, int], dict[int, Deliver]] = {}
        self.texts: list[str | None] = []
        self._changed = asyncio.Event()

    async def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait for something to become true; looked at whenever anything happened."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(
                f"never came: {what}; states: {[each.value for each in self.states]}; {self.texts}"
            )

    def look(self) -> None:
        self._changed.set()

    async def status_changed(self, status: Status) -> None:
        self.states.append(status.state)
        self.look()

    async def arrived(self, arrived: ArrivedPdu) -> Disposition:
        if arrived.slot is None or self._slots.get(arrived.slot) != arrived.pdu:
            self._read(arrived.pdu)
        if arrived.slot is not None:
            self._slots[arrived.slot] = arrived.pdu
        self.look()
        return Disposition.DELETE

    def _read(self, pdu: bytes) -> None:
        tpdu = decode_incoming(pdu).tpdu
        if isinstance(tpdu, StatusReport):
            self.reports.append(tpdu)
            return
        assert isinstance(tpdu, Deliver)
        concatenation = None if tpdu.header is None else tpdu.header.concatenation
        if concatenation is None:
            self.texts.append(tpdu.text)
            return
        key = (concatenation.reference, concatenation.total)
        parts = self._parts.setdefault(key, {})
        assert concatenation.number not in parts, "a part came twice"
        parts[concatenation.number] = tpdu
        if len(parts) == concatenation.total:
            self.texts.append(assemble(self._parts.pop(key), concatenation.total).text)

    async def deleted(self, slots: dict[Slot, bytes]) -> None:
        for slot in slots:
            self._slots.pop(slot, None)
        self.look()

    async def next_submission(self) -> Submission | None:
        return self.outbox.popleft() if self.outbox else None

    async def submitting(self, submission: Submission, *, deadline_seconds: float) -> bool:
        assert deadline_seconds > 0
        return submission.id not in self.outcomes

    async def settled(self, submission: Submission, outcome: SubmitOutcome) -> None:
        self.outcomes[submission.id] = outcome
        self.look()

    async def late_answer(self, submission_id: str, reference: int | None) -> None:
        self.outcomes[submission_id] = Accepted(reference=reference)
        self.look()

    async def missed_call(self, number: str | None) -> None:
        self.calls.append(number)
        self.look()

    async def incident_opened(self, cause: Cause, detail: str) -> None:
        assert detail
        self.incidents.append(cause)
        self.look()

    async def incident_step(self, taken: StepTaken) -> None:
        self.steps.append(taken)
        self.look()

    async def incident_closed(self, cure: Step) -> None:
        self.cures.append(cure)
        self.look()

    async def recall_pin(self, holder: str, pin: str) -> PinHistory:
        assert holder
        assert pin
        return PinHistory.NONE_REFUSED

    async def pin_refused(self, holder: str, pin: str) -> None:
        """Nothing outlives a test."""

    async def pin_accepted(self, holder: str) -> None:
        """As above."""

    async def served_sim(self) -> str | None:
        return None

    async def swept(self) -> None:
        self.sweeps += 1
        self.look()

    async def release(self) -> None:
        self.look()


class Shop:
    """A modem on `virtual:NAME` and its keeper."""

    def __init__(self, name: str, make: Personality, **options: object) -> None:
        self.network = VirtualNetwork()
        self.modem = VirtualModem(self.network, personality=make, **options)  # type: ignore[arg-type]  # a test's shorthand
        self.line = attach(name, self.modem)
        self.keeper = Keeper()
        self.settings = ModemSettings(name=name, device=f"virtual:{name}")
        self.network.ledger.watch(lambda _: self.keeper.look())

    def count(self, what: Happening) -> int:
        return self.network.ledger.counts[what]

    @property
    def stored(self) -> int:
        """Messages and reports in the modem's stores."""
        return sum(store.used for store in self.modem.stores.values())

    @property
    def accepted(self) -> list[str | None]:
        """The whole messages that the network took."""
        return [entry.text for entry in self.network.ledger.of(Happening.TEXT)]

    @asynccontextmanager
    async def open(
        self, timing: Timing = TIMING, finder: DeviceFinder | None = None
    ) -> AsyncIterator[Worker]:
        """The worker, once the modem is ready."""
        worker = Worker(
            settings=self.settings,
            handler=self.keeper,
            finder=finder or DeviceFinder(),
            now_ms=lambda: 0,
            timing=timing,
        )
        task = asyncio.create_task(worker.run())
        try:
            await self.ready(worker)
            yield worker
        finally:
            worker.stop()
            async with asyncio.timeout(WAIT_SECONDS):
                await task

    async def ready(self, worker: Worker) -> None:
        await self.keeper.until(lambda: worker.status.state is State.READY, "ready")

    async def send(self, worker: Worker, text: str) -> list[SubmitOutcome]:
        """Send a text with reports; what became of each part."""
        submits = build_submits(
            to=CUSTOMER,
            text=text,
            concat_reference=len(self.keeper.outcomes) % 256,
            report=True,
            validity=None,
        )
        keys = [f"{len(self.keeper.outcomes)}.{part}" for part in range(len(submits))]
        self.keeper.outbox.extend(
            Submission(id=key, tpdu=submit.to_bytes())
            for key, submit in zip(keys, submits, strict=True)
        )
        worker.wake()
        outcomes = self.keeper.outcomes
        await self.keeper.until(lambda: all(key in outcomes for key in keys), f"sent {text[:9]!r}")
        return [outcomes[key] for key in keys]

    def text_in(self, text: str) -> None:
        self.network.text_in(to=self.modem.number, from_=CUSTOMER, text=text)


@pytest.fixture
def quick_sweeps() -> Timing:
    """Looks into all stores every 50 ms: what was announced in vain is found by that."""
    return replace(TIMING, sweep_seconds=0.05)


@pytest.fixture
def swift(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short patience, but for an answer that comes by the machine's clock."""
    by_the_machine = request.node.get_closest_marker("machine_clock") is not None
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(port, "AT_ANSWER_SECONDS", 15 if by_the_machine else 0.2)
    monkeypatch.setattr(port, "PROMPT_SECONDS", 15 if by_the_machine else 0.5)
    monkeypatch.setattr(exchange, "REPORT_GRACE_SECONDS", 0.05)
    monkeypatch.setattr(setup, "SIM_POLL_SECONDS", 0.01)
    monkeypatch.setattr(setup, "SIM_BUSY_SECONDS", 2.0)
    monkeypatch.setattr(Deadline, "seconds", property(lambda _: 30 if by_the_machine else 0.5))


@pytest.fixture
async def make_shop(swift: None) -> AsyncIterator[Callable[..., Shop]]:  # noqa: ARG001  # for its effect
    names = (f"shop{number}" for number in itertools.count(1))
    made: list[str] = []

    def make(personality: Personality, **options: object) -> Shop:
        made.append(next(names))
        return Shop(made[-1], personality, **options)

    yield make
    for name in made:
        detach(name)
