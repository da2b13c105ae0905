"""What is done to a conversation: handed over, put to sleep, closed, tagged, blocked."""

import re
from collections.abc import Sequence

from aiohttp import web

from gatewayd.handing_over import HandOverReason
from gatewayd.http.problems import not_found
from gatewayd.http.route import CONTACTS, CONVERSATIONS
from gatewayd.services.conversations import LONGEST_SLEEP_MS, NoSuchAssignee
from gatewayd.web.conversation_pages import PLACE, place_of
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.formats import local_moment
from gatewayd.web.languages import N_
from gatewayd.web.open_conversation import named_conversation
from gatewayd.web.reasons import REASONS
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.tags import tags_of
from storage.conversations.acts import ActOutcome
from storage.conversations.states import Act
from storage.editing import Edit

_CLOSED = N_("Closed.")
_REOPENED = N_("Open again.")
_SNOOZED = N_("Sleeps until %(time)s, or until the customer writes.")
_HANDED = N_("Handed to %(name)s.")
_GIVEN_BACK = N_("It is nobody’s now.")
_NOT_NOW = N_("It is closed. Open it again first.")
_NOBODY = N_("They are not here any more. Choose somebody else.")
_NO_TIME = N_("Choose a time that is still to come.")
_TOO_LATE = N_("Choose a time within a year.")
_TAGGED = N_("Saved")
_BLOCKED = N_("Blocked. What they send is kept, and bothers nobody.")
_UNBLOCKED = N_("Not blocked any more.")
_CHANGED = N_("Somebody changed it just now. Look again.")
_LONGEST_NOTE = 5000


async def close(visit: Visit) -> web.StreamResponse:
    """Let it be over; it can be taken back."""
    row = await named_conversation(visit)
    outcome = await visit.request.app[CONVERSATIONS].act(row.id, Act.CLOSE, by=visit.author)
    flash = Flash(message=_CLOSED, undo=place_of(visit, "reopen"))
    return _done(visit, outcome, flash)


async def reopen(visit: Visit) -> web.StreamResponse:
    """Let it be our turn."""
    row = await named_conversation(visit)
    outcome = await visit.request.app[CONVERSATIONS].act(row.id, Act.REOPEN, by=visit.author)
    return _done(visit, outcome, Flash(message=_REOPENED))


async def snooze(visit: Visit) -> web.StreamResponse:
    """Let it be nobody's turn until a time."""
    row = await named_conversation(visit)
    chosen = visit.field("until")
    until_ms = int(chosen) if re.fullmatch(r"[0-9]{13}", chosen) else None
    if visit.field("at"):
        until_ms = local_moment(visit.field("at"), visit.formats.zone)
    if until_ms is None or until_ms <= visit.formats.now_ms:
        return _wrong(visit, _NO_TIME)
    if until_ms > visit.formats.now_ms + LONGEST_SLEEP_MS:
        return _wrong(visit, _TOO_LATE)
    outcome = await visit.request.app[CONVERSATIONS].act(
        row.id, Act.SNOOZE, by=visit.author, until_ms=until_ms
    )
    flash = Flash(
        message=_SNOOZED,
        values={"time": visit.formats.inside(until_ms)},
        undo=place_of(visit, "reopen"),
    )
    return _done(visit, outcome, flash)


async def assign(visit: Visit) -> web.StreamResponse:
    """Hand it to a person, a team or nobody, with a note that says why; it can be taken back."""
    before = await named_conversation(visit)
    to = visit.field("to") or None
    note = visit.field("note").strip()[:_LONGEST_NOTE] or None
    reason = visit.field("reason")
    outcome = await visit.request.app[CONVERSATIONS].assign(
        before.id,
        to,
        note=note,
        reason=HandOverReason(reason) if reason in REASONS else None,
        version=None,
        by=visit.author,
    )
    if isinstance(outcome, NoSuchAssignee):
        return _wrong(visit, _NOBODY)
    after = await named_conversation(visit)
    name = after.person_name or after.team_name
    flash = Flash(
        message=_GIVEN_BACK if name is None else _HANDED,
        values={} if name is None else {"name": name},
        undo=place_of(visit, "assign"),
        undo_fields={"to": before.person_id or before.team_id or ""},
    )
    return _done(visit, outcome, flash)


async def tag(visit: Visit) -> web.StreamResponse:
    """Set its tags."""
    row = await named_conversation(visit)
    outcome = await visit.request.app[CONVERSATIONS].describe(
        row.id, priority=None, tags=tags_of(visit.field("tags")), version=None, by=visit.author
    )
    return _done(visit, outcome, Flash(message=_TAGGED))


async def block(visit: Visit) -> web.StreamResponse:
    """Keep the contact's messages apart from now on, or no longer."""
    row = await named_conversation(visit)
    blocked = visit.field("blocked") == "yes"
    outcome = await visit.request.app[CONTACTS].set_blocked(
        row.contact_id, blocked=blocked, by=visit.author
    )
    flash = Flash(
        message=_BLOCKED if blocked else _UNBLOCKED,
        undo=place_of(visit, "block"),
        undo_fields={"blocked": "no" if blocked else "yes"},
    )
    if outcome is Edit.NOT_FOUND:
        raise not_found(f"contact {row.contact_id!a}")
    return go_to(place_of(visit), flash=flash)


def _done(visit: Visit, outcome: ActOutcome, flash: Flash) -> web.StreamResponse:
    match outcome:
        case ActOutcome.DONE:
            return go_to(place_of(visit), flash=flash)
        case ActOutcome.NOT_NOW:
            return _wrong(visit, _NOT_NOW)
        case ActOutcome.CHANGED_MEANWHILE:
            return _wrong(visit, _CHANGED)
        case ActOutcome.NOT_FOUND:
            raise not_found(f"conversation {visit.named('id')!a}")


def _wrong(visit: Visit, message: str) -> web.StreamResponse:
    return go_to(place_of(visit), flash=Flash(message=message, tone=Tone.ERROR))


_ACTS = {
    "close": close,
    "reopen": reopen,
    "snooze": snooze,
    "assign": assign,
    "tag": tag,
    "block": block,
}

ROUTES: Sequence[PageRoute] = tuple(
    PageRoute(method="POST", path=f"{PLACE}/{word}", handler=handler)
    for word, handler in _ACTS.items()
)
