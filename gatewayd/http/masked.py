"""Which requests are answered with masked numbers, and masking what they are answered.

The gate marks the request; every answer of the API passes here, so no route can forget it.
"""

import json
from typing import TypeVar

from aiohttp import web

from gatewayd.http.problems import PROBLEM_TYPE
from gatewayd.masking import mask_json
from gatewayd.services.options import Options
from gatewayd.services.tokens import Principal, PrincipalType, Scope

Answer = TypeVar("Answer", bound=web.StreamResponse)
OPTIONS = web.AppKey("options", Options)
_JSON = frozenset({"application/json", PROBLEM_TYPE})
_MASKED = web.RequestKey("masked", bool)


async def mark(request: web.Request, principal: Principal | None) -> None:
    """Note whether who asks sees only the ends of numbers: a person who supervises nobody."""
    is_agent = (
        principal is not None
        and principal.type is PrincipalType.PERSON
        and not principal.may(Scope.SUPERVISE)
    )
    if is_agent and (await request.app[OPTIONS].get()).mask_numbers:
        request[_MASKED] = True


def is_masked(request: web.Request) -> bool:
    """Whether this request is to be answered with masked numbers."""
    return _MASKED in request


def masked(request: web.Request, answer: Answer) -> Answer:
    """Mask an answer of JSON, a problem too, where it is to be."""
    if not is_masked(request) or not isinstance(answer, web.Response):
        return answer
    if answer.content_type in _JSON and isinstance(answer.body, bytes):
        hidden = mask_json(json.loads(answer.body))
        answer.body = json.dumps(hidden, ensure_ascii=False).encode()
    return answer
