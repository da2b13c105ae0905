"""What the daemon costs: time to start, memory, processor time at rest."""

import asyncio
import statistics

from modem.virtual.ledger import Happening
from tests.benchmarks import figures
from tests.benchmarks.harness import rig

MOST_READY_SECONDS = 1.5
MOST_MEMORY_MIB = 110
MOST_IDLE_SHARE = 0.005
_SETTLE_SECONDS = 3.0


async def start(times: int) -> None:
    """Print how long it takes until the daemon answers and until its modem is ready."""
    first: list[float] = []
    first_ready: list[float] = []
    answering: list[float] = []
    ready: list[float] = []
    for _ in range(times):
        async with rig() as bench:
            for answered, served in ((first, first_ready), (answering, ready)):
                daemon = await bench.start()
                try:
                    answered.append(await daemon.answers("/healthz"))
                    served.append(await daemon.answers("/readyz"))
                finally:
                    await daemon.stop()
    figures.heading(f"Starting, process start to ..., median of {times}")
    for what, spans, goal in (
        ("HTTP answers, the very first start", first, None),
        ("ready, the very first start", first_ready, None),
        ("HTTP answers", answering, None),
        ("ready: HTTP and a modem (readyz)", ready, MOST_READY_SECONDS),
    ):
        seconds = statistics.median(spans)
        figures.row(
            what,
            f"{seconds:.2f} s",
            goal=None if goal is None else f"≤ {goal} s",
            met=None if goal is None else seconds <= goal,
        )


async def cost(messages: int, idle_seconds: float) -> None:
    """Print memory before and after work, and the processor time at rest."""
    figures.heading("Memory (RSS) and processor")
    async with rig() as bench, bench.daemon() as daemon:
        await asyncio.sleep(_SETTLE_SECONDS)
        _memory("memory, ready", daemon.memory_bytes())
        before = daemon.cpu_seconds()
        await asyncio.sleep(idle_seconds)
        share = (daemon.cpu_seconds() - before) / idle_seconds
        figures.row(
            f"idle for {idle_seconds:g} s, share of a processor",
            f"{share:.2%}",
            goal=f"≤ {MOST_IDLE_SHARE:.1%}",
            met=share <= MOST_IDLE_SHARE,
        )
        reported = bench.await_entries(Happening.REPORTED, messages)
        await daemon.queue(messages, report=True)
        await reported.wait()
        await asyncio.sleep(_SETTLE_SECONDS)
        _memory(f"memory, after {messages} messages", daemon.memory_bytes())


def _memory(what: str, size: int) -> None:
    mib = size / 2**20
    figures.row(what, f"{mib:.1f} MiB", goal=f"≤ {MOST_MEMORY_MIB} MiB", met=mib <= MOST_MEMORY_MIB)
