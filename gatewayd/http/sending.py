"""What routes share that do something once: the idempotency key; and accepting a message."""

import hashlib
import json
import re
from collections.abc import Sequence
from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.http.route import Call
from gatewayd.services.drafts import Refusal, Refused
from gatewayd.services.messages import Accepted, IdempotencyKey, KeyConflict

KEY_HEADER = "Idempotency-Key"
KEY_MEANS = (
    "the same key and body give the first answer again, for 7 days; "
    "with another body 422 `idempotency_mismatch`"
)
REPLAYED = {"Idempotency-Replayed": "true"}
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def key_of(call: Call, *, place: str = "") -> IdempotencyKey | None:
    """Read the client's name for this request; ``place`` tells apart what the body does not."""
    given = call.request.headers.getall(KEY_HEADER, [])
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        detail = "must be one value of 1 to 255 printable ASCII characters without blanks"
        raise unprocessable(
            [FieldProblem(pointer=f"/header/{KEY_HEADER}", detail=detail)],
            code="idempotency_key_invalid",
        )
    digest = call.body_digest
    if place:
        digest = hashlib.sha256(place.encode("utf-8", "surrogateescape") + b"\0" + digest).digest()
    return IdempotencyKey(key=given[0], body_digest=digest)


def refuse(refusals: Sequence[Refusal]) -> Problem:
    """Build the answer to a draft that can't be sent."""
    errors = [FieldProblem(pointer=f"/{one.field}", detail=one.detail) for one in refusals]
    return unprocessable(errors, code=refusals[0].code)


def accepted(result: Accepted | Refused | KeyConflict) -> web.Response:
    """Answer 202 with the message, or raise why not."""
    match result:
        case Refused(refusals=refusals):
            raise refuse(refusals)
        case KeyConflict():
            raise key_problem(result)
        case Accepted():
            headers = {"Location": f"/v1/messages/{result.message_id}"}
            if result.replayed:
                headers |= REPLAYED
            text = json.dumps(result.body, ensure_ascii=False, separators=(",", ":"))
            return answers.json_text(text, status=HTTPStatus.ACCEPTED, headers=headers)


def key_problem(conflict: KeyConflict) -> Problem:
    """Build the answer to a key that can't be honoured."""
    if conflict is KeyConflict.MISMATCH:
        detail = "was used for another body"
        return unprocessable(
            [FieldProblem(pointer=f"/header/{KEY_HEADER}", detail=detail)],
            code="idempotency_mismatch",
        )
    return Problem(
        HTTPStatus.CONFLICT,
        "idempotency_in_progress",
        "the first request with this Idempotency-Key is still running",
        headers={"Retry-After": "1"},
    )
