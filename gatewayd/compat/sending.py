"""A text to several recipients: a message of its own to each, under the rules of all messages.

Owns what becomes of each recipient, and the key under which a repeated request sends nothing
twice. Knows no particular API.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from http import HTTPStatus

from gatewayd.compat.visit import Visit
from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.http.route import MESSAGES
from gatewayd.http.sending import KEY_HEADER
from gatewayd.services.drafts import Draft, Refused
from gatewayd.services.messages import Accepted, IdempotencyKey, KeyConflict
from gatewayd.services.tokens import Principal
from storage.changes import Json
from storage.queries import MessageRow

MOST_RECIPIENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that is durable. ``number`` is its id for APIs whose ids are numbers."""

    to: str
    id: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """A recipient to whom nothing is sent, and why, in plain words."""

    to: str
    code: str
    detail: str


Sent = Taken | Denied


def key_of(visit: Visit) -> str | None:
    """Give the client's name for this request, where it sends one."""
    return visit.request.headers.get(KEY_HEADER)


async def send(
    visit: Visit,
    principal: Principal,
    draft: Draft,
    recipients: Sequence[str],
    *,
    key: str | None = None,
    valid_ms: int | None = None,
    digest: bytes | None = None,
) -> list[Sent]:
    """Send the draft to each; raises Problem where there is nobody, or it goes to nobody at all.

    Each counts as a request of its own. With a ``key`` the same request sends nothing twice, for
    ``valid_ms``; ``digest`` is what the same request has the same, by default the draft.
    """
    to = list(dict.fromkeys(recipients))
    if not to:
        raise _bad("to", "number_empty", "names nobody")
    if len(to) > MOST_RECIPIENTS:
        raise _bad("to", "too_many_recipients", f"names more than {MOST_RECIPIENTS} recipients")
    if len(to) > 1:
        visit.pay(principal, len(to) - 1)
    sent = [
        await _one(visit, principal, each, _idempotency(each, key, valid_ms, digest))
        for each in (replace(draft, to=number) for number in to)
    ]
    denied = [one for one in sent if isinstance(one, Denied)]
    if len(denied) == len(sent):
        raise unprocessable(
            [FieldProblem(pointer="/to", detail=f"{one.to}: {one.detail}") for one in denied],
            code=denied[0].code,
        )
    return sent


def _idempotency(
    draft: Draft, key: str | None, valid_ms: int | None, digest: bytes | None
) -> IdempotencyKey | None:
    if key is None:
        return None
    name = f"{key}\0{draft.to}".encode("utf-8", "surrogateescape")
    return IdempotencyKey(
        key="compat:" + hashlib.sha256(name).hexdigest(),
        body_digest=digest or hashlib.sha256(json.dumps(asdict(draft)).encode()).digest(),
        valid_ms=valid_ms,
    )


async def _one(
    visit: Visit, principal: Principal, draft: Draft, idempotency: IdempotencyKey | None
) -> Sent:
    result = await visit.request.app[MESSAGES].accept(
        draft, author=principal, key=idempotency, answer=_number_of
    )
    match result:
        case Accepted():
            return Taken(to=draft.to, id=result.message_id, number=_number(result.body))
        case Refused(refusals=refusals):
            first = refusals[0]
            if any(one.field != "to" for one in refusals):
                # It is not this recipient's fault: the others would hear the same.
                raise _bad(first.field, first.code, first.detail)
            return Denied(to=draft.to, code=first.code, detail=first.detail)
        case KeyConflict.MISMATCH:
            raise _bad(KEY_HEADER, "idempotency_mismatch", "was used for another message")
        case KeyConflict.IN_PROGRESS:
            raise Problem(
                HTTPStatus.CONFLICT,
                "idempotency_in_progress",
                "the first request with this key is still running",
                headers={"Retry-After": "1"},
            )


def _number_of(row: MessageRow) -> Mapping[str, Json]:
    return {"number": row.seq}


def _number(body: Mapping[str, Json]) -> int:
    number = body["number"]
    if not isinstance(number, int):
        raise TypeError(number)
    return number


def _bad(field: str, code: str, detail: str) -> Problem:
    return unprocessable([FieldProblem(pointer=f"/{field}", detail=detail)], code=code)
