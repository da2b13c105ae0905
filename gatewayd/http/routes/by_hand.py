"""Routes for what people ask of a modem by hand: USSD and the AT console."""

from http import HTTPStatus

import structlog
from aiohttp import web

from config import values
from config.values import UnfitError
from gatewayd.http import answers
from gatewayd.http.models.by_hand import ConsoleAnswer, ConsoleIn, UssdAnswer, UssdIn
from gatewayd.http.problems import FieldProblem, Problem, not_found, unprocessable
from gatewayd.http.route import Answer, Call, Route
from gatewayd.services.tokens import Scope
from modem.console import Denied, Typed
from modem.desk import ConsoleOutcome
from modem.requests import NotDone
from modem.ussd import Answered, Conflict, NoAnswer, UssdOutcome, UssdRefused

_TAG = "Modems"

_log = structlog.get_logger(__name__)


async def ussd(call: Call) -> web.StreamResponse:
    """Take one step of a USSD session."""
    name, asked = _name(call), call.body
    outcome = await _step(call, name, asked)
    # Neither code nor answer: a code may hold a voucher's number, an answer a person's.
    _log.info("ussd", modem=name, by=call.author.name, outcome=_kind(outcome))
    match outcome:
        case Answered(text=text, dcs=dcs, session=session):
            return answers.json_of(UssdAnswer(text=text, dcs=dcs, session=session.value))
        case UssdRefused(detail=detail):
            raise Problem(HTTPStatus.BAD_GATEWAY, "ussd_refused", detail)
        case NoAnswer():
            raise Problem(
                HTTPStatus.GATEWAY_TIMEOUT,
                "ussd_no_answer",
                "the network did not answer in time; what the code does may have been done",
            )
        case Conflict():
            raise Problem(HTTPStatus.CONFLICT, outcome.value, _CONFLICTS[outcome])
        case NotDone():
            raise _not_done(outcome)


async def _step(call: Call, name: str, asked: UssdIn) -> UssdOutcome:
    modems = call.context.modems
    match (asked.code, asked.reply, asked.cancel):
        case (str() as code, None, None):
            return await modems.start_ussd(name, _fit(values.ussd_code, "/code", code))
        case (None, str() as reply, None):
            return await modems.reply_ussd(name, _fit(values.ussd_reply, "/reply", reply))
        case (None, None, True):
            return await modems.cancel_ussd(name)
        case _:
            what = "give exactly one of code, reply and cancel"
            raise unprocessable([FieldProblem(pointer="", detail=what)])


async def console(call: Call) -> web.StreamResponse:
    """Type one command that only asks."""
    name, asked = _name(call), call.body
    outcome = await call.context.modems.console(name, asked.command)
    facts = {"modem": name, "by": call.author.name, "outcome": _kind(outcome)}
    match outcome:
        case Typed(command=command, lines=lines, result=result, done=done):
            _log.info("at_console", **facts, command=command, result=result)
            return answers.json_of(
                ConsoleAnswer(command=command, lines=list(lines), result=result, done=done)
            )
        case Denied(reason=reason):
            # Not the line: somebody may have typed a PIN.
            _log.warning("at_console", **facts, reason=reason)
            wrong = FieldProblem(pointer="/command", detail=reason)
            raise unprocessable([wrong], code="at_not_allowed")
        case NotDone():
            _log.info("at_console", **facts)
            raise _not_done(outcome)


def _kind(outcome: UssdOutcome | ConsoleOutcome) -> str:
    match outcome:
        case Answered(session=session):
            return session.value
        case Conflict():
            return outcome.value
        case NotDone(why=why):
            return why.value
        case UssdRefused(code=code):
            return code
        case NoAnswer():
            return "no_answer"
        case Typed():
            return "typed"
        case Denied():
            return "denied"


def _name(call: Call) -> str:
    name = call.request.match_info["name"]
    if call.context.modems.view(name) is None:
        raise not_found(f"modem {name!a}")
    return name


def _fit(read: values.Reader, pointer: str, text: str) -> str:
    try:
        fit: str = read(text)
    except UnfitError as unfit:
        raise unprocessable([FieldProblem(pointer=pointer, detail=str(unfit))]) from unfit
    return fit


def _not_done(outcome: NotDone) -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        outcome.why.value,
        outcome.detail,
        headers={"Retry-After": "5"},
    )


_CONFLICTS = {
    Conflict.BUSY: "another USSD question or menu is open on this modem; cancel it, or wait for "
    "its end",
    Conflict.NO_SESSION: "no USSD menu is open on this modem: it was answered, canceled, or has "
    "timed out",
}

ROUTES = (
    Route(
        method="POST",
        path="/v1/modems/{name}/ussd",
        handler=ussd,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="Ask the network by a USSD code, reply to its menu, or close it",
        body=UssdIn,
        answers={HTTPStatus.OK: Answer(model=UssdAnswer, description="The network's answer")},
        problems=(HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT),
    ),
    Route(
        method="POST",
        path="/v1/modems/{name}/at",
        handler=console,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="Type one AT command that only asks",
        body=ConsoleIn,
        answers={HTTPStatus.OK: Answer(model=ConsoleAnswer, description="The modem's answer")},
    ),
)
