"""Asking the network by a code from the page: balance, menus."""

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from config import values
from config.values import UnfitError
from gatewayd.services.tokens import Scope
from gatewayd.web.languages import N_
from gatewayd.web.modems.pages import UssdShown, modem_page, named_modem
from gatewayd.web.route import PageRoute, Visit
from modem.requests import NotDone
from modem.ussd import Answered, Conflict, Dialogue, NoAnswer, UssdOutcome, UssdRefused

_UNFIT_CODE = N_(
    "Write a code of digits, * and #, such as *100#. Codes that change a PIN are refused."
)
_UNFIT_REPLY = N_("Answer with the number of a choice, such as 1.")
_REFUSED = N_("The network does not want this code.")
_NO_ANSWER = N_("The network did not answer in time; what the code does may have been done.")
_BUSY = N_("Another question is open on this modem. Close it, or wait two minutes.")
_OVER = N_("The menu is over: it waited too long, or somebody closed it.")
_NOT_DONE = N_("The modem is not ready for it now. Try again in a moment.")
_CLOSED = N_("Closed.")

_log = structlog.get_logger(__name__)


async def _ussd(visit: Visit) -> web.StreamResponse:
    view = named_modem(visit)
    shown = await _step(visit, view.name)
    return await modem_page(visit, answer=shown)


async def _step(visit: Visit, name: str) -> UssdShown:
    modems = visit.context.modems
    if visit.field("do") == "cancel":
        return _shown(visit, name, await modems.cancel_ussd(name))
    if visit.field("do") == "reply":
        return await _typed(
            visit, name, values.ussd_reply, modems.reply_ussd, "reply", _UNFIT_REPLY
        )
    return await _typed(visit, name, values.ussd_code, modems.start_ussd, "code", _UNFIT_CODE)


async def _typed(
    visit: Visit,
    name: str,
    read: values.Reader,
    do: Callable[[str, str], Awaitable[UssdOutcome]],
    field: str,
    unfit: str,
) -> UssdShown:
    try:
        text: str = read(visit.field(field).strip())
    except UnfitError:
        menu = field == "reply"
        return UssdShown(note=visit.tongue.say(unfit), wrong=True, menu=menu)
    return _shown(visit, name, await do(name, text))


def _shown(visit: Visit, name: str, outcome: UssdOutcome) -> UssdShown:
    shown = _read(visit, outcome)
    # Neither code nor answer: a code may hold a voucher's number, an answer a person's.
    _log.info("ussd", modem=name, by=visit.author.id, menu=shown.menu, wrong=shown.wrong)
    return shown


def _read(visit: Visit, outcome: UssdOutcome) -> UssdShown:
    say = visit.tongue.say
    match outcome:
        case Answered(session=Dialogue.CANCELED):
            return UssdShown(note=say(_CLOSED))
        case Answered(text=text, session=session):
            return UssdShown(said=text, menu=session is Dialogue.OPEN)
        case UssdRefused():
            return UssdShown(note=say(_REFUSED), wrong=True)
        case NoAnswer():
            return UssdShown(note=say(_NO_ANSWER), wrong=True)
        case Conflict.BUSY:
            # It may be one's own menu, left by going to another page: here it can be closed.
            return UssdShown(note=say(_BUSY), wrong=True, menu=True)
        case Conflict.NO_SESSION:
            return UssdShown(note=say(_OVER), wrong=True)
        case NotDone():
            return UssdShown(note=say(_NOT_DONE), wrong=True)


ROUTES = (PageRoute(method="POST", path="/modems/{name}/ussd", handler=_ussd, access=Scope.ADMIN),)
