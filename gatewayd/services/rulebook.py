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
from gatewayd.services.ranks import REACHES_FURTHER, Forbidden
from gatewayd.services.shop import ALWAYS_OPEN
from gatewayd.services.tokens import Principal
from routing import rulesfile
from routing.model import Problem, Target, Texts
from routing.reach import elsewhere
from routing.rulebook import InboxRules, Names, Rulebook, problems_with
from storage import inboxes, people, rulebook, teams
from storage.editing import Edit
from storage.engine import Store
from storage.rulebook import RulebookRow


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitBook:
    """Everything that is wrong with a book; at least one."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitTemplate(UnfitBook):
    """A template that cannot be so: what would be wrong with the book then."""


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

    async def history(self, *, limit: int, before: int | None) -> list[RulebookRow]:
        """List the last ones, or the last ``before`` a version; the newest first."""
        async with self._store.read() as tx:
            return await rulebook.history(tx, limit=limit, before=before)

    async def templates(self) -> tuple[int, Mapping[str, Texts]] | UnfitBook:
        """Give the templates, and the version that has them."""
        async with self._store.read() as tx:
            row = await rulebook.current(tx)
        read = rulesfile.from_document(row.document)
        if read.book is None:
            return UnfitBook(problems=read.problems)
        return row.version, read.book.templates

    async def check(self, document: Mapping[str, Any]) -> UnfitBook | None:
        """Tell whether a book could be set, and set nothing."""
        async with self._store.read() as tx:
            book = await checked(tx, self._settings, document)
        return book if isinstance(book, UnfitBook) else None

    async def replace(
        self, document: Mapping[str, Any], *, version: int | None, by: Principal
    ) -> Edit | UnfitBook | Forbidden:
        """Put another book in force."""
        async with self._store.write() as tx:
            book = await checked(tx, self._settings, document)
            if isinstance(book, UnfitBook):
                return book
            outcome = await _add(tx, book, version=version, by=by, now_ms=self._clock.now_ms())
        self._bus.publish(Topic.JOURNAL)
        return outcome

    async def set_template(
        self, name: str, texts: Texts | None, *, version: int | None, by: Principal
    ) -> Edit | UnfitBook | UnfitTemplate | Forbidden:
        """Make or change one template; None forgets it."""
        async with self._store.write() as tx:
            book = await readable(tx)
            if isinstance(book, UnfitBook):
                return book
            if texts is None and name not in book.templates:
                return Edit.NOT_FOUND
            templates = {each: kept for each, kept in book.templates.items() if each != name}
            if texts is not None:
                templates[name] = texts
            document = rulesfile.to_document(replace(book, templates=templates))
            changed = rulesfile.from_document(document)
            if changed.book is None:
                return UnfitTemplate(problems=changed.problems)
            now_ms = self._clock.now_ms()
            outcome = await _add(tx, changed.book, version=version, by=by, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return outcome


async def checked(
    tx: AsyncConnection, settings: Settings, document: Mapping[str, Any]
) -> Rulebook | UnfitBook:
    """Read a book that could be set, or everything that is wrong with it."""
    read = rulesfile.from_document(document)
    if read.book is None:
        return UnfitBook(problems=read.problems)
    names = Names(
        people=frozenset(row.name for row in await people.list_all(tx, now_ms=0)),
        teams=frozenset(row.name for row in await teams.list_all(tx)),
        inboxes=frozenset(row.name for row in await inboxes.list_all(tx)),
        modems=frozenset(modem.name for modem in settings.modems),
    )
    problems = tuple(problems_with(read.book, names))
    return UnfitBook(problems=problems) if problems else read.book


async def readable(tx: AsyncConnection) -> Rulebook | UnfitBook:
    """Read the book in force, to change a part of it."""
    read = rulesfile.from_document((await rulebook.current(tx)).document)
    return UnfitBook(problems=read.problems) if read.book is None else read.book


async def is_named(tx: AsyncConnection, target: Target) -> bool:
    """Whether a rule in force names a person or team, which so keeps its name."""
    book = await readable(tx)
    rules = () if isinstance(book, UnfitBook) else book.rules
    return any(target in {rule.do.assign, *rule.do.forward} for rule in rules)


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
) -> Edit | Forbidden:
    if by.inboxes is not None:
        row = await rulebook.current(tx)
        if version not in {None, row.version}:
            return Edit.CHANGED_MEANWHILE
        before = rulesfile.from_document(row.document).book
        if before is None or elsewhere(before, by.inboxes) != elsewhere(book, by.inboxes):
            return REACHES_FURTHER
    document = rulesfile.to_document(book)
    return await rulebook.add(tx, document, version=version, by=by.id, now_ms=now_ms)
