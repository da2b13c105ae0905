"""Pages of the inbox's lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from gatewayd.http.naming import called
from gatewayd.http.problems import not_found
from gatewayd.http.route import CONVERSATION_VIEWS
from gatewayd.services.conversation_views import NobodysView, OpeningClock
from gatewayd.services.reading import News, news_for
from gatewayd.services.shop import LoadedShop
from gatewayd.telling import is_reachable
from gatewayd.web.calling import unread_and_calls
from gatewayd.web.digits import number_in
from gatewayd.web.found import found_in_texts
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.shown import shown_of
from gatewayd.web.views import LISTS, List, lists_for
from storage.conversations import previews, reading
from storage.conversations.previews import PreviewRow
from storage.conversations.reading import ConversationFilter, ConversationRow
from storage.conversations.views import View
from storage.search.reading import Hit

_ON_A_PAGE = 40
_MOST_ROWS = 200
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation as a list shows it."""

    row: ConversationRow
    preview: PreviewRow | None
    unread: int
    mentions: int
    """Notes that mention the reader, who has not seen them."""
    waited_ms: int | None
    """In opening time; None where nobody waits."""
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPane:
    """The first pane: which list, what is in it, and where it goes on."""

    view: List
    views: Sequence[List]
    counts: Mapping[View, int]
    items: Sequence[Listed]
    q: str
    found: Sequence[Hit]
    """Messages and notes with the words that are looked for."""
    more: str | None
    """The query of the page after."""
    asked: str
    """The query of this page, to keep it when a conversation is opened."""
    unread: int
    """How many conversations the reader has not read, of theirs and of nobody's."""
    calls: int
    """How many of them, and of mentions, the open page is to call the reader for."""
    quiet: bool
    """Whether it is not the reader's time: nothing calls them now."""


async def list_pane(visit: Visit, key: str) -> ListPane:
    """Read a list as the request asks for it."""
    views = lists_for(visit.person_id)
    view = _named(key, views)
    q = visit.request.query.get("q", "").strip()[:_LONGEST_SEARCH]
    before = number_in(visit.request.query.get("before", ""))
    limit = shown_of(visit.request).rows_of(_ON_A_PAGE, most=_MOST_ROWS)
    service = visit.request.app[CONVERSATION_VIEWS]
    # Before the rows: what is counted as new is in the list, so that a notice can name it.
    counts = await service.counts(by=visit.author)
    async with visit.context.store.read() as tx:
        clock = await service.clock(tx)
    unread, calls = await unread_and_calls(visit, clock.loaded, mentions=counts[View.MENTIONS])
    async with visit.context.store.read() as tx:
        seen = await service.seen(tx, view.view, by=visit.author)
        if isinstance(seen, NobodysView):
            raise not_found(f"list {key!a}")
        whom = called(visit.request, q or None, country=visit.context.settings.gateway.country)
        filters = ConversationFilter(seen=seen, called=whom, may_see=visit.author.inboxes)
        found = await reading.page(tx, filters, limit=limit, before=before)
        ids = [row.id for row in found.items]
        said = await previews.of_conversations(tx, ids)
        news = await news_for(tx, visit.author, ids)
        texts = await found_in_texts(tx, q, by=visit.author) if q and before is None else ()
    return ListPane(
        view=view,
        views=views,
        counts=counts,
        items=[_listed(row, said.get(row.id), news, clock) for row in found.items],
        q=q,
        found=texts,
        more=None if found.next is None else _query(q=q, before=str(found.next)),
        asked=f"?{_query(q=q)}" if q else "",
        unread=unread,
        calls=calls,
        quiet=_is_quiet(visit, clock.loaded),
    )


def _query(**asked: str) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


def _named(key: str, views: Sequence[List]) -> List:
    view = LISTS.get(key)
    if view is None or view not in views:
        raise not_found(f"list {key!a}")
    return view


def _listed(
    row: ConversationRow, said: PreviewRow | None, news: News | None, clock: OpeningClock
) -> Listed:
    waited = clock.seconds(row.inbox, row.unanswered_since_ms)
    return Listed(
        row=row,
        preview=said,
        unread=0 if news is None else news.unread.get(row.id, 0),
        mentions=0 if news is None else news.mentions.get(row.id, 0),
        waited_ms=None if waited is None else waited * 1000,
        overdue=row.due_at_ms is not None and row.due_at_ms <= clock.now_ms,
    )


def _is_quiet(visit: Visit, loaded: LoadedShop) -> bool:
    """Whether the reader works at none of their inboxes now."""
    name = None if visit.session is None else visit.session.name
    if name is None or name not in loaded.shop.staff.people:
        return False
    now_ms = visit.formats.now_ms
    theirs = [inbox for inbox in loaded.inboxes if loaded.may_see(name, inbox)]
    return not any(is_reachable(loaded, name, inbox, now_ms=now_ms) for inbox in theirs)


async def _first(visit: Visit) -> web.StreamResponse:
    """Open the list that a reader begins with."""
    return go_to(f"/inbox/{lists_for(visit.person_id)[0].key}")


async def _list(visit: Visit) -> web.StreamResponse:
    """Show a list, with no conversation beside it yet."""
    pane = await list_pane(visit, visit.named("view"))
    return page(
        visit,
        "inbox/inbox.html",
        script_parts={"list": "inbox/list_part.html", "more": "inbox/rows.html"},
        pane=pane,
        open=None,
    )


ROUTES = (
    PageRoute(method="GET", path="/", handler=_first),
    PageRoute(method="GET", path="/inbox", handler=_first),
    PageRoute(method="GET", path="/inbox/{view}", handler=_list),
)
