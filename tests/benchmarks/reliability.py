"""Bad days, measured: kills, lost answers, an unplug, a hang, refusals, a wrong PIN.

docs/reliability.md has the figures, docs/performance.md sets them beside other gateways'.
"""

import asyncio
import random
from collections.abc import Sequence
from time import perf_counter

from modem.virtual.faults import Fault, FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.network import Recipient
from tests.benchmarks import figures
from tests.benchmarks.accounts import Account, doubts, marks, post_all, settled, texts
from tests.benchmarks.harness import CUSTOMER, Daemon, Rig, rig
from tests.benchmarks.wire import Mark, Tap

MOST_STALL_SECONDS = 15.0
MOST_RETURN_SECONDS = 5.0
MOST_WAKE_SECONDS = 3.0
MOST_RATIO = 2.0
SUBMIT_SECONDS = 60.0
SUBMIT_MS = 250
REPORT_MS = 5_000
RIGHT_PIN, WRONG_PIN = "1234", "4321"
_LOOK_SECONDS = 0.02


def _counted(what: str, count: int) -> None:
    figures.row(what, str(count), goal="0", met=count == 0)


def _longest(what: str, seconds: Sequence[float], most: float | None) -> None:
    worst = max(seconds, default=0.0)
    figures.row(
        what,
        ", ".join(f"{each:.1f}" for each in seconds) + " s",
        goal=None if most is None else f"≤ {most:g} s",
        met=None if most is None else worst <= most,
    )


def _tell(account: Account) -> None:
    _counted("parts sent twice", account.twice)
    _counted("messages lost", account.lost)
    figures.row("unknown at the end", str(account.unknown))


