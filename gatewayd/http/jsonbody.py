"""Request input, strictly: bytes to a JSON object, object or query to a model, or a Problem.

Owns what counts as JSON here and how a model's complaints are worded. Knows no route.
"""

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import TypeVar

from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gatewayd.http.models.shapes import WORDS
from gatewayd.http.problems import FieldProblem, Problem, unprocessable

_MAX_ERRORS = 20
_EXACT = 2**53 - 1
"""Up to which a number with a point is the integer that it looks like (RFC 7493 §2.2)."""

_NO_TEXT = "has a lone surrogate (half of a character) in it, which is not text"

type_of_model = TypeVar("type_of_model", bound=BaseModel)


class _LooseJsonError(ValueError):
    """JSON that other readers of the same bytes could understand otherwise."""


def parse_object(raw: bytes) -> dict[str, object]:
    """Read one JSON object with unique keys (RFC 7493); raises Problem 400 for anything else."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse_constant,
            parse_float=_number,
        )
    except UnicodeDecodeError as error:
        raise _not_json(f"the body is not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise _not_json(f"the body is not JSON: {error.msg} at {where}") from error
    except _LooseJsonError as error:
        raise _not_json(str(error)) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise _not_json("the body has a number that is too long") from error
    if not isinstance(value, dict):
        raise _not_json("the body must be a JSON object")
    return value


def text_object(raw: bytes) -> dict[str, object]:
    """Read one JSON object all of whose texts are text; raises Problem 400 or 422."""
    value = parse_object(raw)
    # Only an escape can bring half a character into what is UTF-8.
    if b"\\ud" in raw.lower():
        _refuse_lone_surrogates(value)
    return value


def body_as(model: type[type_of_model], raw: bytes) -> type_of_model:
    """Validate a body; raises Problem 400 when it is not JSON, 422 when it is not acceptable."""
    value = text_object(raw)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _unacceptable(model, error.errors(include_url=False), value, prefix="") from error


def query_as(model: type[type_of_model], query: MultiMapping[str]) -> type_of_model:
    """Validate query parameters; raises Problem 422, also for a parameter given twice."""
    values: dict[str, str] = {}
    twice: list[FieldProblem] = []
    for name, value in query.items():
        if name in values:
            twice.append(FieldProblem(pointer=f"/query/{_escape(name)}", detail="is given twice"))
        values[name] = value
    if twice:
        raise unprocessable(twice)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        raise _unacceptable(model, errors, values, prefix="/query") from error


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _LooseJsonError(f"the body has the key {key!a} twice")
            seen.add(key)
    return result


def _refuse_lone_surrogates(value: object) -> None:
    try:
        pointers = list(islice(_lone_surrogates(value, ""), _MAX_ERRORS))
    except RecursionError as error:
        raise _too_deep() from error
    if pointers:
        errors = [FieldProblem(pointer=pointer, detail=_NO_TEXT) for pointer in pointers]
        raise unprocessable(errors, code="lone_surrogate")


def _lone_surrogates(value: object, pointer: str) -> Iterator[str]:
    """Point at every text, also a key, that UTF-8 can't hold."""
    match value:
        case str():
            if not _is_text(value):
                yield pointer
        case dict():
            for key, inner in value.items():
                if not _is_text(key):
                    yield pointer
                yield from _lone_surrogates(inner, f"{pointer}/{_escape(key)}")
        case list():
            for place, inner in enumerate(value):
                yield from _lone_surrogates(inner, f"{pointer}/{place}")
        case _:
            return


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number(text: str) -> float:
    """Read what is written with a point or an exponent; 3.0 is the integer 3 (RFC 8259 §6)."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) <= _EXACT else value


def _refuse_constant(name: str) -> float:
    raise _LooseJsonError(f"{name} is not JSON")


def _too_deep() -> Problem:
    return _not_json("the body is nested too deeply")


def _not_json(detail: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "not_json", detail)


def _unacceptable(
    model: type[BaseModel], errors: Sequence[ErrorDetails], value: object, *, prefix: str
) -> Problem:
    known = [field.alias or name for name, field in model.model_fields.items()]
    return unprocessable(
        [
            FieldProblem(
                pointer=prefix + _pointer(error, value),
                detail=_word(error, known),
            )
            for error in errors[:_MAX_ERRORS]
        ]
    )


def _pointer(error: ErrorDetails, value: object) -> str:
    """Point into what was given; pydantic also names the branch of a union that it tried."""
    pointer = ""
    for step in error["loc"]:
        match value:
            case dict() if step in value or error["type"] == "missing":
                value = value.get(step)
            case list() if isinstance(step, int):
                value = value[step] if step < len(value) else None
            case _:
                continue
        pointer += f"/{_escape(str(step))}"
    return pointer


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def _word(error: ErrorDetails, known: Sequence[str]) -> str:
    match error["type"]:
        case "missing":
            return "is required"
        case "extra_forbidden":
            return _unknown_field(str(error["loc"][-1]), known)
        case "literal_error" | "enum":
            return f"must be {_context(error).get('expected', 'one of the known values')}"
        case "value_error":
            return error["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch":
            return WORDS[str(_context(error)["pattern"])]
        case _:
            return error["msg"][:1].lower() + error["msg"][1:]


def _context(error: ErrorDetails) -> Mapping[str, object]:
    return error.get("ctx", {})


def _unknown_field(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known)}"
    return f"is not known here; {hint}"
