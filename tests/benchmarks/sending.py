"""How fast messages go out: the gap between two submits, the rate, the line's utilisation."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from modem.virtual.ledger import Happening
from tests.benchmarks import figures
from tests.benchmarks.harness import Line, rig
from tests.benchmarks.wire import Mark

MOST_GAP_MEDIAN_MS = 3.0
MOST_GAP_P95_MS = 8.0
LEAST_UTILISATION = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one run measured; durations in seconds."""

    posted_in: float
    first_to_last: float
    settled_in: float
    cpu: float
    gaps: Sequence[float]
    prompts: Sequence[float]
    air: Sequence[float]
    """From each Ctrl-Z to its answer: the modem's own time."""


async def run(*, modems: int, messages: int, reports: bool, submit_ms: int = 0) -> Sent:
    """Queue messages with the modems muted, let go, and wait until the network has them all."""
    async with (
        rig(modems=modems, submit_ms=submit_ms) as bench,
        bench.daemon() as daemon,
    ):
        for line in bench.lines:
            await daemon.post(f"/v1/modems/{line.name}/mute")
        posted_in = await daemon.queue(messages, report=reports)
        done = bench.await_entries(Happening.REPORTED if reports else Happening.ACCEPTED, messages)
        before, start = daemon.cpu_seconds(), perf_counter()
        for line in bench.lines:
            await daemon.post(f"/v1/modems/{line.name}/unmute")
        await done.wait()
        settled_in = perf_counter() - start
        await asyncio.sleep(0.2)  # the last commit
        cpu = daemon.cpu_seconds() - before
    return _sum_up(bench.lines, posted_in=posted_in, settled_in=settled_in, cpu=cpu)


def _sum_up(lines: Sequence[Line], *, posted_in: float, settled_in: float, cpu: float) -> Sent:
    taps = [line.tap for line in lines]
    starts = [tap.times(Mark.COMMAND)[0] for tap in taps if tap.times(Mark.COMMAND)]
    ends = [tap.times(Mark.ANSWER)[-1] for tap in taps if tap.times(Mark.ANSWER)]
    return Sent(
        posted_in=posted_in,
        first_to_last=max(ends) - min(starts),
        settled_in=settled_in,
        cpu=cpu,
        gaps=[span for tap in taps for span in tap.between(Mark.ANSWER, Mark.COMMAND)],
        prompts=[span for tap in taps for span in tap.between(Mark.PROMPT, Mark.CTRL_Z)],
        air=[span for tap in taps for span in tap.between(Mark.CTRL_Z, Mark.ANSWER)],
    )


async def throughput(messages: int) -> None:
    """Print the rate and the gap on instant modems, with delivery reports and without."""
    for modems in (1, 4):
        for reports in (False, True):
            sent = await run(modems=modems, messages=messages, reports=reports)
            asked = "delivery reports asked" if reports else "no delivery reports"
            figures.heading(f"Sending {messages}, instant modems: {modems}, {asked}")
            figures.row("accepted by HTTP a second", f"{messages / sent.posted_in:.0f}")
            figures.row("sent a second", f"{messages / sent.first_to_last:.1f}")
            goals = (MOST_GAP_MEDIAN_MS, MOST_GAP_P95_MS) if modems == 1 else (None, None)
            figures.spread(
                "answer to next AT+CMGS",
                sent.gaps,
                most_median_ms=goals[0],
                most_p95_ms=goals[1],
            )
            figures.spread("prompt to Ctrl-Z", sent.prompts)
            figures.row("processor time", f"{sent.cpu:.2f} s")
            if reports:
                figures.row("until the last report was taken", f"{sent.settled_in:.2f} s")


async def utilisation(messages: int, submit_ms: int) -> None:
    """Print how much of the time a modem of this speed is kept busy."""
    for reports in (False, True):
        sent = await run(modems=1, messages=messages, reports=reports, submit_ms=submit_ms)
        asked = "delivery reports asked" if reports else "no delivery reports"
        figures.heading(f"Sending {messages} at {submit_ms} ms a submit, {asked}")
        share = sum(sent.air) / sent.first_to_last
        figures.row(
            "line utilisation",
            f"{share:.2%}",
            goal=f"≥ {LEAST_UTILISATION:.0%}",
            met=share >= LEAST_UTILISATION,
        )
        figures.spread("answer to next AT+CMGS", sent.gaps)
        figures.spread("prompt to Ctrl-Z", sent.prompts)
