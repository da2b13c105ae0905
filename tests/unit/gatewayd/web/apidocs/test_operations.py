"""The API's page shows all of the OpenAPI document, and its examples are ones that we take."""

import json
import shlex
from typing import Any

import pytest

from gatewayd.http.app import ROUTES
from gatewayd.http.jsonbody import body_as
from gatewayd.http.openapi import Description
from gatewayd.http.route import Route
from gatewayd.web.apidocs.operations import SENDS_SMS, Operation, shapes_of, subjects

DOCUMENT: Any = Description(ROUTES, version="1.2.3").document
OPERATIONS = {each.key: each for subject in subjects(DOCUMENT) for each in subject.operations}
WITH_BODY = [route for route in ROUTES if route.body is not None]


def operation(name: str) -> Operation:
    return OPERATIONS[name]


def test_every_route_is_there_once() -> None:
    shown = [each for subject in subjects(DOCUMENT) for each in subject.operations]
    assert sorted((each.method, each.path) for each in shown) == sorted(
        (route.method, route.path) for route in ROUTES
    )


@pytest.mark.parametrize("route", WITH_BODY, ids=lambda route: f"{route.method} {route.path}")
def test_the_example_is_one_that_its_route_takes(route: Route) -> None:
    assert route.body is not None
    example = operation(route.handler.__name__).example
    body_as(route.body, example.encode())


def test_curl_is_given_what_a_shell_hands_on() -> None:
    for each in OPERATIONS.values():
        words = shlex.split(each.curl)
        assert words[0] == "curl"
        assert f"$GATEWAY{each.path}" in words
        assert ("-d" in words) == bool(each.example)
        if each.example:
            assert json.loads(words[words.index("-d") + 1]) == json.loads(each.example)
        method = (
            words[words.index("-X") + 1] if "-X" in words else "POST" if each.example else "GET"
        )
        assert method == each.method


def test_who_needs_no_token_is_shown_without_one() -> None:
    assert "Authorization" not in operation("openapi").curl
    assert "Authorization" in operation("list_messages").curl


def test_what_costs_is_known_by_its_name() -> None:
    assert OPERATIONS.keys() >= SENDS_SMS
    assert operation("send_message").sends_sms
    assert not operation("list_messages").sends_sms
    assert not operation("list_messages").changes


def test_problems_stand_apart_from_answers() -> None:
    sent = operation("send_message")
    assert [reply.status for reply in sent.replies] == ["202"]
    assert {"401", "422", "429"} <= {reply.status for reply in sent.problems}


def test_every_type_leads_to_a_shape_that_is_there() -> None:
    shapes = shapes_of(DOCUMENT)
    names = {shape.name for shape in shapes}
    pieces = [piece for shape in shapes for field in shape.fields for piece in field.type]
    pieces += [piece for shape in shapes for piece in shape.type]
    for each in OPERATIONS.values():
        for content in (*each.body, *(one for reply in each.replies for one in reply.contents)):
            pieces += content.type
    refs = {piece.ref for piece in pieces if piece.ref is not None}
    assert refs
    assert refs <= names
    assert all(piece.text for piece in pieces)


def test_types_are_said_in_words() -> None:
    fields = {
        (shape.name, field.name): "".join(piece.text for piece in field.type)
        for shape in shapes_of(DOCUMENT)
        for field in shape.fields
    }
    assert fields["MessageIn", "to"] == "string"
    assert fields["MessageIn", "send_at"] == "string (date-time) or null"
    assert fields["MessageIn", "priority"] == '"urgent" | "normal" | "bulk"'
    assert fields["ProblemDocument", "errors"] == "list of ProblemField or null"
