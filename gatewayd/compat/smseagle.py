"""The sending side of an SMSEagle's APIs: v1 (HTTP GET and POST), JSON-RPC, and v2.

Its ids are numbers. What it cannot say is said by the HTTP status beside its own words.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from aiohttp import web

from gatewayd.compat.recipients import by_commas
from gatewayd.compat.sending import Denied, Sent, Taken, key_of, send
from gatewayd.compat.visit import Endpoint, Visit, text_of
from gatewayd.http.answers import json_text
from gatewayd.http.jsonbody import text_object
from gatewayd.http.problems import FORM, FieldProblem, Form, Problem, unprocessable
from gatewayd.services.drafts import Draft
from gatewayd.services.tokens import Principal, Scope

_LONGEST_REFERENCE = 200
_TESTED = (Taken(to="", id="", number=0),)
"""The answer to a test: nothing is sent, and the id is 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What the first two APIs ask for, under the names that both use."""

    to: str
    message: str
    date: str = ""
    highpriority: bool = False
    flash: bool = False
    test: bool = False
    oid: str | None = None

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "_Order":
        """Read it from parameters; raises Problem where one is missing."""
        for name in ("to", "message"):
            if not given.get(name, "").strip():
                raise _wrong(name, "is required")
        return cls(
            to=given["to"],
            message=given["message"],
            date=given.get("date", "").strip(),
            highpriority=_is_on(given.get("highpriority")),
            flash=_is_on(given.get("flash")),
            test=_is_on(given.get("test")),
            oid=given.get("oid") or None,
        )


async def _send(visit: Visit, principal: Principal, order: _Order) -> Sequence[Sent]:
    if order.test:
        return _TESTED
    draft = Draft(
        to="",
        text=order.message,
        send_at_ms=_time_of(order.date, visit) if order.date else None,
        priority="urgent" if order.highpriority else "normal",
        flash=order.flash,
        client_reference=_reference(order.oid),
    )
    return await send(visit, principal, draft, by_commas(order.to), key=key_of(visit))


def _reference(oid: str | None) -> str | None:
    if oid is not None and len(oid) > _LONGEST_REFERENCE:
        raise _wrong("oid", f"has more than {_LONGEST_REFERENCE} characters")
    return oid or None


async def _enter(visit: Visit, given: Mapping[str, str]) -> Principal:
    """Recognise a token, or a user (the token's name) and password (the token)."""
    if "access_token" in given:
        return await visit.enter(given["access_token"], scope=Scope.MESSAGES_SEND)
    return await visit.enter(
        given.get("pass"), user=given.get("login", ""), scope=Scope.MESSAGES_SEND
    )


async def send_sms(visit: Visit) -> web.Response:
    """V1: parameters in, ``OK; ID=n`` out."""
    fields = await visit.fields()
    given = {name: text_of(fields, name) or "" for name in _V1_PARAMETERS if name in fields}
    if given.get("responsetype") == "xml":
        visit.request[FORM] = Form(_refuse_xml)
    sent = await _send(visit, await _enter(visit, given), _Order.of(given))
    if given.get("responsetype") == "xml":
        rows = "".join(f"<message_id>{one.number}</message_id>" for one in _taken(sent))
        return _xml(f"{rows}<status>ok</status>")
    return _text(_said(sent))


_V1_PARAMETERS = (
    *("access_token", "login", "pass", "to", "message", "date"),
    *("highpriority", "unicode", "flash", "test", "oid", "responsetype"),
)


async def call(visit: Visit) -> web.Response:
    """JSON-RPC: ``sms.send_sms`` with ``params``."""
    body = text_object(await visit.body())
    params = body.get("params")
    if not isinstance(params, dict):
        raise _wrong("params", "must be an object")
    given = {name: _plain(params[name], name) for name in _V1_PARAMETERS if name in params}
    if given.get("responsetype") == "extended":
        visit.request[FORM] = Form(_refuse_extended)
    principal = await _enter(visit, given)
    if body.get("method") != "sms.send_sms":
        raise Problem(
            HTTPStatus.NOT_FOUND, "method_unknown", "Unknown method: only sms.send_sms is here"
        )
    sent = await _send(visit, principal, _Order.of(given))
    if given.get("responsetype") != "extended":
        return _json({"result": _said(sent)})
    rows = [{"message_id": one.number, "status": "ok"} for one in _taken(sent)]
    rows_denied = [
        {"error_text": f"{one.to}: {one.detail}", "status": "error"} for one in _denied(sent)
    ]
    every = [*rows, *rows_denied]
    return _json({"result": every[0] if len(every) == 1 else every})


async def post_message(visit: Visit) -> web.Response:
    """V2: a list of recipients in, a list with what became of each out."""
    token = visit.request.headers.get("access-token")
    principal = await visit.enter(token, scope=Scope.MESSAGES_SEND)
    body = text_object(await visit.body())
    to, text = body.get("to"), body.get("text")
    if isinstance(to, str):
        to = [to]
    if not isinstance(to, list) or not all(isinstance(one, str) for one in to):
        raise _wrong("to", "must be a list of numbers; contacts and groups are not known here")
    if not isinstance(text, str) or not text:
        raise _wrong("text", "is required")
    if body.get("test") is True:
        return _json([_row(one, "queued", "OK", 0) for one in to])
    date = body.get("date")
    oid = body.get("oid")
    draft = Draft(
        to="",
        text=text,
        send_at_ms=_time_of(str(date), visit) if date else None,
        priority="urgent" if _is_positive(body.get("priority")) else "normal",
        client_reference=_reference(None if oid is None else str(oid)),
    )
    sent = await send(visit, principal, draft, to, key=key_of(visit))
    return _json(
        [
            _row(one.to, "queued", "OK", one.number)
            if isinstance(one, Taken)
            else _row(one.to, "error", one.detail, None)
            for one in sent
        ]
    )


def _row(number: str, status: str, message: str, id_: int | None) -> dict[str, object]:
    return {"status": status, "message": message, "number": number, "id": id_}


def _taken(sent: Sequence[Sent]) -> list[Taken]:
    return [one for one in sent if isinstance(one, Taken)]


def _denied(sent: Sequence[Sent]) -> list[Denied]:
    return [one for one in sent if isinstance(one, Denied)]


def _said(sent: Sequence[Sent]) -> str:
    ids = ",".join(str(one.number) for one in _taken(sent))
    refused = "".join(f"; refused {one.to}: {one.detail}" for one in _denied(sent))
    return f"OK; ID={ids}{refused}"


def _plain(value: object, name: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | str():
            return str(value)
        case _:
            raise _wrong(name, "must be text or a number")


def _is_on(value: str | None) -> bool:
    return value is not None and value.strip().lower() in {"1", "true", "yes"}


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and value > 0


def _time_of(written: str, visit: Visit) -> int:
    """Read ``YYYYmmddHHMM`` in the shop's time, or what v2 writes; raises Problem."""
    zone = ZoneInfo(visit.context.settings.gateway.timezone)
    digits = written.strip()
    try:
        if digits.isdecimal() and len(digits) == len("YYYYmmddHHMM"):
            moment = datetime.strptime(digits, "%Y%m%d%H%M").replace(tzinfo=zone)
        else:
            moment = datetime.fromisoformat(digits)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return round(moment.timestamp() * 1000)
    except (ValueError, OverflowError) as error:
        raise _wrong("date", "must be YYYYmmddHHMM") from error


def _wrong(parameter: str, detail: str) -> Problem:
    return unprocessable([FieldProblem(pointer=f"/{parameter}", detail=detail)])


# --- how each says that it failed


def _reason(problem: Problem) -> str:
    match problem.status:
        case HTTPStatus.UNAUTHORIZED:
            by_password = problem.code == "password_invalid"
            return "Invalid login or password" if by_password else "Invalid access token"
        case HTTPStatus.FORBIDDEN:
            return "Access denied"
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            return f"Wrong parameters: {problem.detail.replace('/', '')}"
        case _:
            return problem.detail


def _status(problem: Problem) -> HTTPStatus:
    # Theirs have no 422.
    unfit = problem.status is HTTPStatus.UNPROCESSABLE_ENTITY
    return HTTPStatus.BAD_REQUEST if unfit else problem.status


def _refuse_v1(problem: Problem) -> web.Response:
    return _text(_reason(problem), status=_status(problem), headers=problem.headers)


def _refuse_xml(problem: Problem) -> web.Response:
    inner = f"<error_text>{escape(_reason(problem))}</error_text><status>error</status>"
    return _xml(inner, status=_status(problem), headers=problem.headers)


def _refuse_rpc(problem: Problem) -> web.Response:
    body = {"result": _reason(problem)}
    return _json(body, status=_status(problem), headers=problem.headers)


def _refuse_extended(problem: Problem) -> web.Response:
    result = {"error_text": _reason(problem), "status": "error"}
    return _json({"result": result}, status=_status(problem), headers=problem.headers)


def _refuse_v2(problem: Problem) -> web.Response:
    body = {"message": _reason(problem)}
    return _json(body, status=_status(problem), headers=problem.headers)


def _text(
    text: str, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(status=status.value, text=text, headers=headers)


def _xml(
    inner: str, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.Response(
        status=status.value,
        text=f"<xml>{inner}</xml>",
        content_type="application/xml",
        headers=headers,
    )


def _json(
    value: object, *, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] | None = None
) -> web.Response:
    return json_text(json.dumps(value), status=status, headers=headers)


_V1_PATHS = ("/http_api/send_sms", "/index.php/http_api/send_sms")
_RPC_PATHS = ("/jsonrpc/sms", "/index.php/jsonrpc/sms")

ENDPOINTS = (
    *(
        Endpoint(methods=("GET", "POST"), path=path, handler=send_sms, refuse=_refuse_v1)
        for path in _V1_PATHS
    ),
    *(
        Endpoint(methods=("POST",), path=path, handler=call, refuse=_refuse_rpc)
        for path in _RPC_PATHS
    ),
    Endpoint(
        methods=("POST",), path="/api/v2/messages/sms", handler=post_message, refuse=_refuse_v2
    ),
)
