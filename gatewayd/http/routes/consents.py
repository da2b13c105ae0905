"""Routes of a contact's consent."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.consents import Consent, ConsentIn, consent_json
from gatewayd.http.problems import FieldProblem, not_found, unprocessable
from gatewayd.http.route import CONSENTS, Answer, Call, Route
from gatewayd.http.sending import refuse
from gatewayd.services.consents import ConsentView, Said
from gatewayd.services.drafts import Refusal
from gatewayd.services.tokens import Scope
from storage.consents import ConsentKind

_TAG = "Contacts"


async def get_consent(call: Call) -> web.StreamResponse:
    """Show what holds and what led there."""
    return _shown(call, await call.request.app[CONSENTS].get(_contact(call), by=call.author))


async def set_consent(call: Call) -> web.StreamResponse:
    """Write down what they said elsewhere."""
    asked: ConsentIn = call.body
    expires_at_ms = None if asked.expires_at is None else milliseconds(asked.expires_at)
    if expires_at_ms is not None and expires_at_ms <= call.context.clock.now_ms():
        wrong = FieldProblem(pointer="/expires_at", detail="is not in the future")
        raise unprocessable([wrong], code="expiry_in_the_past")
    said = Said(
        what=ConsentKind(asked.what),
        reason=asked.reason,
        inbox=asked.inbox,
        expires_at_ms=expires_at_ms,
    )
    outcome = await call.request.app[CONSENTS].set_by_hand(_contact(call), said, by=call.author)
    if isinstance(outcome, Refusal):
        raise refuse([outcome])
    return _shown(call, outcome)


def _contact(call: Call) -> str:
    return call.request.match_info["id"]


def _shown(call: Call, view: ConsentView | None) -> web.StreamResponse:
    if view is None:
        raise not_found(f"contact {_contact(call)!a}")
    return answers.json_of(consent_json(view))


_SHOWN = {HTTPStatus.OK: Answer(model=Consent, description="As it is now")}

ROUTES = (
    Route(
        method="GET",
        path="/v1/contacts/{id}/consent",
        handler=get_consent,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Whether they are opted out, and the ledger of their consent",
        answers=_SHOWN,
    ),
    Route(
        method="POST",
        path="/v1/contacts/{id}/consent",
        handler=set_consent,
        access=Scope.INBOX,
        tag=_TAG,
        summary="Opt them out or in by hand, with the reason",
        body=ConsentIn,
        answers=_SHOWN,
    ),
)
