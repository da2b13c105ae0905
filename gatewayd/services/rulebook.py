"""Changes of the rulebook: as a whole, a template, an inbox's hours; each a new version of it.

Owns what may be stored: a book without a problem, of people, teams, inboxes and modems there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.tokens import Principal
from routing import rulesfile
from routing.hours import Hours
from routing.model import Problem, Texts
from routing.rulebook import InboxRules, Names, Rulebook, problems_with
from storage import inboxes, people, rulebook, teams
from storage.editing import Edit
from storage.engine import Store
from storage.rulebook import RulebookRow

ALWAYS_OPEN = Hours().weekly


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitBook:
    """Everything that is wrong with a book; at least one."""

    problems: tuple[Problem, ...]


class Rules:
    """The rulebook as people see and set it."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock

    async def current(self) -> RulebookRow:
        """Read the one in force."""
        async with self._store.read() as tx:
            return await rulebook.current(tx)

    async def get(self, version: int) -> RulebookRow | None:
        """Read one that is or was in force."""
        async with self._store.read() as tx:
            return await rulebook.get(tx, version)

    async def history(self, *, limit: int) -> list[RulebookRow]:
        """List the last ones, the newest first."""
        async with self._store.read() as tx:
            return await rulebook.history(tx, limit=limit)

    async def check(self, document: Mapping[str, Any]) -> UnfitBook | None:
        """Tell whether a book could be set, and set nothing."""
        async with self._store.read() as tx:
            checked = await self._checked(tx, document)
        return checked if isinstance(checked, UnfitBook) else None

    async def replace(
        self, document: Mapping[str, Any], *, version: int | None, by: Principal
    ) -> Edit | UnfitBook:
        """Put another book in force."""
        async with self._store.write() as tx:
            checked = await self._checked(tx, document)
            if isinstance(checked, UnfitBook):
                return checked
            outcome = await _add(tx, checked, version=version, by=by, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def set_template(
        self, name: str, texts: Texts, *, version: int | None, by: Principal
    ) -> Edit | UnfitBook:
        """Make or change one template."""
        return await self._edit_templates({name: texts}, without="", version=version, by=by)

    async def remove_template(
        self, name: str, *, version: int | None, by: Principal
    ) -> Edit | UnfitBook:
        """Forget one template."""
        return await self._edit_templates({}, without=name, version=version, by=by)

    async def _edit_templates(
        self, texts: Mapping[str, Texts], *, without: str, version: int | None, by: Principal
    ) -> Edit | UnfitBook:
        async with self._store.write() as tx:
            book = await readable(tx)
            if isinstance(book, UnfitBook):
                return book
            if without and without not in book.templates:
                return Edit.NOT_FOUND
            kept = {name: each for name, each in book.templates.items() if name != without}
            changed = replace(book, templates={**kept, **texts})
            checked = await self._checked(tx, rulesfile.to_document(changed))
            if isinstance(checked, UnfitBook):
                return checked
            outcome = await _add(tx, checked, version=version, by=by, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def _checked(
        self, tx: AsyncConnection, document: Mapping[str, Any]
    ) -> Rulebook | UnfitBook:
        read = rulesfile.from_document(document)
        if read.book is None:
            return UnfitBook(problems=read.problems)
        names = Names(
            people=frozenset(row.name for row in await people.list_all(tx, now_ms=0)),
            teams=frozenset(row.name for row in await teams.list_all(tx)),
            inboxes=frozenset(row.name for row in await inboxes.list_all(tx)),
            modems=frozenset(modem.name for modem in self._settings.modems),
        )
        problems = tuple(problems_with(read.book, names))
        return UnfitBook(problems=problems) if problems else read.book


async def readable(tx: AsyncConnection) -> Rulebook | UnfitBook:
    """Read the book in force, to change a part of it."""
    read = rulesfile.from_document((await rulebook.current(tx)).document)
    return UnfitBook(problems=read.problems) if read.book is None else read.book


async def set_weekly(
    tx: AsyncConnection,
    book: Rulebook,
    inbox: str,
    weekly: str | None,
    *,
    by: Principal,
    now_ms: int,
) -> None:
    """Set an inbox's hours of the week in the book in force; None is always open."""
    before = book.inboxes.get(inbox, InboxRules())
    hours = replace(before.hours, weekly=weekly or ALWAYS_OPEN)
    after = {**book.inboxes, inbox: replace(before, hours=hours)}
    await _add(tx, replace(book, inboxes=after), version=None, by=by, now_ms=now_ms)


async def _add(
    tx: AsyncConnection, book: Rulebook, *, version: int | None, by: Principal, now_ms: int
) -> Edit:
    document = rulesfile.to_document(book)
    return await rulebook.add(tx, document, version=version, by=by.id, now_ms=now_ms)
