"""The page on which somebody writes first: choosing whom, the measure, and sending."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from gatewayd.answering import Unanswerable
from gatewayd.http.problems import not_found
from gatewayd.http.route import WRITING_FIRST
from gatewayd.services.drafts import Draft, Refused
from gatewayd.services.messages import KeyConflict
from gatewayd.services.tokens import Scope
from gatewayd.services.writing_first import Begun
from gatewayd.web.flashes import Flash
from gatewayd.web.formats import local_moment
from gatewayd.web.languages import N_
from gatewayd.web.measuring import measure_part
from gatewayd.web.number_words import number_words
from gatewayd.web.refusals import refusal_words
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.tries import key_of_try
from gatewayd.web.writing.letter import PLACE, Letter, letter_of, why_nobody
from gatewayd.web.writing.recipients import LONGEST_TO, meant

_FIELDS = ("contact", "number", "to", "inbox", "text", "send_at", "once")
_NO_TEXT = N_("There is nothing to send yet.")
_NO_TIME = N_("Choose when it is to go out.")
_NO_INBOX = N_("No modem serves this inbox any more.")
_LATER = N_("Kept. It goes out %(time)s.")
_PERHAPS_SENT = N_("Your first try did reach the gateway: look in the inbox before you send again.")


async def _show(visit: Visit) -> web.StreamResponse:
    """Begin, with whom the address names; or, for our script, who may be meant."""
    query = visit.request.query
    if visit.part == "choices":
        choices = await meant(visit, query.get("to", "").strip()[:LONGEST_TO])
        return page(visit, "writing/choices.html", choices=choices)
    letter = await letter_of(visit, {name: query.get(name, "") for name in _FIELDS[:4]})
    if letter.recipient.gone:
        raise not_found(f"contact {query.get('contact', '')!a}")
    return _page(visit, letter)


async def _write(visit: Visit) -> web.StreamResponse:
    """Take a step (look for somebody, choose them, think again), or send."""
    written = {name: visit.field(name) for name in _FIELDS}
    step = visit.field("do")
    if visit.field("pick"):
        return await _step(visit, written | {"contact": visit.field("pick"), "number": ""})
    if step == "again":
        return await _step(visit, written | {"contact": "", "number": "", "to": ""})
    if step == "find":
        return await _step(visit, written)
    return await _send(visit, written)


async def _step(visit: Visit, written: Mapping[str, str]) -> web.Response:
    letter = await letter_of(visit, written)
    asked = visit.field("do") != "again"
    # To look for somebody who is not there is a step too, with what it found.
    if asked and not letter.recipient.choices:
        letter.errors["to"] = why_nobody(visit, letter.recipient)
    return _page(visit, letter)


async def _send(visit: Visit, written: Mapping[str, str]) -> web.StreamResponse:
    visit.need(Scope.MESSAGES_SEND)
    letter = await letter_of(visit, written)
    send_at_ms = None
    if visit.field("later"):
        send_at_ms = local_moment(letter.send_at, visit.formats.zone)
        if send_at_ms is None:
            return _wrong(visit, letter, "form", visit.tongue.say(_NO_TIME))
    number = letter.recipient.number
    if number is None:
        return _wrong(visit, letter, "to", why_nobody(visit, letter.recipient))
    if not letter.text.strip():
        return _wrong(visit, letter, "form", visit.tongue.say(_NO_TEXT))
    inbox = written["inbox"] or letter.inbox
    if inbox not in letter.inboxes:
        return _wrong(visit, letter, "form", visit.tongue.say(_NO_INBOX))
    result = await visit.request.app[WRITING_FIRST].send(
        Draft(to=number, text=visit.field("text"), send_at_ms=send_at_ms),
        inbox=inbox,
        author=visit.author,
        key=key_of_try(visit, number, inbox, visit.field("text"), letter.send_at),
    )
    if not isinstance(result, Begun):
        return _wrong(visit, letter, *_why_not(visit, result))
    place = f"/inbox/all/{result.conversation_id}"
    if send_at_ms is None:
        return go_to(place)
    time = visit.formats.inside(send_at_ms)
    return go_to(place, flash=Flash(message=_LATER, values={"time": time}))


def _why_not(visit: Visit, result: Refused | KeyConflict | Unanswerable) -> tuple[str, str]:
    """Give the field that is wrong, and why in words."""
    say = visit.tongue.say
    match result:
        case Refused(refusals=(first, *_)):
            if first.code.startswith(("number_", "unknown_country")):
                return "to", number_words(visit.tongue, first.code, first.detail)
            message, values = refusal_words(first.code, first.detail)
            return "to" if first.field == "to" else "form", say(message, **values)
        case Unanswerable():
            message, values = refusal_words(result.code, result.reason)
            return "to", say(message, **values)
        case _:
            return "form", say(_PERHAPS_SENT)


def _wrong(visit: Visit, letter: Letter, name: str, why: str) -> web.Response:
    """Show it again as it was written, with why; what is sent then is another try."""
    letter.errors[name] = why
    letter.once = secrets.token_urlsafe(18)
    return _page(visit, letter, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(visit: Visit, letter: Letter, status: HTTPStatus = HTTPStatus.OK) -> web.Response:
    return page(visit, "writing/new.html", status=status, letter=letter)


async def _measure(visit: Visit) -> web.StreamResponse:
    """Tell how it would be sent: parts, what is left, what it costs, and why so much."""
    letter = await letter_of(visit, {name: visit.field(name) for name in _FIELDS})
    signed = await visit.request.app[WRITING_FIRST].as_sent(
        letter.text, number=letter.recipient.number, inbox=letter.inbox, by=visit.author
    )
    return measure_part(visit, signed, inbox=letter.inbox)


ROUTES = (
    PageRoute(method="GET", path=PLACE, handler=_show),
    PageRoute(method="POST", path=PLACE, handler=_write),
    PageRoute(method="POST", path=f"{PLACE}/measure", handler=_measure),
)