async def kills_while_sending(messages: int, kills: int, seed: int) -> None:
    """Print what became of messages, every fourth of several parts, over so many `kill -9`."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    async with rig(submit_ms=100) as bench:
        daemon = await bench.start()
        await daemon.answers("/healthz")
        await post_all(daemon, texts(messages, long_every=4))
        tap, parts = bench.lines[0].tap, messages * 7 // 4
        for _ in range(kills):
            await marks(tap, Mark.CTRL_Z, rng.randint(1, parts // kills))
            await asyncio.sleep(rng.uniform(0, 0.15))
            await daemon.kill()
            daemon = await bench.start()
        await daemon.answers("/healthz")
        account = await settled(bench, daemon)
        await daemon.stop()
    figures.heading(f"kill -9, {kills} times while sending {messages}, {parts} parts")
    _tell(account)


async def kills_while_receiving(messages: int, kills: int, seed: int) -> None:
    """Print what became of incoming messages over so many `kill -9`."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    wanted = texts(messages, long_every=4)
    async with rig() as bench:
        line = bench.lines[0]
        for number, text in wanted.items():
            bench.network.text_in(to=line.modem.number, from_=number, text=text)
        daemon, done = await bench.start(), 0
        while done < kills and (left := bench.network.waiting(line.modem.number)):
            await marks(line.tap, Mark.DELETE, rng.randint(1, max(1, left // kills)))
            await asyncio.sleep(rng.uniform(0, 0.005))
            await daemon.kill()
            daemon, done = await bench.start(), done + 1
        await daemon.answers("/healthz")
        while bench.network.waiting(line.modem.number) or _stored(bench):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(_LOOK_SECONDS)
        found = [(each["from"], each["text"]) for each in await daemon.messages("in")]
        await daemon.stop()
    figures.heading(f"kill -9, {done} times while {messages} come in")
    _counted("stored twice", len(found) - len(set(found)))
    _counted("lost", len(wanted.items() - set(found)))


def _stored(bench: Rig) -> int:
    return sum(store.used for store in bench.lines[0].modem.stores.values())


async def lost_answers(messages: int, *, reports: bool) -> None:
    """Print what a lost answer to every tenth submit costs."""
    lost = messages // 10
    async with rig(submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        wanted = texts(messages + 1)
        for number in wanted:
            bench.network.recipients[number] = Recipient(reports=reports, report_delay_ms=REPORT_MS)
        bench.lines[0].modem.faults.add(
            Fault(kind=FaultKind.ACCEPT_THEN_SILENCE, every=10, count=lost)
        )
        await post_all(daemon, wanted)
        account = await settled(bench, daemon, reports=reports)
        stalls = _stalls(bench.lines[0].tap, lost)
        spans = await doubts(daemon)
    reported = f"a report after {REPORT_MS / 1000:g} s" if reports else "no reports"
    figures.heading(f"Every 10th answer lost of {messages}, {reported}")
    _tell(account)
    _longest("stalls", stalls, MOST_STALL_SECONDS if reports else SUBMIT_SECONDS + 3)
    _longest("unknown for", spans, None)


def _stalls(tap: Tap, count: int) -> list[float]:
    """The longest times from a Ctrl-Z to the next submit."""
    return sorted(tap.between(Mark.CTRL_Z, Mark.COMMAND))[-count:]


async def lying_answers(messages: int) -> None:
    """Print what becomes of every tenth submit that is accepted and answered with error 332."""
    async with rig(submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        wanted = texts(messages)
        for number in wanted:
            bench.network.recipients[number] = Recipient(report_delay_ms=REPORT_MS)
        bench.lines[0].modem.faults.add(
            Fault(kind=FaultKind.ACCEPT_THEN_ERROR, every=10, count=None)
        )
        await post_all(daemon, wanted)
        account = await settled(bench, daemon)
        spans = await doubts(daemon)
    figures.heading(f"Every 10th of {messages} accepted, then answered 332; reports after 5 s")
    _tell(account)
    _longest("unknown for", spans, None)


async def unplugged(times: int, seconds: float, seed: int) -> None:
    """Print how long after the replug the modem sends again."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    returns: list[float] = []
    async with rig(submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        line = bench.lines[0]
        await post_all(daemon, texts(60 * times))
        for _ in range(times):
            await marks(line.tap, Mark.CTRL_Z, rng.randint(5, 20))
            await asyncio.sleep(rng.uniform(0, SUBMIT_MS / 1000))
            line.unplug()
            await asyncio.sleep(seconds)
            await line.plug()
            since = perf_counter()
            await marks(line.tap, Mark.CTRL_Z, 1)
            returns.append(perf_counter() - since)
        account = await settled(bench, daemon)
    figures.heading(f"Unplugged for {seconds:g} s in mid-run, {times} times")
    _longest("sending again after the replug", returns, MOST_RETURN_SECONDS)
    _tell(account)


async def hung(seconds: float) -> None:
    """Print how long after the end of a hang the modem sends again.

    It begins while a submit is on the air, and between two.
    """
    returns: list[float] = []
    async with rig(submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        line = bench.lines[0]
        await post_all(daemon, texts(60))
        for moment in (Mark.CTRL_Z, Mark.ANSWER):
            await marks(line.tap, moment, 10)
            line.modem.hang(None)
            await asyncio.sleep(seconds)
            line.modem.wake()
            since = perf_counter()
            await marks(line.tap, Mark.CTRL_Z, 1)
            returns.append(perf_counter() - since)
        account = await settled(bench, daemon)
    figures.heading(f"Silent for {seconds:g} s in mid-run: amid a submit, between two")
    _longest("sending again after it answers", returns, MOST_WAKE_SECONDS)
    _tell(account)


async def disturbed(messages: int) -> None:
    """Print how much longer a run takes under each disturbance than without any."""
    plain, _ = await _timed(messages)
    figures.heading(f"Sending {messages} at {SUBMIT_MS} ms, from the first submit to the last")
    figures.row("undisturbed", f"{plain:.1f} s")
    for what, faults in _DISTURBANCES.items():
        seconds, account = await _timed(messages, *faults)
        ratio = seconds / plain
        value = f"{seconds:.1f} s, {ratio:.2f} times"
        figures.row(what, value, goal=f"≤ {MOST_RATIO:g} times", met=ratio <= MOST_RATIO)
        _tell(account)


_DISTURBANCES: dict[str, tuple[dict[str, object], ...]] = {
    "every 5th submit refused (42)": (
        {"kind": FaultKind.SUBMIT_ERROR, "code": "CMS 42", "every": 5},
    ),
    "unsolicited lines in every answer, a call in every 40th command": (
        {"kind": FaultKind.INTERRUPT},
        {"kind": FaultKind.UNSOLICITED, "line": "^RSSI:17"},
        {"kind": FaultKind.CALL, "line": "+15145550111", "every": 40},
    ),
    "garbage before every 4th output, byte by byte": (
        {"kind": FaultKind.GARBAGE, "every": 4},
        {"kind": FaultKind.SPLIT},
    ),
}


async def _timed(messages: int, *faults: dict[str, object]) -> tuple[float, Account]:
    """Seconds from the first submit until the network has all."""
    async with rig(submit_ms=SUBMIT_MS) as bench, bench.daemon() as daemon:
        line = bench.lines[0]
        for fault in faults:
            line.modem.faults.add(Fault(count=None, **fault))  # type: ignore[arg-type]  # a table
        done = bench.await_entries(Happening.ACCEPTED, messages)
        await post_all(daemon, texts(messages))
        since = line.tap.times(Mark.COMMAND)[0] if line.tap.times(Mark.COMMAND) else perf_counter()
        await done.wait()
        seconds = perf_counter() - since
        return seconds, await settled(bench, daemon)


async def wrong_pin(starts: int, seconds: float) -> None:
    """Print how often a wrong PIN is typed, over restarts."""
    async with rig(pin=RIGHT_PIN, keys={"pin_file": "pin"}) as bench:
        pin = bench.folder / "pin"
        pin.touch(mode=0o600)
        pin.write_text(f"{WRONG_PIN}\n", encoding="ascii")
        for _ in range(starts):
            daemon = await bench.start()
            await daemon.answers("/healthz")
            await asyncio.sleep(seconds)
            await daemon.kill()
        typed = bench.network.ledger.counts[Happening.PIN]
    figures.heading(f"A wrong PIN in the configuration, {starts} starts of {seconds:g} s")
    figures.row("attempts typed", str(typed), goal="1", met=typed == 1)


async def full_store() -> None:
    """Print how long a SIM that was full at the start takes to be read, with what waits for it."""
    async with rig() as bench:
        line = bench.lines[0]
        wanted = texts(2 * line.modem.stores["SM"].size)
        for number, text in wanted.items():
            bench.network.text_in(to=line.modem.number, from_=number, text=text)
        async with bench.daemon() as daemon:
            since = perf_counter()
            await _received(daemon, len(wanted))
            seconds = perf_counter() - since
    figures.heading(f"A full store: {len(wanted) // 2} on the SIM, as many waiting")
    figures.row("ready to all stored", f"{seconds:.2f} s")


async def switched_off() -> None:
    """Print how long a modem stays deaf that switched its announcements off (27.005 §3.4.4).

    It wants acknowledgements that nobody has promised, as after a firmware's own restart.
    """
    async with rig() as bench, bench.daemon() as daemon:
        line = bench.lines[0]
        line.modem.settings.phase = 1
        bench.network.text_in(to=line.modem.number, from_=CUSTOMER, text="pushed", message_class=0)
        while line.modem.settings.announcements[1]:  # noqa: ASYNC110 - a setting has no event
            await asyncio.sleep(_LOOK_SECONDS)
        since = perf_counter()
        line.modem.settings.phase = 0
        bench.network.text_in(to=line.modem.number, from_=CUSTOMER, text="unannounced")
        heard = await _received(daemon, 2)
        seconds = perf_counter() - since
    figures.heading("An un-acknowledged push that switches announcements off")
    figures.row(
        "until the next message is stored", f"{seconds:.1f} s", goal="≤ 31 s", met=seconds <= 31
    )
    figures.row("received", ", ".join(sorted(set(heard))))


async def _received(daemon: Daemon, count: int) -> list[str]:
    while len(found := await daemon.messages("in")) < count:  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(_LOOK_SECONDS)
    return [each["text"] for each in found]


async def measure(*, messages: int, seed: int) -> None:
    """Print all of it; about a quarter of an hour."""
    figures.row("seed", str(seed))
    await kills_while_sending(messages, 20, seed)
    await kills_while_receiving(messages, 12, seed)
    await lost_answers(messages, reports=True)
    await lost_answers(20, reports=False)
    await lying_answers(messages)
    await unplugged(3, 10.0, seed)
    await hung(60.0)
    await hung(45.0)
    await disturbed(messages)
    await wrong_pin(4, 10.0)
    await full_store()
    await switched_off()
