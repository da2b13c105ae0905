"""What is written in a conversation: answers, notes, their length before, and their fate after."""

from http import HTTPStatus
from typing import Literal, get_args

from aiohttp import web

from gatewayd.answering import Unanswerable
from gatewayd.http.problems import not_found
from gatewayd.http.route import CONVERSATIONS, MESSAGES
from gatewayd.services.drafts import Draft, Refused
from gatewayd.services.messages import Accepted, KeyConflict
from gatewayd.services.replying import Manner, MovedOn, SeenUnknown
from gatewayd.services.tokens import Scope
from gatewayd.web.conversation_pages import PLACE, conversation_page, place_of
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.formats import local_moment
from gatewayd.web.languages import N_
from gatewayd.web.measuring import measure_part
from gatewayd.web.moved_on import moved_on as in_a_sentence
from gatewayd.web.open_conversation import Written, named_conversation, open_conversation
from gatewayd.web.refusals import refusal_words
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.tries import key_of_try
from storage import queries
from storage.outbox import CancelOutcome, ResolveOutcome

_LONGEST_NOTE = 5000
_LONGEST_TEXT = 50_000
_NOTED = N_("Noted. Only your colleagues see it.")
_MENTIONED = N_("Noted. It calls %(names)s; the customer does not see it.")
_LATER = N_("Kept. It goes out %(time)s.")
_NO_TEXT = N_("There is nothing to send yet.")
_NO_TIME = N_("Choose when it is to go out.")
_LONG_NOTE = N_("A note has at most %(count)s characters.")
_PERHAPS_SENT = N_("Your first try did reach the gateway: look above before you send it again.")
_LOOK_AGAIN = N_("The conversation was changed. Look at it, and send again.")
_STOPPED = N_("Stopped. It was not sent.")
_TOO_LATE = N_("Too late: it is on its way already.")
_SETTLED = N_("Noted: that is how it is kept.")
_AGAIN = N_("It is sent again.")
_SETTLED_ALREADY = N_("It is settled already.")

Settling = Literal["sent", "failed", "resend"]


async def answer(visit: Visit) -> web.StreamResponse:
    """Send what was written, now or later, or keep it as a note."""
    if not visit.field("text").strip():
        return await _again(visit, visit.tongue.say(_NO_TEXT))
    if visit.field("as") == "note":
        return await _note(visit)
    visit.need(Scope.MESSAGES_SEND)
    send_at_ms = None
    if visit.field("later"):
        send_at_ms = local_moment(visit.field("send_at"), visit.formats.zone)
        if send_at_ms is None:
            return await _again(visit, visit.tongue.say(_NO_TIME))
    row = await named_conversation(visit)
    text = visit.field("text")
    result = await visit.request.app[CONVERSATIONS].answer(
        row,
        Draft(to=row.number, text=text, send_at_ms=send_at_ms),
        author=visit.author,
        key=key_of_try(visit, visit.named("id"), text, visit.field("send_at")),
        answer=lambda _: {},
        manner=_manner(visit),
    )
    if isinstance(result, Accepted):
        if send_at_ms is None:
            return go_to(place_of(visit))
        time = visit.formats.inside(send_at_ms)
        return go_to(place_of(visit), flash=Flash(message=_LATER, values={"time": time}))
    if isinstance(result, MovedOn):
        return await _again(visit, "", moved_on=await _meanwhile(visit, result))
    message, values = _why_not(result)
    return await _again(visit, visit.tongue.say(message, **values))


def _manner(visit: Visit) -> Manner:
    return Manner(seen=visit.field("seen") or None, insist=bool(visit.field("insist")))


def _why_not(
    result: Refused | KeyConflict | Unanswerable | SeenUnknown,
) -> tuple[str, dict[str, str]]:
    match result:
        case Refused(refusals=refusals):
            return refusal_words(refusals[0].code, refusals[0].detail)
        case Unanswerable():
            return refusal_words(result.code, result.reason)
        case KeyConflict():
            return _PERHAPS_SENT, {}
        case SeenUnknown():
            return _LOOK_AGAIN, {}


