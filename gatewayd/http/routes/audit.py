"""Routes of the audit journal."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.models.audit import (
    AuditPage,
    AuditQuery,
    Verification,
    VerifyQuery,
    audit_page,
    verification_json,
)
from gatewayd.http.models.base import milliseconds
from gatewayd.http.places import place
from gatewayd.http.route import AUDITS, Answer, Call, Route
from gatewayd.services.tokens import Scope
from storage.audit import AuditFilter

_TAG = "Audit"


async def list_audit(call: Call) -> web.StreamResponse:
    """List what was done, newest first."""
    asked: AuditQuery = call.query
    filters = AuditFilter(
        actor=asked.actor,
        action=asked.action,
        subject=asked.subject,
        since_ms=None if asked.since is None else milliseconds(asked.since),
        until_ms=None if asked.until is None else milliseconds(asked.until),
    )
    found = await call.request.app[AUDITS].page(
        filters, limit=asked.limit, before=place(asked.cursor), by=call.author
    )
    return answers.json_of(audit_page(found))


async def verify_audit(call: Call) -> web.StreamResponse:
    """Look at the whole chain."""
    asked: VerifyQuery = call.query
    expect = None if asked.expect is None else bytes.fromhex(asked.expect)
    return answers.json_of(verification_json(await call.request.app[AUDITS].verify(expect)))


ROUTES = (
    Route(
        method="GET",
        path="/v1/audit",
        handler=list_audit,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="What people and programs did, newest first",
        query=AuditQuery,
        answers={HTTPStatus.OK: Answer(model=AuditPage, description="A page")},
    ),
    Route(
        method="GET",
        path="/v1/audit/verification",
        handler=verify_audit,
        access=Scope.MANAGE,
        tag=_TAG,
        summary="Whether the audit chain is whole, and where it breaks",
        query=VerifyQuery,
        answers={HTTPStatus.OK: Answer(model=Verification, description="What was found")},
    ),
)
