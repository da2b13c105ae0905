"""The rulebook as the settings change it: a part at a time, each a new version of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from gatewayd.http.problems import Problem
from gatewayd.http.route import RULES
from gatewayd.services.ranks import Forbidden
from gatewayd.services.rulebook import UnfitBook
from gatewayd.web.route import Visit
from routing import rulesfile
from routing.rulebook import InboxRules, Rulebook
from storage.editing import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBook:
    """The book in force, to change a part of it."""

    book: Rulebook
    version: int

    def inbox(self, name: str) -> InboxRules:
        """Give what is set for an inbox."""
        return self.book.inboxes.get(name, InboxRules())

    def with_inbox(self, name: str, rules: InboxRules) -> Rulebook:
        """Give the book with something else set for an inbox."""
        return replace(self.book, inboxes={**self.book.inboxes, name: rules})


async def open_book(visit: Visit) -> OpenBook:
    """Read the book in force; raises Problem where it cannot be read any more."""
    row = await visit.request.app[RULES].current()
    read = rulesfile.from_document(row.document)
    if read.book is None:
        raise Problem(
            HTTPStatus.CONFLICT,
            "rules_unreadable",
            "the rules in force cannot be read any more; mend them under Settings, Rules",
        )
    return OpenBook(book=read.book, version=row.version)


async def put_book(
    visit: Visit, book: Rulebook, *, version: int | None
) -> Edit | UnfitBook | Forbidden:
    """Put a book in force; ``version`` is the one that was looked at."""
    return await put_document(visit, rulesfile.to_document(book), version=version)


async def put_document(
    visit: Visit, document: Mapping[str, Any], *, version: int | None
) -> Edit | UnfitBook | Forbidden:
    """Put a document in force."""
    return await visit.request.app[RULES].replace(document, version=version, by=visit.author)
