"""Pages of the rules: in words, with their order and switches; and the whole file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gatewayd.http.problems import not_found
from gatewayd.http.route import RULES, STAFF
from gatewayd.services.rulebook import UnfitBook
from gatewayd.services.tokens import Scope
from gatewayd.web.digits import LONGEST_OF_32_BITS, number_in
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.areas import settings_page
from gatewayd.web.settings.book import open_book, put_book, put_document
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.hours_pages import note_book
from gatewayd.web.settings.rule_words import conditions, effects
from gatewayd.web.settings.toml_lines import line_of
from routing import rulesfile
from routing.layout import write
from routing.model import Problem, Rule
from routing.reach import is_within
from storage.editing import Edit

_RULES = "/settings/rules"
_SAVED = N_("Saved. It holds from now on.")
_CHANGED = N_("Somebody else changed the rules just now. Look again.")
_FINE = N_("There is no mistake in it. It is not saved yet.")
_A_PROGRAM = N_("a program")
_LONGEST = 500_000
_SHOWN = 50
_HISTORY = 10


async def _show(visit: Visit) -> web.StreamResponse:
    """Show the rules in words."""
    row = await visit.request.app[RULES].current()
    book = rulesfile.from_document(row.document).book
    tongue = visit.tongue
    rules = () if book is None else book.rules
    inboxes = visit.author.inboxes
    said = [
        (
            rule,
            conditions(rule, tongue),
            effects(rule, tongue),
            inboxes is None or is_within(rule, inboxes),
        )
        for rule in rules
    ]
    people = {each.id: each.display_name for each in await visit.request.app[STAFF].people()}
    history = await visit.request.app[RULES].history(limit=_HISTORY, before=None)
    return settings_page(
        visit,
        "rules.html",
        area="rules",
        rules=said,
        version=row.version,
        unreadable=book is None,
        history=[(each, people.get(each.author) or tongue.say(_A_PROGRAM)) for each in history],
    )


async def _act(visit: Visit) -> web.StreamResponse:
    """Switch a rule on or off, or move it."""
    opened, form = await open_book(visit), Written(visit=visit)
    place = next(
        (n for n, rule in enumerate(opened.book.rules) if rule.name == visit.field("rule")), None
    )
    if place is None:
        raise not_found("rule of this name")
    rules = moved(opened.book.rules, place, visit.field("do"))
    outcome = await put_book(visit, replace(opened.book, rules=rules), version=form.version)
    if outcome is Edit.DONE:
        return go_to(_RULES, flash=Flash(message=_SAVED))
    if isinstance(outcome, Edit):
        return go_to(_RULES, flash=Flash(message=_CHANGED, tone=Tone.ERROR))
    note_book(form, outcome)
    values = {"text": form.errors["form"]}
    return go_to(_RULES, flash=Flash(message=N_("%(text)s"), values=values, tone=Tone.ERROR))


def moved(rules: Sequence[Rule], place: int, do: str) -> tuple[Rule, ...]:
    """Give the rules after one was switched or moved, as far as it can be."""
    found = list(rules)
    match do:
        case "on" | "off":
            found[place] = replace(found[place], enabled=do == "on")
        case "up" if place > 0:
            found[place - 1], found[place] = found[place], found[place - 1]
        case "down" if place + 1 < len(found):
            found[place + 1], found[place] = found[place], found[place + 1]
        case _:
            pass
    return tuple(found)


async def _file(visit: Visit) -> web.StreamResponse:
    """Show the whole file, to be edited."""
    wanted = number_in(visit.request.query.get("version", ""), longest=LONGEST_OF_32_BITS)
    rules = visit.request.app[RULES]
    row = await rules.current()
    shown = row
    if wanted is not None:
        shown = await rules.get(wanted) or row
    return _editor(visit, write(shown.document), Written(visit=visit), row.version, ())


def _editor(
    visit: Visit,
    text: str,
    form: Written,
    version: int,
    problems: Sequence[Problem],
    fine: str = "",
) -> web.Response:
    lines = [(line_of(problem, text), problem) for problem in problems[:_SHOWN]]
    return settings_page(
        visit,
        "rules_file.html",
        area="rules",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors or problems else HTTPStatus.OK,
        text=text,
        form=form,
        version=version,
        problems=sorted(lines, key=lambda each: each[0] or 0),
        fine=fine,
    )


async def _save_file(visit: Visit) -> web.StreamResponse:
    """Put what is written in force, or say what is wrong with it."""
    form = Written(visit=visit)
    text = visit.field("text").replace("\r\n", "\n")[:_LONGEST]
    current = (await visit.request.app[RULES].current()).version
    version = current if form.version is None else form.version
    read = rulesfile.parse(text)
    if read.book is None:
        return _editor(visit, text, form, version, read.problems)
    document: Mapping[str, Any] = tomllib.loads(text)
    if visit.field("do") == "check":
        unfit = await visit.request.app[RULES].check(document)
        problems = () if unfit is None else unfit.problems
        return _editor(visit, text, form, version, problems, "" if problems else _FINE)
    outcome = await put_document(visit, document, version=version)
    if isinstance(outcome, UnfitBook):
        return _editor(visit, text, form, version, outcome.problems)
    if outcome is not Edit.DONE:
        note_book(form, outcome)
        return _editor(visit, text, form, current, ())
    return go_to(_RULES, flash=Flash(message=_SAVED))


ROUTES = (
    PageRoute(method="GET", path=_RULES, handler=_show, access=Scope.MANAGE),
    PageRoute(method="POST", path=_RULES, handler=_act, access=Scope.MANAGE),
    PageRoute(method="GET", path=f"{_RULES}/file", handler=_file, access=Scope.MANAGE),
    PageRoute(method="POST", path=f"{_RULES}/file", handler=_save_file, access=Scope.MANAGE),
)
