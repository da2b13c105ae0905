from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from modem.virtual.ledger import Happening, Ledger, facts
from modem.virtual.scheduler import ManualScheduler

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_entries_are_counted_watched_and_written_as_they_happen(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(now=lambda: NOON, path=path)
    seen = []
    stop = ledger.watch(seen.append)
    first = ledger.record(Happening.ACCEPTED, number="+1", peer="+2", text="é", pdu=b"\x01\xff")
    stop()
    ledger.record(Happening.DELETED, number="+1")
    assert seen == [first]
    assert ledger.counts == {Happening.ACCEPTED: 1, Happening.DELETED: 1}
    written = [json.loads(line) for line in path.read_text().splitlines()]
    assert written == [facts(entry) for entry in ledger.entries]
    assert written[0] == {
        "sequence": 1,
        "at": "2026-03-02T12:00:00.000000Z",
        "what": "accepted",
        "number": "+1",
        "peer": "+2",
        "text": "é",
        "pdu": "01FF",
    }
    ledger.close()
    ledger.close()


def test_the_manual_clock_runs_what_falls_due_in_order() -> None:
    clock = ManualScheduler()
    ran: list[str] = []
    clock.call_later(2, lambda: ran.append("late"))
    clock.call_later(1, lambda: clock.call_later(0.5, lambda: ran.append("nested")))
    clock.call_later(1, lambda: ran.append("dropped")).cancel()
    clock.advance(1.5)
    assert ran == ["nested"]
    clock.advance(1)
    assert ran == ["nested", "late"]
