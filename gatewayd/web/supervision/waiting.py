"""Who waits right now, how long, and whose they are; and what a manager does about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gatewayd.http.route import CONVERSATION_VIEWS, CONVERSATIONS, STAFF
from gatewayd.services.conversations import NoSuchAssignee
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.open_conversation import named_conversation
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from storage.conversations.acts import ActOutcome
from storage.conversations.reading import ConversationRow, longest_waiting
from storage.conversations.views import View

_SHOWN = 50
_LONGEST_NOTE = 5000
_PLACE = "/supervision#waiting"
_TAKEN = N_("It is yours now.")
_GIVEN = N_("Handed to %(name)s.")
_NOBODYS = N_("It is nobody’s now.")
_NOT_NOW = N_("That is not possible now: it was closed, or changed.")
_GONE = N_("They are not here any more. Choose somebody else.")
_NOTED = N_("Your note is in the conversation; the customer never sees it.")
_EMPTY_NOTE = N_("Write the note first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRow:
    """A customer who waits; ``waited_ms`` of opening time."""

    row: ConversationRow
    waited_ms: int
    overdue: bool
    away: bool
    """Whether who has it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNow:
    """Everybody who waits, and of them those who have waited longest."""

    count: int
    """Up to ``views.MOST_COUNTED``."""
    longest: Sequence[WaitingRow]


async def waiting_now(visit: Visit) -> WaitingNow:
    """List those who have waited longest first."""
    service = visit.request.app[CONVERSATION_VIEWS]
    counts = await service.counts(by=visit.author)
    async with visit.context.store.read() as tx:
        rows = await longest_waiting(tx, may_see=visit.author.inboxes, limit=_SHOWN)
        clock = await service.clock(tx)
    away = {
        person.id
        for person in await visit.request.app[STAFF].people()
        if any(absence.from_ms <= clock.now_ms for absence in person.absences)
    }
    longest = [
        WaitingRow(
            row=row,
            waited_ms=1000 * (clock.seconds(row.inbox, row.unanswered_since_ms) or 0),
            overdue=row.due_at_ms is not None and row.due_at_ms <= clock.now_ms,
            away=row.person_id in away,
        )
        for row in rows
    ]
    return WaitingNow(count=max(counts[View.WAITING], len(longest)), longest=longest)


async def _hand(visit: Visit) -> web.StreamResponse:
    """Take it over, or give it back to whom it was taken from."""
    before = await named_conversation(visit)
    to = visit.field("to") or None
    outcome = await visit.request.app[CONVERSATIONS].assign(
        before.id, to, note=None, version=None, by=visit.author
    )
    if isinstance(outcome, NoSuchAssignee):
        return go_to(_PLACE, flash=Flash(message=_GONE, tone=Tone.ERROR))
    if outcome is not ActOutcome.DONE:
        return go_to(_PLACE, flash=Flash(message=_NOT_NOW, tone=Tone.WARNING))
    after = await named_conversation(visit)
    name = after.person_name or after.team_name
    message = _NOBODYS if name is None else _TAKEN if to == visit.person_id else _GIVEN
    flash = Flash(
        message=message,
        values={"name": name} if message == _GIVEN and name else {},
        undo=f"/supervision/waiting/{before.id}/hand",
        undo_fields={"to": before.person_id or before.team_id or ""},
    )
    return go_to(_PLACE, flash=flash)


async def _whisper(visit: Visit) -> web.StreamResponse:
    """Write a note for whoever has it."""
    row = await named_conversation(visit)
    text = visit.field("text").strip()[:_LONGEST_NOTE]
    if not text:
        return go_to(_PLACE, flash=Flash(message=_EMPTY_NOTE, tone=Tone.WARNING))
    await visit.request.app[CONVERSATIONS].note(row.id, text, by=visit.author)
    return go_to(_PLACE, flash=Flash(message=_NOTED))


_ONE = "/supervision/waiting/{id}"
ROUTES = (
    PageRoute(method="POST", path=f"{_ONE}/hand", handler=_hand, access=Scope.SUPERVISE),
    PageRoute(method="POST", path=f"{_ONE}/note", handler=_whisper, access=Scope.SUPERVISE),
)
