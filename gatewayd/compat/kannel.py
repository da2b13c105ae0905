"""Kannel's sendsms: parameters in, ``0: Accepted for delivery`` out, and reports to an address."""

import codecs
import re
from http import HTTPStatus

from aiohttp import web

from config.schema import Settings
from gatewayd.compat.dlr import EVERY_CODE
from gatewayd.compat.recipients import by_blanks
from gatewayd.compat.sending import Denied, key_of, send
from gatewayd.compat.visit import Endpoint, Fields, Visit, text_of
from gatewayd.directory import ModemDirectory
from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.services.drafts import Draft
from gatewayd.services.tokens import Scope
from gatewayd.webhooks.targets import Targets
from storage.callbacks import Callback

_LONGEST_URL = 2000
_MOST_MINUTES = 366 * 24 * 60
_MINUTE_MS = 60_000

# What may carry text; Python knows more, some of which unpack.
_CHARSETS = re.compile(r"ascii|utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp\d+|koi8-[ru]|mac-roman|gb2312")
_ALIASES = {"ucs-2": "utf-16-be", "ucs2": "utf-16-be", "ucs-2be": "utf-16-be"}

_CODING_8_BIT = 1
_CODING_UCS2 = 2


async def send_sms(visit: Visit) -> web.Response:
    """Take a message for each number in ``to``."""
    fields = await visit.fields()
    principal = await visit.enter(
        text_of(fields, "password", "pass"),
        user=text_of(fields, "username", "user") or "",
        scope=Scope.MESSAGES_SEND,
    )
    to = text_of(fields, "to")
    if to is None or not to.strip():
        raise _wrong("to", "Missing receiver number, rejected")
    draft = _draft(fields, visit)
    sent = await send(visit, principal, draft, by_blanks(to), key=key_of(visit))
    denied = [one.to for one in sent if isinstance(one, Denied)]
    said = "0: Accepted for delivery"
    if denied:
        said += f" Denied receivers are: {' '.join(denied)}"
    return web.Response(status=HTTPStatus.ACCEPTED, text=said)


def _draft(fields: Fields, visit: Visit) -> Draft:
    text = _text(fields)
    callback = _callback(fields, visit)
    now_ms = visit.context.clock.now_ms()
    deferred = _number(fields, "deferred", most=_MOST_MINUTES)
    validity = _number(fields, "validity", most=_MOST_MINUTES)
    send_at_ms = now_ms + deferred * _MINUTE_MS if deferred else None
    sender = text_of(fields, "from")
    return Draft(
        to="",
        text=text,
        inbox=_inbox_of(sender, visit.context.settings, visit.context.modems),
        send_at_ms=send_at_ms,
        expires_at_ms=(send_at_ms or now_ms) + validity * _MINUTE_MS if validity else None,
        flash=text_of(fields, "mclass") == "0",
        callback=callback,
    )


def _text(fields: Fields) -> str:
    coding = _number(fields, "coding", most=_CODING_UCS2)
    if coding == _CODING_8_BIT or fields.get("udh"):
        raise _wrong("coding", "Only text is sent: no 8-bit data and no udh, rejected")
    given = (text_of(fields, "charset") or "").strip().lower()
    charset = _charset(given or ("utf-16-be" if coding == _CODING_UCS2 else "utf-8"))
    text = text_of(fields, "text", charset=charset)
    if not text:
        raise _wrong("text", "Empty text not allowed, rejected")
    return text


def _charset(name: str) -> str:
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):
        found = ""
    if not _CHARSETS.fullmatch(found):
        raise _wrong("charset", "Charset not known, rejected")
    return found


def _callback(fields: Fields, visit: Visit) -> Callback | None:
    mask = _number(fields, "dlr-mask", "dlrmask", most=EVERY_CODE)
    url = text_of(fields, "dlr-url", "dlrurl")
    if not mask or not url:
        return None
    if len(url) > _LONGEST_URL:
        raise _wrong("dlr-url", f"dlr-url is longer than {_LONGEST_URL} characters, rejected")
    why_not = Targets(visit.context.settings.webhooks.allowed_networks).why_not(url)
    if why_not is not None:
        raise _wrong("dlr-url", f"dlr-url {why_not}, rejected")
    return Callback(url=url, mask=mask)


def _inbox_of(sender: str | None, settings: Settings, modems: ModemDirectory) -> str | None:
    """Give the inbox that ``from`` names, by itself or by its number; else the usual one."""
    wanted = (sender or "").strip()
    if not wanted:
        return None
    for modem in settings.modems:
        view = modems.view(modem.name)
        number = (view.number if view is not None else None) or modem.number
        if modem.inbox == wanted or (number and number.lstrip("+") == wanted.lstrip("+")):
            return modem.inbox
    return None


def _number(fields: Fields, *names: str, most: int) -> int:
    written = (text_of(fields, *names) or "").strip()
    if not written:
        return 0
    if not re.fullmatch("[0-9]{1,9}", written) or int(written) > most:
        raise _wrong(names[0], f"{names[0]} is not a number from 0 to {most}, rejected")
    return int(written)


def _wrong(parameter: str, words: str) -> Problem:
    return unprocessable([FieldProblem(pointer=f"/{parameter}", detail=words)])


def _refuse(problem: Problem) -> web.Response:
    match problem.status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            status, said = HTTPStatus.FORBIDDEN, "Authorization failed for sendsms"
        case HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.CONFLICT:
            status, said = HTTPStatus.SERVICE_UNAVAILABLE, "Temporal failure, try again later."
        case HTTPStatus.UNPROCESSABLE_ENTITY:
            status = HTTPStatus.BAD_REQUEST
            said = "; ".join(error.detail for error in problem.errors)
        case _:
            status, said = problem.status, problem.detail
    return web.Response(status=status, text=said, headers=problem.headers)


ENDPOINTS = (
    Endpoint(methods=("GET", "POST"), path="/cgi-bin/sendsms", handler=send_sms, refuse=_refuse),
)
