"""Pages of the inbox's lists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.numbers import digits_of
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.views import VIEWS, View, views_for
from storage.conversations import previews, reading
from storage.conversations.previews import PreviewRow
from storage.conversations.reading import ConversationRow

_ON_A_PAGE = 40
_MOST_ROWS = 400
_LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A conversation as a list shows it."""

    row: ConversationRow
    preview: PreviewRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPane:
    """The first pane: which list, what is in it, and where it goes on."""

    view: View
    views: Sequence[View]
    items: Sequence[Listed]
    q: str
    more: str | None
    """The query of the page after."""
    asked: str
    """The query of this page, to keep it when a conversation is opened."""


async def list_pane(visit: Visit, key: str) -> ListPane:
    """Read a list as the request asks for it."""
    views = views_for(visit.person_id)
    view = VIEWS.get(key)
    if view is None or view not in views:
        raise not_found(f"list {key!a}")
    query = visit.request.query
    q = query.get("q", "").strip()[:_LONGEST_SEARCH]
    before = query.get("before", "")
    filters = replace(view.filter(visit.person_id), may_see=visit.author.inboxes)
    if q:
        filters = replace(filters, q=q, digits=digits_of(q))
    async with visit.context.store.read() as tx:
        found = await reading.page(
            tx,
            filters,
            limit=visit.rows(_ON_A_PAGE, most=_MOST_ROWS),
            before=int(before) if before.isascii() and before.isdecimal() else None,
        )
        said = await previews.of_conversations(tx, [row.id for row in found.items])
    asked = {"q": q} if q else {}
    return ListPane(
        view=view,
        views=views,
        items=[Listed(row=row, preview=said.get(row.id)) for row in found.items],
        q=q,
        more=None if found.next is None else urlencode({**asked, "before": found.next}),
        asked=f"?{urlencode(asked)}" if asked else "",
    )


async def _first(visit: Visit) -> web.StreamResponse:
    """Open the list that a reader begins with."""
    return go_to(f"/inbox/{views_for(visit.person_id)[0].key}")


async def _list(visit: Visit) -> web.StreamResponse:
    """Show a list, with no conversation beside it yet."""
    pane = await list_pane(visit, visit.named("view"))
    return page(
        visit,
        "inbox/inbox.html",
        parts={"list": "inbox/list.html", "more": "inbox/rows.html"},
        pane=pane,
        open=None,
    )


ROUTES = (
    PageRoute(method="GET", path="/", handler=_first),
    PageRoute(method="GET", path="/inbox", handler=_first),
    PageRoute(method="GET", path="/inbox/{view}", handler=_list),
)
