"""The inbox over a full store: lists, timelines, counts and search, in the store and over HTTP.

The store is made once, in the folder for temporary files, and used again while the schema and what
fills it stay as they are.
"""

import asyncio
import hashlib
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import CreateTable

from gatewayd.clock import to_rfc3339
from storage.conversations import reading as conversations
from storage.conversations import reads, views
from storage.engine import Store
from storage.schema import SQLITE_SEARCH, metadata
from storage.search import reading, words
from storage.search.asked import SearchFilter
from tests.benchmarks import figures, full_store
from tests.benchmarks.full_store import PEOPLE, RARE, Size
from tests.benchmarks.harness import Daemon

MOST_MS = 100
_DAY_MS = 86_400_000
_BUSY = "cnv_" + f"{77:026}"

SEARCHES: Mapping[str, Mapping[str, str]] = {
    "a rare word": {"q": f"{RARE} "},
    "a common word": {"q": "merci "},
    "the most common word": {"q": "je "},
    "two common words": {"q": "merci bonjour "},
    "a beginning of 2 letters": {"q": "me"},
    "a beginning of 5 letters": {"q": "comma"},
    "a phrase": {"q": '"je vous"'},
    "a part of a number": {"q": "514 2000"},
    "a name": {"q": "tremblay"},
    "a common word, the smallest inbox": {"q": "merci ", "inbox": "quai"},
    "… one customer": {"q": "merci ", "person": f"con_{77:026}"},
    "… one colleague": {"q": "merci ", "person": PEOPLE[3]},
    "… a rare tag": {"q": "merci ", "tag": "vip"},
    "… a common tag": {"q": "merci ", "tag": "devis"},
    "… outgoing, before two years ago": {"q": "merci ", "direction": "out", "until": "-730"},
}
LISTS: Mapping[str, Mapping[str, str]] = {
    "all": {},
    "open": {"state": "open"},
    "closed": {"state": "closed"},
    "snoozed": {"state": "snoozed"},
    "mine": {"assignee": PEOPLE[3]},
    "nobody's": {"assignee": "none"},
    "open and nobody's": {"assignee": "none", "state": "open"},
    "the customer waits": {"waiting": "true"},
    "held": {"held": "true"},
    "the smallest inbox": {"inbox": "quai"},
    "a common tag": {"tag": "devis"},
    "by name": {"q": "tremblay"},
    "by number": {"q": "514 2000 077"},
}


async def measure(size: Size, times: int) -> None:
    """Print medians and 95th percentiles of each."""
    folder = place_of(size)
    figures.heading(f"A store of {size.conversations:,} conversations, {size.messages:,} messages")
    started = perf_counter()
    path = await asyncio.to_thread(full_store.fill, folder, size)
    figures.row("made in", f"{perf_counter() - started:.0f} s")
    figures.row("file", f"{path.stat().st_size / 2**20:.0f} MiB")
    await _in_the_store(folder, times)
    await _over_http(folder, times)


def place_of(size: Size) -> Path:
    """Give the folder of a store of this size, made by this schema."""
    return Path(tempfile.gettempdir()) / f"gatewayd-full-{size.name}-{_fingerprint()}"


def _fingerprint() -> str:
    """Tell the schema and what fills it from others."""
    tables = (str(CreateTable(t).compile(dialect=_DIALECT)) for t in metadata.sorted_tables)
    filling = Path(full_store.__file__).read_text(encoding="utf-8")
    all_of_it = "\n".join([*tables, *SQLITE_SEARCH, filling])
    return hashlib.sha256(all_of_it.encode()).hexdigest()[:8]


_DIALECT = sqlite.dialect()


async def _in_the_store(folder: Path, times: int) -> None:
    figures.heading(f"First page of 50 in the store, {times} times")
    store = await Store.open(data_dir=folder)
    try:
        for what, look in _looks().items():
            spans = []
            for _ in range(times):
                begun = perf_counter()
                async with store.read() as tx:
                    await look(tx)
                spans.append(perf_counter() - begun)
            figures.spread(what, spans, most_median_ms=MOST_MS)
    finally:
        await store.close()


_Look = Callable[[AsyncConnection], Awaitable[object]]


