"""Where a problem of the rules stands in the JSON that was sent.

The rules file counts from one and parts keys with points; JSON pointers (RFC 6901) count from zero.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from gatewayd.http.problems import FieldProblem, Problem, unprocessable
from gatewayd.services.rulebook import UnfitBook, UnfitTemplate


def unfit_book(unfit: UnfitBook, document: Mapping[str, Any], *, under: str) -> Problem:
    """Build the answer to rules that cannot be; the document was at the pointer ``under``."""
    errors = [
        FieldProblem(pointer=under + pointer_of(problem.key, document), detail=problem.reason)
        for problem in unfit.problems
    ]
    return unprocessable(errors, code="rules_unfit")


def unfit_template(unfit: UnfitTemplate, name: str, *, removed: bool) -> Problem:
    """Build the answer to a template that cannot be so, or cannot go."""
    if removed:
        why = f"a rule answers with it: {unfit.problems[0]}"
        return Problem(HTTPStatus.CONFLICT, "template_in_use", why)
    own = f"templates.{name}"
    errors = [
        FieldProblem(pointer=problem.key.removeprefix(own).replace(".", "/"), detail=problem.reason)
        for problem in unfit.problems
    ]
    return unprocessable(errors, code="rules_unfit")


def unreadable(unfit: UnfitBook) -> Problem:
    """Build the answer to a change of a part where the whole in force cannot be read."""
    why = f"the rules in force cannot be read, so set them as a whole: {unfit.problems[0]}"
    return Problem(HTTPStatus.CONFLICT, "rules_unreadable", why)


def pointer_of(key: str, document: Mapping[str, Any]) -> str:
    """Translate a key such as ``rules.2.when.words`` to ``/rules/1/when/words``."""
    pointer, here, rest = "", document, key
    while rest:
        name = _name_at(rest, here)
        rest = rest[len(name) + 1 :]
        here, step = _step(name, here)
        pointer += f"/{step.replace('~', '~0').replace('/', '~1')}"
    return pointer


def _name_at(rest: str, here: object) -> str:
    """Tell the next name; one that is there may have points in it."""
    there = here if isinstance(here, Mapping) else ()
    fitting = [name for name in there if rest == name or rest.startswith(f"{name}.")]
    return max(fitting, key=len, default=rest.partition(".")[0])


def _step(name: str, here: object) -> tuple[Any, str]:
    if isinstance(here, Mapping):
        return here.get(name), name
    if isinstance(here, Sequence) and not isinstance(here, str) and name.isdecimal():
        place = int(name) - 1
        return (here[place] if place < len(here) else None), str(place)
    return None, name
