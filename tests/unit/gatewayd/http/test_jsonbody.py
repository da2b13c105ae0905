from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from pkgutil import walk_packages
from typing import Annotated, Literal

import pytest
from multidict import MultiDict
from pydantic import Field

from gatewayd.http import models
from gatewayd.http.jsonbody import body_as, parse_object, query_as
from gatewayd.http.models.base import Input, Moment, Query, milliseconds
from gatewayd.http.models.editing import Line, Slug
from gatewayd.http.models.settings import _PATTERN
from gatewayd.http.models.shapes import SHA256, WORDS
from gatewayd.http.problems import FieldProblem, Problem


class Inner(Input):
    size: int = 0


class Body(Input):
    text: str
    how: Literal["fast", "slow"] = "fast"
    when: Moment | None = None
    inner: Inner | None = None
    some: Annotated[list[int], Field(default_factory=list)]


class Asked(Query):
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a": 1} trailing',
        b'{"a": 1}{}',
        b'{"a": 1, "a": 1}',
        b'{"b": {"a": 1, "a": 2}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": "\n"}',
        b"[]",
        b'"text"',
        b"null",
        b"1",
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_only_a_strict_json_object_is_json(raw: bytes) -> None:
    with pytest.raises(Problem) as raised:
        parse_object(raw)

    assert raised.value.status == HTTPStatus.BAD_REQUEST
    assert raised.value.code == "not_json"


def test_an_object_is_read() -> None:
    assert parse_object(b' {"a": [1, 2.5, null, "\\u00e9\\u0000"]} ') == {
        "a": [1, 2.5, None, "é\0"]
    }


@pytest.mark.parametrize(
    ("raw", "pointer", "says"),
    [
        (b"{}", "/text", "is required"),
        (b'{"text": 1}', "/text", "string"),
        (b'{"text": null}', "/text", "string"),
        (b'{"text": "\\ud800"}', "/text", "lone surrogate"),
        (b'{"text": "a\\udc00b"}', "/text", "lone surrogate"),
        (b'{"text": "", "some": [1, "\\uD83D"]}', "/some/1", "lone surrogate"),
        (b'{"text": "", "\\ud800": 1}', "", "lone surrogate"),
        (b'{"text": "", "how": "FAST"}', "/how", "'fast' or 'slow'"),
        (b'{"text": "", "texts": ""}', "/texts", "did you mean 'text'?"),
        (b'{"text": "", "zzz": ""}', "/zzz", "known: text, how"),
        (b'{"text": "", "a/b~c": ""}', "/a~1b~0c", "known:"),
        (b'{"text": "", "inner": {"size": "3"}}', "/inner/size", "integer"),
        (b'{"text": "", "inner": {"size": true}}', "/inner/size", "integer"),
        (b'{"text": "", "some": [1, "2"]}', "/some/1", "integer"),
        (b'{"text": "", "when": "tomorrow"}', "/when", "RFC 3339"),
        (b'{"text": "", "when": "2026-12-01T15:30:00"}', "/when", "RFC 3339"),
        (b'{"text": "", "when": "2026-02-30T15:30:00Z"}', "/when", "no time that exists"),
        (b'{"text": "", "when": "0001-01-01T00:00:00+14:00"}', "/when", "no time that exists"),
        (b'{"text": "", "when": 1764600000}', "/when", "datetime"),
    ],
)
def test_what_is_not_acceptable_is_pointed_at(raw: bytes, pointer: str, says: str) -> None:
    with pytest.raises(Problem) as raised:
        body_as(Body, raw)

    assert raised.value.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error.pointer for error in raised.value.errors] == [pointer]
    assert says in raised.value.errors[0].detail


def test_depth_is_bounded_also_for_the_search_for_surrogates() -> None:
    raw = b'{"text": ' + b"[" * 985 + b'"\\ud83d\\ude00"' + b"]" * 985 + b"}"

    with pytest.raises(Problem):
        body_as(Body, raw)


def test_a_whole_surrogate_pair_is_a_character() -> None:
    assert body_as(Body, b'{"text": "\\ud83d\\ude00"}').text == "\N{GRINNING FACE}"


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(Problem) as raised:
        body_as(Body, b'{"how": 1, "some": ["x"], "zzz": 0}')

    assert {error.pointer for error in raised.value.errors} == {"/text", "/how", "/some/0", "/zzz"}


