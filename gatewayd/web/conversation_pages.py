"""Pages of one conversation: reading it, and what is done there."""

from aiohttp import web

from gatewayd.answering import Unanswerable
from gatewayd.http.problems import not_found
from gatewayd.http.route import CONVERSATIONS
from gatewayd.services.conversations import Conversations
from gatewayd.services.drafts import Draft, Refused
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.inbox_pages import list_pane
from gatewayd.web.languages import N_
from gatewayd.web.open_conversation import OpenConversation, open_conversation
from gatewayd.web.refusals import refusal_words
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage.conversations.reading import ConversationRow

_ANSWERS_KEPT = 5000


async def show(visit: Visit) -> web.StreamResponse:
    """Show a conversation beside its list."""
    opened = await open_conversation(visit, visit.named("id"))
    return await _page(visit, opened)


async def show_contact(visit: Visit) -> web.StreamResponse:
    """Show the contact's panel by itself, where there is room for one only."""
    opened = await open_conversation(visit, visit.named("id"))
    return await _page(visit, opened, shown="contact")


async def _page(
    visit: Visit, opened: OpenConversation, *, shown: str = "conversation"
) -> web.StreamResponse:
    parts = {
        "conversation": "inbox/conversation.html",
        "timeline": "inbox/timeline.html",
        "contact": "inbox/contact.html",
    }
    if visit.part in parts:
        return page(visit, "", parts=parts, open=opened, view=visit.named("view"))
    return page(
        visit,
        "inbox/inbox.html",
        pane=await list_pane(visit, visit.named("view")),
        open=opened,
        view=visit.named("view"),
        shown=shown,
    )


async def answer(visit: Visit) -> web.StreamResponse:
    """Send what was written, or keep it as a note."""
    row = await _named(visit)
    text = visit.field("text")
    back = f"/inbox/{visit.named('view')}/{row.id}"
    if not text.strip():
        return go_to(back)
    service = _service(visit)
    if visit.field("as") == "note":
        await service.note(row.id, text[:_ANSWERS_KEPT], by=visit.author)
        return go_to(back, flash=Flash(message=N_("Noted. Only your colleagues see it.")))
    result = await service.answer(
        row,
        Draft(to=row.number, text=text),
        author=visit.author,
        key=None,
        answer=lambda _: {},
    )
    if isinstance(result, Refused):
        return _refused(back, result.refusals[0].code, result.refusals[0].detail)
    if isinstance(result, Unanswerable):
        return _refused(back, result.code, result.reason)
    return go_to(back)


def _refused(back: str, code: str, detail: str) -> web.StreamResponse:
    message, values = refusal_words(code, detail)
    return go_to(back, flash=Flash(message=message, values=values, tone=Tone.ERROR))


def _service(visit: Visit) -> Conversations:
    return visit.request.app[CONVERSATIONS]


async def _named(visit: Visit) -> ConversationRow:
    row = await _service(visit).get(visit.named("id"))
    if row is None:
        raise not_found(f"conversation {visit.named('id')!a}")
    return row


_PLACE = "/inbox/{view}/{id}"

ROUTES = (
    PageRoute(method="GET", path=_PLACE, handler=show),
    PageRoute(method="GET", path=f"{_PLACE}/contact", handler=show_contact),
    PageRoute(method="POST", path=f"{_PLACE}/answer", handler=answer),
)
