"""A bench: virtual modems, the workers that serve them, and a handler that remembers."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from config.schema import ModemSettings
from modem import exchange, port, setup
from modem.at.command import Deadline
from modem.discovery import DeviceFinder
from modem.events import (
    ArrivedPdu,
    Disposition,
    PinHistory,
    Slot,
    Status,
    StepTaken,
    Submission,
    SubmitOutcome,
)
from modem.pdu import build_submits
from modem.port import Port
from modem.session import Session
from modem.state import State
from modem.supervisor import Timing, Worker
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork
from modem.virtual.personality import Personality, personality
from modem.virtual.registry import attach, detach
from tests.clocks import pytest_asyncio_loop_factories  # noqa: F401 - a hook: pytest finds it here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from modem.ladder import Cause, Step
    from modem.virtual.dialect import Outcome, Request

CUSTOMER = "+15145550123"
WAIT_SECONDS = 60.0
TIMING = Timing(
    device_poll_seconds=0.02,
    health_poll_seconds=30.0,
    registration_poll_seconds=0.02,
    sweep_seconds=30.0,
    submit_seconds=0.2,
    backoff_seconds=(0.02, 0.02),
)


class Recorder:
    """A Handler that says yes to everything and remembers it in order."""

    def __init__(self) -> None:
        self.log: list[tuple[object, ...]] = []
        self.statuses: list[Status] = []
        self.steps: list[StepTaken] = []
        self.arrivals: list[ArrivedPdu] = []
        self.outcomes: dict[str, SubmitOutcome] = {}
        self.outbox: deque[Submission] = deque()
        self.disposition = Disposition.DELETE
        self.permits = True  # what `submitting` answers
        self.gate = asyncio.Event()  # holds `submitting` up while it is clear
        self.gate.set()
        self.pins: dict[str, set[str]] = {}  # refused, by holder
        self.sim: str | None = None  # the ICCID that is served
        self.sweeps = 0
        self.asked_in_vain = 0  # for a part to send: nothing more pressing is left to do
        self.on_arrived: Callable[[ArrivedPdu], object] = lambda _: None
        self._changed = asyncio.Event()

    def tell(self) -> None:
        """Let `until` look again."""
        self._changed.set()

    def note(self, *facts: object) -> None:
        self.log.append(facts)
        self.tell()

    def seen(self, what: str) -> list[tuple[object, ...]]:
        return [entry for entry in self.log if entry[0] == what]

    @property
    def states(self) -> list[State]:
        """The states in their order, each told once."""
        return [state for state, _ in itertools.groupby(each.state for each in self.statuses)]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for something to become true; looked at whenever anything happened."""
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            pytest.fail(f"never came true; so far: {self.log[-20:]}")

    async def status_changed(self, status: Status) -> None:
        self.statuses.append(status)
        self.note("status", status.state.value, status.reason)

    async def arrived(self, arrived: ArrivedPdu) -> Disposition:
        self.arrivals.append(arrived)
        self.on_arrived(arrived)
        self.note("arrived", arrived.slot)
        return self.disposition

    async def deleted(self, slots: dict[Slot, bytes]) -> None:
        self.note("deleted", slots)

    async def next_submission(self) -> Submission | None:
        if self.outbox:
            return self.outbox.popleft()
        self.asked_in_vain += 1
        self.tell()
        return None

    async def submitting(self, submission: Submission, *, deadline_seconds: float) -> bool:
        self.note("submitting", submission.id, deadline_seconds)
        await self.gate.wait()
        return self.permits

    async def settled(self, submission: Submission, outcome: SubmitOutcome) -> None:
        self.outcomes[submission.id] = outcome
        self.note("settled", submission.id, outcome)

    async def late_answer(self, submission_id: str, reference: int | None) -> None:
        self.note("late_answer", submission_id, reference)

    async def missed_call(self, number: str | None) -> None:
        self.note("missed_call", number)

    async def incident_opened(self, cause: Cause, detail: str) -> None:
        assert detail
        self.note("incident", cause)

    async def incident_step(self, taken: StepTaken) -> None:
        self.steps.append(taken)
        self.note("step", taken.step, taken.helped)

    async def incident_closed(self, cure: Step) -> None:
        self.note("cured", cure)

    async def recall_pin(self, holder: str, pin: str) -> PinHistory:
        refused = self.pins.get(holder, set())
        if pin in refused:
            return PinHistory.THIS_REFUSED
        return PinHistory.ANOTHER_REFUSED if refused else PinHistory.NONE_REFUSED

    async def pin_refused(self, holder: str, pin: str) -> None:
        self.pins.setdefault(holder, set()).add(pin)
        self.note("pin_refused", holder)

    async def pin_accepted(self, holder: str) -> None:
        self.pins.pop(holder, None)
        self.note("pin_accepted", holder)

    async def served_sim(self) -> str | None:
        return self.sim

    async def swept(self) -> None:
        self.sweeps += 1
        self.tell()

    async def release(self) -> None:
        self.note("release")


