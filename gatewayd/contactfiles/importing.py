"""Taking in a file of contacts: some rows a transaction, and the same file again changes nothing.

What a file gives and is not empty goes before what is known; tags and numbers are added, nothing
is taken away, and consent is not touched. A row that is not clear is left out and told.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.contactfiles.cards import Field, FileFormat, RowProblem
from gatewayd.contactfiles.rows import Row, rows_of
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.services.audits import Audits
from gatewayd.services.tokens import Principal
from storage import contact_import
from storage.contact_import import Known
from storage.contacts import ContactRow
from storage.engine import Store

_AT_ONCE = 50  # rows a transaction: messages must not wait long for the store's one writer
_MOST_TAGS = 50


class Became(StrEnum):
    """What a row made of a contact."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFile:
    """What is to be taken in; ``dry_run``: only tell what would become of it."""

    data: bytes
    format: FileFormat
    mapping: Mapping[str, Field | None]
    dry_run: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a file; problems in the order of its lines."""

    rows: int
    became: Counter[Became]
    problems: Sequence[RowProblem]
    ignored: Sequence[str]


class Imports:
    """Takes files in: an audit entry before, a hint after each commit."""

    def __init__(
        self, *, settings: Settings, store: Store, bus: Bus, clock: Clock, audits: Audits
    ) -> None:
        self._country = settings.gateway.country
        self._store = store
        self._bus = bus
        self._clock = clock
        self._audits = audits

    async def run(self, file: ContactFile, *, by: Principal) -> Imported:
        """Take a file in; raises UnreadableFileError where it is none as a whole."""
        rows = await asyncio.to_thread(
            rows_of, file.data, file.format, file.mapping, country=self._country
        )
        if not file.dry_run:
            data = {"format": file.format.value, "rows": str(rows.count)}
            await self._audits.note("contacts.imported", "contacts", by=by, data=data)
        became, problems = Counter[Became](), list(rows.problems)
        seen: dict[str, int] = {}
        for start in range(0, len(rows.good), _AT_ONCE):
            portion = rows.good[start : start + _AT_ONCE]
            store = self._store
            async with store.read() if file.dry_run else store.write(takes_long=True) as tx:
                for step in await _steps(tx, portion, seen):
                    if isinstance(step, _Step) and not file.dry_run:
                        step = await self._take(tx, step, by)  # noqa: PLW2901 - what became of it
                    if isinstance(step, RowProblem):
                        problems.append(step)
                    else:
                        became[step.became] += 1
            if not file.dry_run:
                self._bus.publish(Topic.JOURNAL)
        problems.sort(key=lambda problem: problem.line)
        return Imported(rows=rows.count, became=became, problems=problems, ignored=rows.ignored)

    async def _take(
        self, tx: AsyncConnection, step: "_Step", by: Principal
    ) -> "_Step | RowProblem":
        now_ms = self._clock.now_ms()
        match step.became:
            case Became.CREATED:
                await contact_import.create(tx, step.known, by=by.id, now_ms=now_ms)
            case Became.UPDATED if step.before is not None:
                done = await contact_import.complete(
                    tx, step.before, step.known, by=by.id, now_ms=now_ms
                )
                if not done:
                    detail = "somebody else changed this contact just now; import the file again"
                    return RowProblem(
                        line=step.line, field="row", code="changed_meanwhile", detail=detail
                    )
            case _:
                pass
        return step


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What is to be done for a row."""

    line: int
    became: Became
    before: ContactRow | None
    known: Known


async def _steps(
    tx: AsyncConnection, rows: Sequence[Row], seen: dict[str, int]
) -> list[_Step | RowProblem]:
    """Decide for each row; ``seen`` are the contacts that earlier rows were, with their lines."""
    external_ids = {row.external_id for row in rows if row.external_id is not None}
    numbers = {number for row in rows for number in row.addresses}
    found = await contact_import.known(tx, external_ids=external_ids, numbers=numbers)
    by_number = {number: contact for contact in found for number in contact.numbers}
    by_number.pop(UNKNOWN_SENDER, None)
    by_id = {contact.external_id: contact for contact in found if contact.external_id is not None}
    decided = list[_Step | RowProblem]()
    for row in rows:
        owners = {
            by_number[number].id: by_number[number]
            for number in row.addresses
            if number in by_number
        }
        named = None if row.external_id is None else by_id.get(row.external_id)
        before = named or next(iter(owners.values()), None)
        problem = next(_unclear(row, owners, before, by_number, seen), None)
        if before is not None and problem is None:
            seen[before.id] = row.line
        decided.append(problem or _step(row, before))
    return decided


def _unclear(
    row: Row,
    owners: Mapping[str, ContactRow],
    before: ContactRow | None,
    by_number: Mapping[str, ContactRow],
    seen: Mapping[str, int],
) -> Iterator[RowProblem]:
    """Tell why it is not clear what a row means."""
    for address, bad in row.odd.items():
        if address not in by_number:
            detail = f"{address[:64]!r} is no number to text: {bad.reason}"
            said = {"number": address[:64], "why": bad.code, "reason": bad.reason}
            yield _problem(row, "phone", "not_a_number", detail, **said)
    if before is None:
        if not row.numbers:
            detail = "nobody is known by it, and a new contact needs a number"
            yield _problem(row, "phone", "number_needed", detail)
        return
    if set(owners) - {before.id}:
        detail = "a number belongs to another contact; see who is one person"
        yield _problem(row, "phone", "number_of_another", detail)
    if row.external_id is not None and before.external_id not in {None, row.external_id}:
        detail = "the contact with this number has another one"
        yield _problem(row, "external_id", "another_id", detail)
    if before.id in seen:
        first = str(seen[before.id])
        detail = f"it is the same contact as line {first}"
        yield _problem(row, "row", "row_same", detail, first=first)
    if len(row.tags.union(before.tags)) > _MOST_TAGS:
        detail = f"with those it has already it has more than {_MOST_TAGS}"
        yield _problem(row, "tags", "many_tags", detail, most=str(_MOST_TAGS))


def _problem(row: Row, field: str, code: str, detail: str, **values: str) -> RowProblem:
    return RowProblem(line=row.line, field=field, code=code, detail=detail, values=values)


def _step(row: Row, before: ContactRow | None) -> _Step:
    if before is None:
        known = Known(values=row.values, tags=row.tags, numbers=row.numbers)
        return _Step(line=row.line, became=Became.CREATED, before=None, known=known)
    has = {
        "name": before.name,
        "language": before.language,
        "notes": before.notes,
        "external_id": before.external_id,
    }
    values = {
        name: value for name, value in row.values.items() if _lines(value) != _lines(has[name])
    }
    numbers = [number for number in row.numbers if number not in before.numbers]
    changes = values or numbers or row.tags - set(before.tags)
    known = Known(values=values, tags=row.tags.union(before.tags), numbers=numbers)
    became = Became.UPDATED if changes else Became.UNCHANGED
    return _Step(line=row.line, became=became, before=before, known=known)


def _lines(text: str | None) -> str | None:
    """Make the ends of lines alike, which files write in three ways."""
    return None if text is None else text.replace("\r\n", "\n").replace("\r", "\n")