async def _note(visit: Visit) -> web.StreamResponse:
    row = await named_conversation(visit)
    text = visit.field("text")
    if len(text) > _LONGEST_NOTE:
        count = visit.formats.number(_LONGEST_NOTE)
        return await _again(visit, visit.tongue.say(_LONG_NOTE, count=count))
    key = key_of_try(visit, "note", row.id, text)
    noted = await visit.request.app[CONVERSATIONS].note(row.id, text, by=visit.author, key=key)
    if isinstance(noted.outcome, KeyConflict):
        return await _again(visit, visit.tongue.say(_PERHAPS_SENT))
    names = ", ".join(each.display_name for each in noted.mentioned)
    flash = Flash(message=_MENTIONED, values={"names": names}) if names else Flash(message=_NOTED)
    return go_to(place_of(visit), flash=flash)


async def _meanwhile(visit: Visit, came: MovedOn) -> str:
    ids = {entry.message_id for entry in came.entries if entry.message_id is not None}
    async with visit.context.store.read() as tx:
        messages = await queries.messages_by_id(tx, ids)
    return in_a_sentence(visit.tongue, came.entries, messages)


async def _again(visit: Visit, error: str, moved_on: str = "") -> web.StreamResponse:
    """Show the conversation with what was written still in its composer, and why."""
    written = Written(
        text=visit.field("text")[:_LONGEST_TEXT],
        is_note=visit.field("as") == "note",
        send_at=visit.field("send_at"),
        error=error,
        moved_on=moved_on,
    )
    opened = await open_conversation(visit, visit.named("id"))
    return await conversation_page(
        visit,
        opened,
        written=written,
        status=HTTPStatus.CONFLICT if moved_on else HTTPStatus.UNPROCESSABLE_ENTITY,
    )


async def show_measure(visit: Visit) -> web.StreamResponse:
    """Tell how a text would be sent: parts, what is left, what it costs, and why so much."""
    row = await named_conversation(visit)
    text = visit.field("text")[:_LONGEST_TEXT]
    signed = await visit.request.app[CONVERSATIONS].as_sent(
        row, text, manner=_manner(visit), by=visit.author
    )
    return measure_part(visit, signed, inbox=row.inbox)


async def cancel(visit: Visit) -> web.StreamResponse:
    """Stop a message that has not gone out."""
    visit.need(Scope.MESSAGES_SEND)
    await _message_of(visit)
    outcome = await visit.request.app[MESSAGES].cancel(visit.named("message"), by=visit.author)
    done = outcome is CancelOutcome.CANCELED
    tone = Tone.DONE if done else Tone.WARNING
    return go_to(place_of(visit), flash=Flash(message=_STOPPED if done else _TOO_LATE, tone=tone))


async def settle(visit: Visit) -> web.StreamResponse:
    """Settle a message of which nobody knows whether it was sent."""
    visit.need(Scope.MESSAGES_SEND)
    await _message_of(visit)
    as_ = visit.field("as")
    for choice in get_args(Settling):
        if as_ == choice:
            outcome = await visit.request.app[MESSAGES].resolve(
                visit.named("message"), choice, by=visit.author
            )
            message = _AGAIN if choice == "resend" else _SETTLED
            if outcome is not ResolveOutcome.RESOLVED:
                message = _SETTLED_ALREADY
            return go_to(place_of(visit), flash=Flash(message=message))
    return go_to(place_of(visit))


async def _message_of(visit: Visit) -> None:
    """Raise Problem unless the message is of this conversation, which the reader may see."""
    row = await named_conversation(visit)
    message_id = visit.named("message")
    async with visit.context.store.read() as tx:
        message = await queries.get_message(tx, message_id)
    if message is None or message.conversation_id != row.id:
        raise not_found(f"message {message_id!a} in this conversation")


ROUTES = (
    PageRoute(method="POST", path=f"{PLACE}/answer", handler=answer),
    PageRoute(method="POST", path=f"{PLACE}/measure", handler=show_measure),
    PageRoute(method="POST", path=f"{PLACE}/messages/{{message}}/cancel", handler=cancel),
    PageRoute(method="POST", path=f"{PLACE}/messages/{{message}}/settle", handler=settle),
)
