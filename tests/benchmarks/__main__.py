"""`python -m tests.benchmarks [WHAT…]`: print figures of the daemon on virtual modems.

Without WHAT all are measured. docs/performance.md tells what the figures mean.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable

from tests.benchmarks import (
    accepting,
    figures,
    full_store,
    inbox,
    page,
    receiving,
    reliability,
    routing,
    sending,
    soak,
    starting,
    telling,
)

_Run = Callable[[argparse.Namespace], Awaitable[None]]


async def _sending(options: argparse.Namespace) -> None:
    await sending.throughput(options.messages)


async def _line(options: argparse.Namespace) -> None:
    await sending.utilisation(options.slow_messages, options.submit_ms)


async def _receiving(options: argparse.Namespace) -> None:
    await receiving.latency(options.incoming)
    await receiving.burst(30)  # what the virtual SIM holds
    await receiving.answered(options.incoming)


async def _start(options: argparse.Namespace) -> None:
    await starting.start(options.starts)


async def _cost(options: argparse.Namespace) -> None:
    await starting.cost(options.messages, options.idle_seconds)


async def _rules(options: argparse.Namespace) -> None:
    routing.decisions(options.decisions)


async def _reliability(options: argparse.Namespace) -> None:
    await reliability.measure(messages=options.slow_messages, seed=options.seed)


async def _inbox(options: argparse.Namespace) -> None:
    await inbox.measure(full_store.SMALL if options.small else full_store.FULL, options.looks)


async def _page(options: argparse.Namespace) -> None:
    await page.measure(full_store.SMALL if options.small else page.SIZE, options.loads)


async def _accepting(options: argparse.Namespace) -> None:
    await accepting.measure(options.seconds)


async def _telling(options: argparse.Namespace) -> None:
    await telling.measure(options.messages)


async def _soak(options: argparse.Namespace) -> None:
    await soak.soak(options.soak_minutes, options.seed)


_PROGRAMS: dict[str, _Run] = {
    "sending": _sending,
    "line": _line,
    "receiving": _receiving,
    "start": _start,
    "cost": _cost,
    "rules": _rules,
    "reliability": _reliability,
    "inbox": _inbox,
    "page": _page,
    "accepting": _accepting,
    "telling": _telling,
    "soak": _soak,
}


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=", ".join(_PROGRAMS))
    parser.add_argument("--messages", type=int, default=500, help="sent on instant modems")
    parser.add_argument(
        "--slow-messages", type=int, default=100, help="sent by `line` and `reliability`"
    )
    parser.add_argument("--submit-ms", type=int, default=250, help="the modem's time in `line`")
    parser.add_argument("--incoming", type=int, default=200)
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--decisions", type=int, default=2000, help="made by `rules`")
    parser.add_argument("--seed", type=int, default=1, help="of the moments in `reliability`")
    parser.add_argument("--soak-minutes", type=int, default=60)
    parser.add_argument("--idle-seconds", type=float, default=60.0)
    parser.add_argument("--looks", type=int, default=50, help="at each page in `inbox`")
    parser.add_argument("--loads", type=int, default=7, help="of each screen in `page`")
    parser.add_argument(
        "--small", action="store_true", help="a store of a fiftieth in `inbox` and `page`"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="of each in `accepting`")
    options = parser.parse_args()
    unknown = set(options.what) - set(_PROGRAMS)
    if unknown:
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    return options


async def _main(options: argparse.Namespace) -> None:
    figures.machine()
    for name in options.what or _PROGRAMS:
        await _PROGRAMS[name](options)


if __name__ == "__main__":
    asyncio.run(_main(_parse()))