def test_what_is_wrong_is_not_told_without_end() -> None:
    with pytest.raises(Problem) as raised:
        body_as(Body, b'{"text": "", "some": [' + b'"x",' * 500 + b"1]}")

    assert len(raised.value.errors) == 20


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:01.5z", 1500),
        ("2026-12-01T15:30:00-05:00", 1796157000000),
        ("2026-12-01 20:30:00.123456789+00:00", 1796157000123),
    ],
)
def test_times_are_rfc_3339(written: str, ms: int) -> None:
    body = body_as(Body, f'{{"text": "", "when": "{written}"}}'.encode())

    assert body.when is not None
    assert milliseconds(body.when) == ms


def test_query_values_are_text_that_is_read() -> None:
    assert query_as(Asked, MultiDict(limit="7")).limit == 7


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        (MultiDict(limit="0"), "/query/limit"),
        (MultiDict(limit="201"), "/query/limit"),
        (MultiDict(limit="many"), "/query/limit"),
        (MultiDict(limits="1"), "/query/limits"),
        (MultiDict([("limit", "1"), ("limit", "2")]), "/query/limit"),
    ],
)
def test_a_wrong_query_is_pointed_at(query: MultiDict[str], pointer: str) -> None:
    with pytest.raises(Problem) as raised:
        query_as(Asked, query)

    assert raised.value.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [error.pointer for error in raised.value.errors] == [pointer]


def test_a_problem_that_quotes_a_lone_surrogate_can_be_sent() -> None:
    error = FieldProblem(pointer="/\ud800", detail="\ud800")

    answer = Problem(HTTPStatus.BAD_REQUEST, "code", "\udfff", errors=[error]).response("req_1")

    assert isinstance(answer.body, bytes)
    assert b"\\ud800" in answer.body


class Signed(Input):
    """A field that may be one thing or another."""

    sign: bool | Line | None = None
    count: int = 0
    share: float = 0.0


@pytest.mark.parametrize("raw", [b'{"sign": "\\n"}', b'{"sign": 7}', b'{"sign": []}'])
def test_a_pointer_leads_into_what_was_given_not_into_our_models(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        body_as(Signed, raw)
    assert {error.pointer for error in refused.value.errors} == {"/sign"}


def test_a_number_is_the_same_however_it_is_written() -> None:
    for raw in (b'{"count": 3}', b'{"count": 3.0}', b'{"count": 30e-1}', b'{"count": 0.3e1}'):
        assert body_as(Signed, raw).count == 3
    assert body_as(Signed, b'{"share": 2.0}').share == 2
    assert body_as(Signed, b'{"share": 2.5}').share == 2.5


@pytest.mark.parametrize("number", ["3.5", "1e400", "9007199254740992.0", "true"])
def test_what_is_no_integer_or_not_exactly_one_is_none(number: str) -> None:
    with pytest.raises(Problem):
        body_as(Signed, f'{{"count": {number}}}'.encode())


class Shaped(Query):
    name: Slug | None = None
    expect: Annotated[str | None, Field(pattern=SHA256)] = None


def test_a_wrong_shape_is_told_in_words_and_not_as_a_pattern() -> None:
    with pytest.raises(Problem) as refused:
        query_as(Shaped, MultiDict({"name": "Bad Name", "expect": "x"}))
    told = [error.detail for error in refused.value.errors]
    assert [detail.partition(" small")[0] for detail in told] == [
        "must be 1 to 32",
        "must be the 64 hexadecimal digits of a SHA-256 in",
    ]


def test_each_shape_of_a_body_or_query_has_words() -> None:
    def patterns(value: object) -> Iterator[str]:
        match value:
            case dict():
                for name, inner in value.items():
                    if name == "pattern" and isinstance(inner, str):
                        yield inner
                    yield from patterns(inner)
            case list():
                for inner in value:
                    yield from patterns(inner)

    shapes = {
        pattern
        for package in walk_packages(models.__path__, f"{models.__name__}.")
        for model in vars(import_module(package.name)).values()
        if isinstance(model, type) and issubclass(model, Input | Query)
        for pattern in patterns(model.model_json_schema())
    }
    assert shapes - {_PATTERN} == WORDS.keys()  # a time of the day has words of its own
