"""The route of search."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.masked import is_masked
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.search import SearchPage, SearchQuery, hit_json
from gatewayd.http.naming import whole_number
from gatewayd.http.places import no_cursor
from gatewayd.http.route import Answer, Call, Route
from gatewayd.numbers import digits_of
from gatewayd.services.tokens import Scope
from storage.errors import CursorExpired
from storage.ids import Prefix
from storage.search import reading, words
from storage.search.asked import SearchFilter


async def search(call: Call) -> web.StreamResponse:
    """Find contacts, messages and notes."""
    asked: SearchQuery = call.query
    country = call.context.settings.gateway.country
    hidden = is_masked(call.request)
    of_contact = asked.person is not None and asked.person.startswith(f"{Prefix.CONTACT}_")
    filters = SearchFilter(
        phrases=words.parse(asked.q),
        numbers=() if hidden else _numbers(asked.q, country=country),
        hidden=hidden,
        whole=whole_number(asked.q, country=country) if hidden else None,
        kind=asked.kind,
        may_see=call.author.inboxes,
        inbox=asked.inbox,
        conversation_id=asked.conversation,
        contact_id=asked.person if of_contact else None,
        author_id=None if of_contact else asked.person,
        tag=asked.tag,
        direction=asked.direction,
        since_ms=None if asked.since is None else milliseconds(asked.since),
        until_ms=None if asked.until is None else milliseconds(asked.until),
    )
    try:
        async with call.context.store.read() as tx:
            page = await reading.page(tx, filters, limit=asked.limit, cursor=asked.cursor)
    except CursorExpired as error:
        raise no_cursor() from error
    return answers.json_of(SearchPage(items=[hit_json(hit) for hit in page.items], next=page.next))


def _numbers(q: str, *, country: str) -> frozenset[str]:
    """Give the digits of what may be a part of a number, and those of the number it may be."""
    digits = digits_of(q)
    if digits is None or len(digits) < _SHORTEST:
        return frozenset()
    whole = whole_number(q, country=country)
    return frozenset({digits, *([] if whole is None else [whole.lstrip("+")])})


_SHORTEST = 2

ROUTES = (
    Route(
        method="GET",
        path="/v1/search",
        handler=search,
        access=Scope.INBOX,
        tag="Search",
        summary="Contacts, messages and notes by their words",
        description="Contacts first, then messages and notes, each newest first.",
        query=SearchQuery,
        answers={HTTPStatus.OK: Answer(model=SearchPage, description="A page")},
    ),
)
