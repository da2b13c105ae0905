"""The first start in the browser: modem, hours, automatic answer, colleagues, a test both ways."""

import copy
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import INBOXES, LINKS, MESSAGES, RULES, STAFF
from gatewayd.services.drafts import DEFAULT_INBOX, Draft, Refused
from gatewayd.services.links import MadeLink
from gatewayd.services.messages import KeyConflict
from gatewayd.services.roles import Role
from gatewayd.services.rulebook import UnfitBook
from gatewayd.services.tokens import Scope
from gatewayd.web import weekly
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.login_pages import login_name
from gatewayd.web.modem_words import bars, modem_words
from gatewayd.web.refusals import refusal_words
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage import queries
from storage.editing import Edit
from storage.people import NewPerson
from storage.queries import MessageFilter

_TEST_REFERENCE = "first-start-test"
_LONGEST_TEXT = 1000
_LONGEST_NAME = 60
_PROPOSED_ANSWER = {
    "en": "Thank you for your message. {business} is closed now; we answer {next_opening}.",
    "fr": "Merci de votre message. {business} est fermé en ce moment; réponse {next_opening}.",
}
_PROPOSED_WEEK: weekly.Week = ((("09:00", "17:00"),),) * 5 + ((), ())
_TEST_TEXT = N_(
    "A test from %(business)s: texts from here reach you. Answer it to test the other way."
)
_UNFIT_ANSWER = N_("This text cannot be used: %(why)s")
_CHANGED = N_("Somebody changed it just now. Look again.")
_TAKEN = N_("Somebody has this name already; add the first letter of the family name.")
_NOT_ADDED = N_("They could not be added: %(why)s")
_TEST_SENT = N_("Sent. Watch your telephone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A page of the first start; its title is a sentence of the catalogue."""

    key: str
    title: str
    show: Callable[[Visit], Awaitable[Mapping[str, Any]]]
    take: Callable[[Visit], Awaitable[web.StreamResponse]] | None = None
    follows: str = "-"
    """The beginnings of the events after which the page is read again."""


async def _modems(visit: Visit) -> Mapping[str, Any]:
    views = visit.context.modems.views()
    shown = [(view, modem_words(view), bars(view.signal_dbm)) for view in views]
    found = await visit.context.modems.found(ask=False)
    free = [stick for stick in found if stick.modem is None]
    return {"modems": shown, "free": free}


async def _hours(visit: Visit) -> Mapping[str, Any]:
    inbox = await visit.request.app[INBOXES].get(DEFAULT_INBOX)
    hours = None if inbox is None else inbox.hours
    week = _PROPOSED_WEEK if hours is None else weekly.read(hours)
    return {"week": week, "hours": hours, "wrong": None, "for_form": weekly.for_form}


async def _take_hours(visit: Visit) -> web.StreamResponse:
    expression = None
    if not visit.field("always"):
        typed = tuple(_typed(visit, name) for name in weekly.DAYS)
        days = [weekly.day_of(ranges, day) for day, ranges in enumerate(typed)]
        wrong = next((each.day for each in days if isinstance(each, weekly.WrongDay)), None)
        if wrong is not None:
            again = {"week": typed, "hours": None, "wrong": wrong, "for_form": weekly.for_form}
            return _page(visit, "hours", again, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        week = tuple(each for each in days if not isinstance(each, weekly.WrongDay))
        expression = weekly.written(week)
    await visit.request.app[INBOXES].change(
        DEFAULT_INBOX, {"hours": expression}, version=None, by=visit.author
    )
    return go_to("/start/answer")


def _typed(visit: Visit, name: str) -> tuple[weekly.Range, ...]:
    if not visit.field(f"{name}-open"):
        return ()
    ranges = ((visit.field(f"{name}-{n}-from"), visit.field(f"{name}-{n}-to")) for n in (1, 2))
    return tuple(each for each in ranges if any(each))


async def _answer(visit: Visit) -> Mapping[str, Any]:
    row = await visit.request.app[RULES].current()
    inbox = row.document.get("inboxes", {}).get(DEFAULT_INBOX, {})
    texts = inbox.get("answers", {}).get("texts", {}).get("closed")
    return {"texts": texts or _PROPOSED_ANSWER, "chosen": texts is not None}


async def _take_answer(visit: Visit) -> web.StreamResponse:
    rules = visit.request.app[RULES]
    row = await rules.current()
    document = copy.deepcopy(dict(row.document))
    inbox = document.setdefault("inboxes", {}).setdefault(DEFAULT_INBOX, {})
    texts = inbox.setdefault("answers", {}).setdefault("texts", {})
    if visit.field("none"):
        texts.pop("closed", None)
    else:
        given = {each: visit.field(each).strip()[:_LONGEST_TEXT] for each in ("en", "fr")}
        texts["closed"] = {language: text for language, text in given.items() if text}
    outcome = await rules.replace(document, version=row.version, by=visit.author)
    if isinstance(outcome, UnfitBook):
        why = "; ".join(problem.reason for problem in outcome.problems[:2])
        flash = Flash(message=_UNFIT_ANSWER, values={"why": why}, tone=Tone.ERROR)
        return go_to("/start/answer", flash=flash)
    if outcome is not Edit.DONE:
        return go_to("/start/answer", flash=Flash(message=_CHANGED, tone=Tone.ERROR))
    return go_to("/start/people")


async def _people(visit: Visit) -> Mapping[str, Any]:
    return {"people": await visit.request.app[STAFF].people(), "link": None, "invited": ""}


async def _take_people(visit: Visit) -> web.StreamResponse:
    """Add a colleague, and show their link: this once, so not by way of another page."""
    shown_name = " ".join(visit.field("display_name").split())[:_LONGEST_NAME]
    role = Role.MANAGER if visit.field("role") == Role.MANAGER else Role.AGENT
    name = login_name(shown_name)
    if not name or not shown_name.isprintable():
        return go_to("/start/people")
    staff = visit.request.app[STAFF]
    made = await staff.add_person(
        NewPerson(name=name, display_name=shown_name, role=role.value), by=visit.author
    )
    if not isinstance(made, str):
        return go_to("/start/people", flash=Flash(message=_TAKEN, tone=Tone.ERROR))
    link = await visit.request.app[LINKS].create_for(made, by=visit.author)
    if not isinstance(link, MadeLink):
        why = "" if link is None else getattr(link, "detail", "")
        flash = Flash(message=_NOT_ADDED, values={"why": why}, tone=Tone.ERROR)
        return go_to("/start/people", flash=flash)
    address = f"{visit.request.scheme}://{visit.request.host}{link.path}"
    values = {"people": await staff.people(), "link": address, "invited": shown_name}
    return _page(visit, "people", values)


async def _test(visit: Visit) -> Mapping[str, Any]:
    views = visit.context.modems.views()
    async with visit.context.store.read() as tx:
        incoming = await queries.list_messages(tx, MessageFilter(direction="in"), limit=3)
        tests = await queries.list_messages(
            tx, MessageFilter(client_reference=_TEST_REFERENCE), limit=1
        )
    return {
        "numbers": [view.number for view in views if view.number],
        "incoming": incoming.items,
        "test": tests.items[0] if tests.items else None,
    }


async def _take_test(visit: Visit) -> web.StreamResponse:
    business = visit.context.settings.gateway.name
    draft = Draft(
        to=visit.field("to"),
        text=visit.tongue.say(_TEST_TEXT, business=business),
        client_reference=_TEST_REFERENCE,
    )
    result = await visit.request.app[MESSAGES].accept(
        draft, author=visit.author, key=None, answer=lambda _: {}
    )
    if isinstance(result, Refused):
        message, values = refusal_words(result.refusals[0].code, result.refusals[0].detail)
        return go_to("/start/test", flash=Flash(message=message, values=values, tone=Tone.ERROR))
    if isinstance(result, KeyConflict):
        raise TypeError("there was no key")
    return go_to("/start/test", flash=Flash(message=_TEST_SENT))


STEPS: Sequence[Step] = (
    Step(key="modems", title=N_("The modem"), show=_modems, follows="modem."),
    Step(key="hours", title=N_("Opening hours"), show=_hours, take=_take_hours),
    Step(key="answer", title=N_("Automatic answer"), show=_answer, take=_take_answer),
    Step(key="people", title=N_("Colleagues"), show=_people, take=_take_people),
    Step(key="test", title=N_("A test"), show=_test, take=_take_test, follows="message. modem."),
)
_BY_KEY = {step.key: step for step in STEPS}


def _page(
    visit: Visit, key: str, values: Mapping[str, Any], *, status: HTTPStatus = HTTPStatus.OK
) -> web.Response:
    keys = list(_BY_KEY)
    after = keys.index(key) + 1
    return page(
        visit,
        f"start/{key}.html",
        status=status,
        steps=STEPS,
        step=_BY_KEY[key],
        next=f"/start/{keys[after]}" if after < len(keys) else "/",
        **values,
    )


async def _begin(_visit: Visit) -> web.StreamResponse:
    return go_to("/start/modems")


def _step(visit: Visit) -> Step:
    """Give the step that the address names; who sees some inboxes only sets up no whole shop."""
    step = _BY_KEY.get(visit.named("step"))
    if step is None or visit.author.inboxes is not None:
        raise not_found("step of this name")
    return step


async def _show(visit: Visit) -> web.StreamResponse:
    step = _step(visit)
    return _page(visit, step.key, await step.show(visit))


async def _take(visit: Visit) -> web.StreamResponse:
    step = _step(visit)
    if step.take is None:
        raise not_found("step of this name")
    return await step.take(visit)


ROUTES = (
    PageRoute(method="GET", path="/start", handler=_begin, access=Scope.MANAGE),
    PageRoute(method="GET", path="/start/{step}", handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path="/start/{step}", handler=_take, access=Scope.MANAGE),
)
