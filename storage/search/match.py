"""Owns what SQLite's FTS5 is asked: its query language, and the tables that answer it.

Every word goes in as a quoted string, so that nothing people type is a part of the language.
"""

from collections.abc import Collection, Sequence
from enum import Enum

from sqlalchemy import ColumnElement, TableClause, bindparam, column, func, literal_column, table

from storage.search.words import Phrase

OPENS, CLOSES = "\ufdd0", "\ufdd1"
"""Stand around what was found in a marked text: noncharacters, which no text should have."""


class Facet(Enum):
    """What narrows a search within the index; the value begins the word that stands for it."""

    INBOX = "\ue000"
    DIRECTION = "\ue001"
    CONVERSATION = "\ue002"
    AUTHOR = "\ue003"

    def word(self, value: str) -> str:
        """Give the word for one value, as storage.schema.search writes it."""
        if self in {Facet.INBOX, Facet.AUTHOR}:
            return f"{self.value}{value.encode().hex()}"
        return f"{self.value}{value.replace('_', '')}"


Facets = Sequence[tuple[Facet, Collection[str]]]
"""One of the values of each."""


def index_of(searched: str) -> TableClause:
    """Give the index of a table."""
    return table(f"{searched}_search", column("rowid"))


def matches(index: TableClause, query: str) -> ColumnElement[bool]:
    """Whether a row of the index is what a query asks for."""
    return literal_column(index.name).op("MATCH", is_comparison=True)(bindparam(None, query))


def marked(index: TableClause, place: int) -> ColumnElement[str | None]:
    """Give the text of a column of the index with what was found between OPENS and CLOSES."""
    return func.highlight(literal_column(index.name), place, OPENS, CLOSES)


def text_query(phrases: Sequence[Phrase], facets: Facets) -> str:
    """Ask for texts with all phrases and one value of each facet."""
    asked = [f"words : ({_all(phrases)})"]
    for facet, values in facets:
        asked.append(f"facets : ({' OR '.join(_quoted(facet.word(value)) for value in values)})")
    return " AND ".join(asked)


def contact_query(phrases: Sequence[Phrase], numbers: Collection[str]) -> str:
    """Ask for contacts with all phrases, or a number with one of these rows of digits in it."""
    # A contact's numbers are indexed by all of their ends: what begins one lies within the number.
    asked = [_all([Phrase(one.text, one.begins or one.is_digits) for one in phrases])]
    asked += [f"numbers : ({_quoted(digits)} *)" for digits in numbers]
    return " OR ".join(f"({one})" for one in asked)


def unnumbered_query(phrases: Sequence[Phrase], ending: str | None) -> str:
    """Ask for contacts with all phrases in name or notes, or a number that ends in these digits."""
    asked = f"{{name notes}} : ({_all(phrases)})"
    return asked if ending is None else f"({asked}) OR (numbers : ({_quoted(ending)}))"


def name_query(phrases: Sequence[Phrase], numbers: Collection[str]) -> str:
    """Ask for contacts as ``contact_query``, without what is noted about them."""
    return f"{{name numbers}} : ({contact_query(phrases, numbers)})"


def names_only(phrases: Sequence[Phrase]) -> str:
    """Ask for contacts with all phrases in their name."""
    return f"name : ({_all(phrases)})"


def _all(phrases: Sequence[Phrase]) -> str:
    return " AND ".join(_one(phrase) for phrase in phrases)


def _one(phrase: Phrase) -> str:
    ending = " *" if phrase.begins else ""
    spelt = " OR ".join(_quoted(text) + ending for text in phrase.spellings)
    return f"({spelt})"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
