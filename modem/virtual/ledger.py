"""The ledger: what the network saw, counted from outside the gateway.

Owns the record of every accepted submit, every delivery into a modem, every report and every
deletion, in the order they happened, in memory and optionally as JSON lines in a file. Raw PDUs are
always kept, so that an audit need not trust any decoder. Knows nothing of the gateway.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path


class Happening(StrEnum):
    """What a ledger entry tells."""

    ACCEPTED = "accepted"  # the network took a submit; its author may not have been told
    REFUSED = "refused"  # the network refused a submit; `detail` is the cause
    TEXT = "text"  # all parts of an accepted message are there; `text` is the whole
    DELIVERED = "delivered"  # a message went into a modem; `detail` is "SM 3" or "pushed"
    REPORTED = "reported"  # a status report went into a modem
    RETURNED = "returned"  # a pushed PDU was not acknowledged and went back to the network
    DELETED = "deleted"  # the computer deleted a stored PDU
    USSD = "ussd"  # a code or a reply came through; `text` is what was asked
    PIN = "pin"  # a PIN was typed; `detail` is "right" or "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One happening. `number` is the modem's own; `peer` the other party; `pdu` upper-case hex."""

    sequence: int
    at: str  # RFC 3339, UTC, microseconds
    what: Happening
    number: str
    peer: str | None = None
    reference: int | None = None  # TP-MR of a submit or a report
    part: int | None = None
    parts: int | None = None
    text: str | None = None
    report: bool | None = None  # a status report was asked for
    status: int | None = None  # TP-ST of a report
    detail: str | None = None
    pdu: str | None = None


class Ledger:
    """An append-only record. `path`, if given, gets one JSON object a line, flushed each time."""

    def __init__(self, *, now: Callable[[], datetime], path: Path | None = None) -> None:
        self._now = now
        self._entries: list[Entry] = []
        self._watchers: list[Callable[[Entry], None]] = []
        self._file: TextIO | None = None if path is None else path.open("a", encoding="utf-8")
        self.counts: Counter[Happening] = Counter()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Everything so far, oldest first."""
        return tuple(self._entries)

    def since(self, sequence: int) -> tuple[Entry, ...]:
        """Return the entries after this sequence number (0: all)."""
        return tuple(self._entries[max(0, sequence) :])

    def of(self, what: Happening) -> tuple[Entry, ...]:
        """Return the entries of one kind, oldest first."""
        return tuple(entry for entry in self._entries if entry.what == what)

    def watch(self, callback: Callable[[Entry], None]) -> Callable[[], None]:
        """Call `callback` for each new entry; returns a function that ends this."""
        self._watchers.append(callback)

        def stop() -> None:
            self._watchers.remove(callback)

        return stop

    def record(
        self,
        what: Happening,
        *,
        number: str,
        peer: str | None = None,
        reference: int | None = None,
        part: int | None = None,
        parts: int | None = None,
        text: str | None = None,
        report: bool | None = None,
        status: int | None = None,
        detail: str | None = None,
        pdu: bytes | None = None,
    ) -> Entry:
        """Append one entry, stamped with the network's clock."""
        entry = Entry(
            sequence=len(self._entries) + 1,
            at=self._now().isoformat(timespec="microseconds").replace("+00:00", "Z"),
            what=what,
            number=number,
            peer=peer,
            reference=reference,
            part=part,
            parts=parts,
            text=text,
            report=report,
            status=status,
            detail=detail,
            pdu=None if pdu is None else pdu.hex().upper(),
        )
        self._entries.append(entry)
        self.counts[what] += 1
        if self._file is not None:
            self._file.write(json.dumps(facts(entry), ensure_ascii=True) + "\n")
            self._file.flush()
        for watcher in tuple(self._watchers):
            watcher(entry)
        return entry

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None


def facts(entry: Entry) -> dict[str, str | int | bool]:
    """Return an entry as plain JSON values, without the fields that say nothing."""
    return {key: value for key, value in asdict(entry).items() if value is not None}
