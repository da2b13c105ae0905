"""Routes of modems."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from aiohttp import web

from gatewayd.http import answers
from gatewayd.http.looking_after import check_looks_after
from gatewayd.http.models.found import FoundQuery, StickPage, stick_json
from gatewayd.http.models.modems import Modem, ModemPage, modem_json
from gatewayd.http.problems import Problem, not_found
from gatewayd.http.route import Answer, Call, Route
from gatewayd.services.tokens import Scope

_TAG = "Modems"


async def list_modems(call: Call) -> web.StreamResponse:
    """List all; there are few, so one page holds them."""
    views = call.context.modems.views()
    return answers.json_of(ModemPage(items=[modem_json(view) for view in views]))


async def find_sticks(call: Call) -> web.StreamResponse:
    """List what is plugged in."""
    query: FoundQuery = call.query
    found = await call.context.modems.found(ask=query.ask)
    return answers.json_of(StickPage(items=[stick_json(each) for each in found]))


async def get_modem(call: Call) -> web.StreamResponse:
    """Show one."""
    return answers.json_of(_named(call))


async def restart_modem(call: Call) -> web.StreamResponse:
    """Close its port and open it again."""
    modem = _own(call)
    await call.context.modems.restart(modem.name)
    return answers.json_of(_named(call), status=HTTPStatus.ACCEPTED)


async def confirm_sim(call: Call) -> web.StreamResponse:
    """Take the SIM that it holds now as its own."""
    modem = _own(call)
    if not await call.context.modems.confirm_sim(modem.name):
        raise Problem(
            HTTPStatus.CONFLICT,
            "sim_not_held",
            f"modem {modem.name} does not wait for its SIM to be confirmed: it is {modem.state}",
        )
    return answers.json_of(_named(call), status=HTTPStatus.ACCEPTED)


async def mute_modem(call: Call) -> web.StreamResponse:
    """Stop sending through it."""
    return await _mute(call, muted=True)


async def unmute_modem(call: Call) -> web.StreamResponse:
    """Send through it again."""
    return await _mute(call, muted=False)


async def _mute(call: Call, *, muted: bool) -> web.StreamResponse:
    modem = _own(call)
    await call.context.modems.mute(modem.name, muted)
    return answers.json_of(_named(call))


def _named(call: Call) -> Modem:
    name = call.request.match_info["name"]
    view = call.context.modems.view(name)
    if view is None:
        raise not_found(f"modem {name!a}")
    return modem_json(view)


def _own(call: Call) -> Modem:
    modem = _named(call)
    check_looks_after(call.context.settings, modem.name, call.author)
    return modem


def _command(
    word: str,
    handler: Callable[[Call], Awaitable[web.StreamResponse]],
    *,
    summary: str,
    status: HTTPStatus = HTTPStatus.OK,
    problems: Sequence[HTTPStatus] = (),
) -> Route:
    return Route(
        method="POST",
        path=f"/v1/modems/{{name}}/{word}",
        handler=handler,
        access=Scope.MANAGE,
        tag=_TAG,
        summary=summary,
        answers={status: Answer(model=Modem, description="The modem")},
        problems=problems,
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/modems",
        handler=list_modems,
        access=Scope.MESSAGES_READ,
        tag=_TAG,
        summary="All modems and how they are",
        answers={HTTPStatus.OK: Answer(model=ModemPage, description="All, on one page")},
    ),
    Route(
        method="GET",
        path="/v1/modems/found",
        handler=find_sticks,
        access=Scope.ADMIN,
        tag=_TAG,
        summary="The USB sticks of this machine: which are used, and which could be adopted",
        description="Opens no port that is in use. A machine with silent ports takes a while.",
        query=FoundQuery,
        answers={HTTPStatus.OK: Answer(model=StickPage, description="All, on one page")},
    ),
    Route(
        method="GET",
        path="/v1/modems/{name}",
        handler=get_modem,
        access=Scope.MESSAGES_READ,
        tag=_TAG,
        summary="One modem",
        answers={HTTPStatus.OK: Answer(model=Modem, description="The modem")},
    ),
    _command(
        "restart",
        restart_modem,
        summary="Close its port and open it again; a running exchange ends first",
        status=HTTPStatus.ACCEPTED,
    ),
    _command("mute", mute_modem, summary="Receive but do not send"),
    _command("unmute", unmute_modem, summary="Send again"),
    _command(
        "confirm-sim",
        confirm_sim,
        summary="Serve the SIM that it holds now, where it is `held` for being another than before",
        status=HTTPStatus.ACCEPTED,
        problems=(HTTPStatus.CONFLICT,),
    ),
)