class Bench:
    """One virtual modem on `virtual:NAME`, and what is tried on it."""

    def __init__(self, name: str, make: str | Personality, **options: object) -> None:
        self.device = f"virtual:{name}"
        self.name = name
        traits = personality(make) if isinstance(make, str) else make
        self.network = VirtualNetwork()
        self.modem = VirtualModem(self.network, personality=traits, **options)  # type: ignore[arg-type]  # a test's shorthand
        self.line = attach(name, self.modem)
        self.recorder = Recorder()
        self.typed: list[str] = []  # command lines' verbs and arguments, as the modem read them
        self.keys = bytearray()  # all bytes that the modem got
        self._answers: dict[str, Callable[[Request], Outcome]] = {}
        self._listen()
        self.network.ledger.watch(lambda entry: self.recorder.note("ledger", entry.what))

    def _listen(self) -> None:
        hear, execute = self.modem.receive, self.modem.execute

        def receive(data: bytes) -> None:
            self.keys.extend(data)
            hear(data)
            self.recorder.tell()

        def obey(request: Request) -> Outcome:
            self.typed.append(f"{request.verb}{request.form.value}{','.join(request.arguments)}")
            self.recorder.tell()
            answer = self._answers.get(request.verb)
            return execute(request) if answer is None else answer(request)

        self.modem.receive = receive  # type: ignore[method-assign]  # a tap on the line
        self.modem.terminal._execute = obey

    def answer(self, verb: str, answer: Outcome | Callable[[Request], Outcome]) -> None:
        """Let the modem answer a verb so from now on."""
        self._answers[verb] = answer if callable(answer) else lambda _: answer

    def obeys(self, verb: str) -> None:
        """Let the modem answer a verb by itself again."""
        self._answers.pop(verb, None)

    def fault(self, kind: FaultKind, **fields: object) -> None:
        self.modem.faults.add(Fault(kind=kind, **fields))  # type: ignore[arg-type]  # as above

    def settings(self, **fields: object) -> ModemSettings:
        return ModemSettings(**{"name": self.name, "device": self.device, **fields})  # type: ignore[arg-type]  # as above

    def text_in(self, text: str, **fields: object) -> None:
        self.network.text_in(to=self.modem.number, from_=CUSTOMER, text=text, **fields)  # type: ignore[arg-type]  # as above

    def count(self, what: Happening) -> int:
        return self.network.ledger.counts[what]

    @property
    def accepted(self) -> list[str | None]:
        """The texts that the network took."""
        return [entry.text for entry in self.network.ledger.of(Happening.ACCEPTED)]

    def submission(self, text: str, *, report: bool = False) -> Submission:
        submit = build_submits(
            to=CUSTOMER, text=text, concat_reference=1, report=report, validity=None
        )[0]
        return Submission(id=text, tpdu=submit.to_bytes())

    def port(self, attend: Callable[[object], None] = lambda _: None) -> Port:
        return Port(self.device, on_event=attend, on_lost=self.recorder.tell)

    @asynccontextmanager
    async def session(self, **fields: object) -> AsyncIterator[Session]:
        """A session that has been set up, without a worker."""
        opened = self.port()
        try:
            await opened.open()
            session = Session(opened, self.settings(**fields), self.recorder)
            await session.set_up()
            yield session
        finally:
            await opened.close()

    def worker(
        self, *, timing: Timing = TIMING, finder: DeviceFinder | None = None, **fields: object
    ) -> Worker:
        return Worker(
            settings=self.settings(**fields),
            handler=self.recorder,
            finder=finder or DeviceFinder(),
            now_ms=lambda: len(self.recorder.log),
            timing=timing,
        )

    @asynccontextmanager
    async def serving(
        self, *, state: State | None = State.READY, timing: Timing = TIMING, **fields: object
    ) -> AsyncIterator[Worker]:
        """A running worker, once it has reached `state`; stopped at the end."""
        worker = self.worker(timing=timing, **fields)
        async with running(worker):
            if state is not None:
                await self.recorder.until(lambda: worker.status.state is state)
            yield worker

    async def until_idle(self) -> None:
        """Until the worker, once ready, has nothing more to do."""
        before = self.recorder.asked_in_vain if self.recorder.outbox else 0
        await self.recorder.until(lambda: self.recorder.asked_in_vain > before)

    async def until_ctrl_z(self) -> None:
        """Until a submit's body has been let go."""
        await self.recorder.until(lambda: b"\x1a" in self.keys)

    async def send(self, worker: Worker, text: str, **fields: object) -> SubmitOutcome:
        """Queue a text and wait for what becomes of it."""
        self.queue(worker, text, **fields)
        await self.recorder.until(lambda: text in self.recorder.outcomes)
        return self.recorder.outcomes[text]

    def queue(self, worker: Worker, text: str, **fields: object) -> None:
        self.recorder.outbox.append(self.submission(text, **fields))  # type: ignore[arg-type]  # as above
        worker.wake()


@asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        async with asyncio.timeout(WAIT_SECONDS):
            await task


@pytest.fixture
def swift(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short patience, but for an answer that comes by the machine's clock."""
    by_the_machine = request.node.get_closest_marker("machine_clock") is not None
    monkeypatch.setattr(port, "QUIET_SECONDS", 0.01)
    monkeypatch.setattr(port, "AT_ANSWER_SECONDS", 15 if by_the_machine else 0.1)
    monkeypatch.setattr(port, "PROMPT_SECONDS", 15 if by_the_machine else 0.1)
    monkeypatch.setattr(exchange, "REPORT_GRACE_SECONDS", 0.05)
    monkeypatch.setattr(setup, "SIM_POLL_SECONDS", 0.01)
    monkeypatch.setattr(setup, "SIM_BUSY_SECONDS", 0.3)
    monkeypatch.setattr(Deadline, "seconds", property(lambda _: 30 if by_the_machine else 0.2))


@pytest.fixture
async def make_bench(swift: None) -> AsyncIterator[Callable[..., Bench]]:  # noqa: ARG001  # for its effect
    numbers = itertools.count(1)
    async with AsyncExitStack() as stack:

        def make(make: str | Personality = "generic", **options: object) -> Bench:
            bench = Bench(f"bench{next(numbers)}", make, **options)
            stack.callback(detach, bench.name)
            return bench

        yield make


@pytest.fixture
def bench(make_bench: Callable[..., Bench]) -> Bench:
    return make_bench()
