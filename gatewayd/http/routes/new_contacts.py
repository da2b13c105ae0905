"""The route that writes a contact down."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.editing import refused
from gatewayd.http.models.contacts import Contact, ContactIn
from gatewayd.http.problems import FieldProblem, Problem
from gatewayd.http.route import NEW_CONTACTS, Answer, Call, Route
from gatewayd.http.routes.contacts import shown
from gatewayd.http.sending import KEY_HEADER, KEY_MEANS, key_of, key_problem
from gatewayd.services.messages import KeyConflict
from gatewayd.services.new_contacts import Created, InNoInbox, KnownAlready, NewContact, NotCreated
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Scope

_FIELDS = ("name", "language", "notes", "external_id")


async def create_contact(call: Call) -> web.StreamResponse:
    """Write one down."""
    asked: ContactIn = call.body
    values = {name: value for name in _FIELDS if (value := getattr(asked, name)) is not None}
    new = NewContact(numbers=asked.numbers, values=values, tags=asked.tags)
    # The same bytes may be a body elsewhere too; there the key is another one.
    outcome = await call.request.app[NEW_CONTACTS].create(
        new, by=call.author, key=key_of(call, place="contacts")
    )
    if not isinstance(outcome, Created):
        raise _not_created(outcome)
    contact = await shown(call, outcome.contact_id)
    headers = {"ETag": f'"{contact.version}"', "Location": f"/v1/contacts/{contact.id}"}
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    return answers.json_of(contact, status=HTTPStatus.CREATED, headers=headers)


def _not_created(why: NotCreated) -> Problem:
    match why:
        case Unfit():
            return refused(why)
        case KeyConflict():
            return key_problem(why)
        case KnownAlready():
            detail = f"{why.contact_id} has it already"
            wrong = FieldProblem(pointer=f"/{why.field}", detail=detail)
            return Problem(HTTPStatus.CONFLICT, "already_taken", detail, errors=[wrong])
        case InNoInbox():
            detail = "a new contact is in no inbox yet: it needs somebody who sees all inboxes"
            return Problem(HTTPStatus.FORBIDDEN, "inbox_not_yours", detail)


ROUTES = (
    Route(
        method="POST",
        path="/v1/contacts",
        handler=create_contact,
        access=Scope.INBOX,
        tag="Contacts",
        summary="Write a contact down; nothing is sent, no consent is given",
        body=ContactIn,
        headers={KEY_HEADER: KEY_MEANS},
        answers={HTTPStatus.CREATED: Answer(model=Contact, description="As it is now")},
        problems=(HTTPStatus.CONFLICT, HTTPStatus.GONE),
    ),
)
