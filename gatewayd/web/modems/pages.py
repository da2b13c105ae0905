"""Pages of the modems, and what is done to them: restart, send or not, take the other SIM."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from aiohttp import web

from gatewayd.directory import BalanceView, ModemView
from gatewayd.http.looking_after import check_looks_after, looks_after
from gatewayd.http.problems import not_found
from gatewayd.incidents import incident_view
from gatewayd.money import Money
from gatewayd.services.tokens import Scope
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.modem_words import ModemWords, bars, modem_words
from gatewayd.web.modems.diagnosis import Diagnosis, of_everything, of_modems
from gatewayd.web.modems.meters import Meter, meters_of
from gatewayd.web.modems.stories import Story, story_of
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage import modems
from storage.errors import CursorExpired

_STORIES = 20
_RESTARTED = N_("It restarts now; that takes a moment.")
_MUTED = N_("It only receives now.")
_UNMUTED = N_("It sends again.")
_CONFIRMED = N_("Taken: this SIM is the modem’s own now.")
_NOT_HELD = N_("It does not wait for that any more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A modem as its card shows it."""

    view: ModemView
    may_act: bool
    words: ModemWords
    bars: int | None
    meters: Sequence[Meter]
    findings: Sequence[Diagnosis]
    balance: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdShown:
    """What came of a step: the network's own words, or a sentence of ours."""

    said: str = ""
    note: str = ""
    wrong: bool = False
    menu: bool = False
    """Whether the network waits for a reply."""


async def _all(visit: Visit) -> web.StreamResponse:
    views = visit.context.modems.views()
    findings = of_modems(visit.context, visit.tongue)
    found = await visit.context.modems.found(ask=False)
    return page(
        visit,
        "modems/modems.html",
        modems=[_shown(visit, view, findings) for view in views],
        free=[stick for stick in found if stick.modem is None],
        may_act=may_act(visit),
    )


def _shown(visit: Visit, view: ModemView, findings: dict[str, list[Diagnosis]]) -> Shown:
    return Shown(
        view=view,
        may_act=may_act(visit) and looks_after(visit.context.settings, view.name, visit.author),
        words=modem_words(view),
        bars=bars(view.signal_dbm),
        meters=meters_of(view),
        findings=findings.get(view.name, ()),
        balance=_credit(view.balance),
    )


def _credit(balance: BalanceView | None) -> Money | None:
    if balance is None or balance.micros is None or balance.currency is None:
        return None
    return Money(micros=balance.micros, currency=balance.currency)


async def _one(visit: Visit) -> web.StreamResponse:
    return await modem_page(visit)


async def modem_page(visit: Visit, *, answer: UssdShown | None = None) -> web.Response:
    """Show a modem, and what the network said. Raises Problem where there is none of the name."""
    view = named_modem(visit)
    stories, more = await _stories(visit, view.name)
    return page(
        visit,
        "modems/modem.html",
        modem=_shown(visit, view, of_modems(visit.context, visit.tongue)),
        stories=stories,
        more=more,
        may_ask=visit.author.may(Scope.ADMIN),
        answer=answer,
    )


async def _stories(visit: Visit, name: str) -> tuple[list[Story], str | None]:
    cursor = visit.request.query.get("after")
    try:
        async with visit.context.store.read() as tx:
            rows = await modems.incidents_of(tx, name, limit=_STORIES + 1, cursor=cursor)
    except CursorExpired:
        raise not_found("trouble of this number") from None
    zone = ZoneInfo(visit.context.settings.gateway.timezone)
    shown = rows[:_STORIES]
    told = [story_of(incident_view(row, zone=zone, recording=None), visit.formats) for row in shown]
    return told, shown[-1].id if len(rows) > _STORIES else None


def may_act(visit: Visit) -> bool:
    """Whether the reader looks after the modems."""
    return visit.author.may(Scope.MANAGE)


def named_modem(visit: Visit) -> ModemView:
    """Give the modem of the path. Raises Problem where there is none."""
    name = visit.named("name")
    view = visit.context.modems.view(name)
    if view is None:
        raise not_found(f"modem {name!a}")
    return view


def _own_modem(visit: Visit) -> ModemView:
    view = named_modem(visit)
    check_looks_after(visit.context.settings, view.name, visit.author)
    return view


def place_of(view: ModemView) -> str:
    """Give a modem's own page."""
    return f"/modems/{view.name}"


async def _restart(visit: Visit) -> web.StreamResponse:
    view = _own_modem(visit)
    await visit.context.modems.restart(view.name)
    return go_to(place_of(view), flash=Flash(message=_RESTARTED))


async def _mute(visit: Visit) -> web.StreamResponse:
    view = _own_modem(visit)
    muted = visit.field("muted") == "yes"
    await visit.context.modems.mute(view.name, muted)
    flash = Flash(
        message=_MUTED if muted else _UNMUTED,
        undo=f"{place_of(view)}/mute",
        undo_fields={"muted": "no" if muted else "yes"},
    )
    return go_to(place_of(view), flash=flash)


async def _confirm_sim(visit: Visit) -> web.StreamResponse:
    view = _own_modem(visit)
    taken = await visit.context.modems.confirm_sim(view.name)
    flash = Flash(message=_CONFIRMED) if taken else Flash(message=_NOT_HELD, tone=Tone.WARNING)
    return go_to(place_of(view), flash=flash)


async def _doctor(visit: Visit) -> web.StreamResponse:
    findings = await of_everything(visit.context, visit.tongue)
    return page(visit, "modems/doctor.html", findings=findings)


async def _banner(visit: Visit) -> web.StreamResponse:
    return page(visit, "modems/banner.html")


ROUTES = (
    PageRoute(method="GET", path="/modems", handler=_all),
    PageRoute(method="GET", path="/modems/{name}", handler=_one),
    PageRoute(method="GET", path="/banner", handler=_banner),
    PageRoute(method="GET", path="/doctor", handler=_doctor, access=Scope.MANAGE),
    PageRoute(method="POST", path="/modems/{name}/restart", handler=_restart, access=Scope.MANAGE),
    PageRoute(method="POST", path="/modems/{name}/mute", handler=_mute, access=Scope.MANAGE),
    PageRoute(
        method="POST", path="/modems/{name}/confirm-sim", handler=_confirm_sim, access=Scope.MANAGE
    ),
)