def _looks() -> Mapping[str, _Look]:
    """What is looked for in the store itself, where no other process' turn is waited for."""
    found: dict[str, _Look] = {}
    for what in (
        "a rare word",
        "a common word",
        "a beginning of 2 letters",
        "a phrase",
        "a common word, the smallest inbox",
    ):
        query = SEARCHES[what]
        asked = SearchFilter(phrases=words.parse(query["q"]), inbox=query.get("inbox"))
        found[f"search: {what}"] = partial(_search, asked)
    found["search: a common word, who sees the smallest inbox only"] = partial(
        _search, SearchFilter(phrases=words.parse("merci "), may_see=frozenset({"quai"}))
    )
    everything = conversations.ConversationFilter()
    found["conversations: all"] = lambda tx: conversations.page(tx, everything, limit=50)
    unread = conversations.ConversationFilter(unread_by=PEOPLE[3])
    found["conversations: unread to a person"] = lambda tx: conversations.page(tx, unread, limit=50)
    found["a timeline"] = lambda tx: conversations.entries(tx, _BUSY, limit=50)
    found["counts of the lists"] = lambda tx: views.counts(
        tx, person_id=PEOPLE[3], team_ids=(), inboxes=None, now_ms=full_store.now_ms()
    )
    found["… in two inboxes"] = lambda tx: views.counts(
        tx,
        person_id=PEOPLE[3],
        team_ids=(),
        inboxes=frozenset({"ventes", "quai"}),
        now_ms=full_store.now_ms(),
    )
    found["open, by whose they are"] = lambda tx: reads.tally(tx, inboxes=None)
    found["unread, by whose they are"] = lambda tx: reads.tally(
        tx, inboxes=None, unread_by=PEOPLE[3]
    )
    found["unread of a page"] = _unread_of_a_page
    return found


async def _search(asked: SearchFilter, tx: AsyncConnection) -> None:
    await reading.page(tx, asked, limit=50)


async def _unread_of_a_page(tx: AsyncConnection) -> None:
    page = await conversations.page(tx, conversations.ConversationFilter(), limit=50)
    await reads.unread_of(tx, PEOPLE[3], [row.id for row in page.items])


async def _over_http(folder: Path, times: int) -> None:
    with tempfile.TemporaryDirectory(prefix="gw-bench-") as name:
        place = Path(name)
        (place / "gw.toml").write_text(_config(place, folder), encoding="utf-8")
        daemon = await _start(place)
        try:
            await daemon.answers("/readyz")
            figures.heading(f"First page of 50 over HTTP, {times} times: search")
            for what, query in SEARCHES.items():
                await _time(daemon, f"search: {what}", _address("/v1/search", query), times)
            figures.heading(f"First page of 50 over HTTP, {times} times: conversations")
            for what, query in LISTS.items():
                await _time(daemon, what, _address("/v1/conversations", query), times)
            await _time(daemon, "a timeline", f"/v1/conversations/{_BUSY}", times)
        finally:
            await daemon.stop()


async def _start(place: Path) -> Daemon:
    with (place / "log").open("ab") as log:
        started = perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gatewayd", "--config", str(place / "gw.toml"), "run"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    return Daemon(place, process, started)


def _config(place: Path, data: Path) -> str:
    return f"""[gateway]
name = "Benchmark"
country = "CA"
data_dir = "{data}"

[http]
listen = "127.0.0.1:0"
socket = "{place}/gw.sock"

[[modems]]
name = "counter"
device = "virtual:"
"""


def _address(path: str, query: Mapping[str, str]) -> str:
    values = dict(query)
    if "until" in values:
        values["until"] = to_rfc3339(full_store.now_ms() + int(values["until"]) * _DAY_MS)
    return f"{path}?{urlencode(values)}"


async def _time(daemon: Daemon, what: str, address: str, times: int) -> None:
    spans: list[float] = []
    found: Sequence[Any] = ()
    for _ in range(times):
        begun = perf_counter()
        async with daemon.http.get(address) as answer:
            if not answer.ok:
                raise RuntimeError(f"{address}: {answer.status} {await answer.text()}")
            page = await answer.json()
        spans.append(perf_counter() - begun)
        found = page["items"] if "items" in page else page["timeline"]["items"]
    figures.spread(f"{what} ({len(found)})", spans, most_median_ms=MOST_MS)
