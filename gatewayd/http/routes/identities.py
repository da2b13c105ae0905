"""Routes that make two contacts one and one two, and that tell which there are no longer."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.contacts import Contact
from gatewayd.http.models.identities import (
    FormerPage,
    FormerQuery,
    MergeIn,
    Split,
    SplitIn,
    former_json,
)
from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.http.route import IDENTITIES, Answer, Call, Route
from gatewayd.http.routes.contacts import shown
from gatewayd.services.identities import NotAPerson
from gatewayd.services.tokens import Scope
from storage.merging import MergeOutcome, SplitOutcome

_TAG = "Contacts"


async def merge_contacts(call: Call) -> web.StreamResponse:
    """Make another contact a part of this one."""
    asked: MergeIn = call.body
    contact_id = call.request.match_info["id"]
    outcome = await call.request.app[IDENTITIES].merge(contact_id, asked.other, by=call.author)
    if outcome is MergeOutcome.DONE:
        return answers.json_of(await shown(call, contact_id))
    raise _not_merged(outcome, contact_id)


def _not_merged(outcome: MergeOutcome | NotAPerson, contact_id: str) -> Problem:
    match outcome:
        case MergeOutcome.NOT_FOUND | MergeOutcome.DONE:
            return not_found(f"contact {contact_id!a}")
        case MergeOutcome.OTHER_NOT_FOUND:
            wrong = FieldProblem(pointer="/other", detail="no contact has this id")
            return unprocessable([wrong], code="contact_unknown")
        case MergeOutcome.SAME:
            wrong = FieldProblem(pointer="/other", detail="is this contact itself")
            return unprocessable([wrong], code="same_contact")
        case MergeOutcome.BLOCKED_DIFFERS:
            return Problem(
                HTTPStatus.CONFLICT,
                "blocked_differs",
                "one of them is blocked and the other is not: block or unblock one first",
            )
        case NotAPerson():
            return Problem(
                HTTPStatus.CONFLICT,
                "not_a_person",
                "the contact `unknown` is everybody whose number could not be read",
            )


async def split_contact(call: Call) -> web.StreamResponse:
    """Make some of its numbers another contact."""
    asked: SplitIn = call.body
    contact_id = call.request.match_info["id"]
    outcome = await call.request.app[IDENTITIES].split(contact_id, asked.numbers, by=call.author)
    match outcome:
        case SplitOutcome.NOT_FOUND:
            raise not_found(f"contact {contact_id!a}")
        case SplitOutcome.NOT_ITS_NUMBERS:
            wrong = FieldProblem(pointer="/numbers", detail="has one that is not this contact's")
            raise unprocessable([wrong], code="not_its_numbers")
        case SplitOutcome.NOTHING_LEFT:
            wrong = FieldProblem(pointer="/numbers", detail="leaves this contact no number")
            raise unprocessable([wrong], code="no_number_left")
        case str():
            split = Split(
                contact=await shown(call, contact_id), split_off=await shown(call, outcome)
            )
            return answers.json_of(split)


async def list_former(call: Call) -> web.StreamResponse:
    """List contacts that there are no longer."""
    asked: FormerQuery = call.query
    page = await call.request.app[IDENTITIES].former_since(
        milliseconds(asked.since), limit=asked.limit, after=asked.cursor, by=call.author
    )
    items = [former_json(row) for row in page.items]
    return answers.json_of(FormerPage(items=items, next=page.next))


ROUTES = (
    Route(
        method="GET",
        path="/v1/contacts/former",
        handler=list_former,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Contacts that were merged or erased since a time, the first first",
        query=FormerQuery,
        answers={HTTPStatus.OK: Answer(model=FormerPage, description="A page")},
    ),
    Route(
        method="POST",
        path="/v1/contacts/{id}/merge",
        handler=merge_contacts,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Make another contact a part of this one, with all that passed with it",
        body=MergeIn,
        answers={HTTPStatus.OK: Answer(model=Contact, description="As it is now")},
        problems=(HTTPStatus.CONFLICT,),
    ),
    Route(
        method="POST",
        path="/v1/contacts/{id}/split",
        handler=split_contact,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Make some of its numbers another contact, with what passed with them",
        body=SplitIn,
        answers={HTTPStatus.OK: Answer(model=Split, description="Both, as they are now")},
    ),
)
