"""What a search finds in messages and notes, beside the names and numbers of a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.tokens import Principal
from storage.search import reading, words
from storage.search.asked import Kind, SearchFilter
from storage.search.reading import Hit
from storage.search.snippet import Snippet

_MOST = 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a snippet; ``is_match``: it is what was looked for."""

    text: str
    is_match: bool


async def found_in_texts(tx: AsyncConnection, q: str, *, by: Principal) -> Sequence[Hit]:
    """Find the newest messages and notes with these words, in the inboxes that somebody sees."""
    hits: list[Hit] = []
    for kind in (Kind.MESSAGE, Kind.NOTE):
        asked = SearchFilter(phrases=words.parse(q), kind=kind, may_see=by.inboxes)
        hits += (await reading.page(tx, asked, limit=_MOST)).items
    return sorted(hits, key=lambda hit: hit.at_ms, reverse=True)[:_MOST]


def pieces(snippet: Snippet) -> Iterator[Piece]:
    """Cut a snippet where what was found begins and ends."""
    end = 0
    for first, last in snippet.ranges:
        yield Piece(snippet.text[end:first], is_match=False)
        yield Piece(snippet.text[first:last], is_match=True)
        end = last
    yield Piece(snippet.text[end:], is_match=False)
