"""The table of routes, OpenAPI, docs/http.md and what is really answered agree."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gatewayd.asides import ASIDE_TYPES
from gatewayd.http.app import ROUTES
from gatewayd.http.models.base import ProblemDocument
from gatewayd.http.models.messages import Message, MessageDetail
from gatewayd.http.openapi import document
from gatewayd.http.route import Door, Route
from gatewayd.services.events import EVENT_TYPES
from gatewayd.services.tokens import Scope
from storage.states import MessageState

GUIDE = (Path(__file__).parents[4] / "docs" / "http.md").read_text(encoding="utf-8")
SOURCES = Path(__file__).parents[4] / "gatewayd"
DOORS = {Door.OPEN: "open to all", Door.LOOPBACK: "–", Door.SESSION: "logged in"}


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return document(ROUTES, version="1.2.3")


def _section(title: str) -> str:
    _, found, rest = GUIDE.partition(f"## {title}\n")
    assert found, title
    return rest.split("\n## ")[0]


def _some(route: Route) -> str:
    """A path of this route."""
    return re.sub(r"{\w+}", "x", route.path.replace("/modems/{name}", "/modems/counter"))


def _name(route: Route) -> str:
    return f"{route.method} {route.path}"


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _nodes(inner)


def test_every_route_is_documented_with_its_scope_and_no_other() -> None:
    rows = re.findall(r"^\| `(\w+) (\S+)` \| `?([^`|]+)`? \|", _section("Routes"), re.MULTILINE)

    assert {(method, path, scope.strip()) for method, path, scope in rows} == {
        (
            route.method,
            route.path,
            route.access.value if isinstance(route.access, Scope) else DOORS[route.access],
        )
        for route in ROUTES
    }


async def test_the_served_document_has_every_route(api: Any) -> None:
    async with api.tcp.get("/openapi.json") as answer:
        served = await answer.json()

    assert {
        (method.upper(), path) for path, methods in served["paths"].items() for method in methods
    } == {(route.method, route.path) for route in ROUTES}
    assert served == json.loads(json.dumps(document(ROUTES, version="1.2.3")))


def test_the_router_has_nothing_else(openapi: dict[str, Any]) -> None:
    assert len(ROUTES) == len({(route.method, route.path) for route in ROUTES})
    assert set(openapi["paths"]) == {route.path for route in ROUTES}


def test_openapi_is_sound(openapi: dict[str, Any]) -> None:
    assert openapi["openapi"] == "3.1.0"
    assert set(openapi) == {
        "openapi",
        "info",
        "servers",
        "tags",
        "paths",
        "components",
    }
    assert {"title", "version"} <= set(openapi["info"])
    names = set(openapi["components"]["schemas"])
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in names)
    refs = {node["$ref"] for node in _nodes(openapi) if "$ref" in node}
    assert {ref.removeprefix("#/components/schemas/") for ref in refs} <= names
    ids = [op["operationId"] for methods in openapi["paths"].values() for op in methods.values()]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in openapi["tags"]}
    for path, methods in openapi["paths"].items():
        for operation in methods.values():
            _check_operation(path, operation, tags)


def _check_operation(path: str, operation: dict[str, Any], tags: set[str]) -> None:
    assert set(operation["tags"]) <= tags
    assert operation["responses"]
    assert all(re.fullmatch(r"[2-5]\d\d", status) for status in operation["responses"])
    assert all(response["description"] for response in operation["responses"].values())
    parameters = operation["parameters"]
    for parameter in parameters:
        assert {"name", "in", "schema"} <= set(parameter)
        assert parameter["in"] in {"path", "query", "header"}
    in_path = [p["name"] for p in parameters if p["in"] == "path"]
    assert in_path == re.findall(r"{(\w+)}", path)
    assert all(p["required"] for p in parameters if p["in"] == "path")
    assert len(parameters) == len({(p["name"], p["in"]) for p in parameters})


def test_every_schema_keyword_is_json_schemas(openapi: dict[str, Any]) -> None:
    known = {
        *("$ref", "type", "anyOf", "enum", "const", "format", "pattern", "items", "properties"),
        *("required", "additionalProperties", "title", "description", "default", "minimum"),
        *("maximum", "minLength", "maxLength", "minItems", "maxItems"),
        "prefixItems",
    }

    def check(schema: dict[str, Any]) -> None:
        assert set(schema) <= known, schema
        for inner in schema.get("properties", {}).values():
            check(inner)
        for inner in schema.get("anyOf", ()):
            # A branch that only asks for a field asks for one of the whole.
            if set(inner) == {"required"}:
                assert set(inner["required"]) <= set(schema["properties"])
                continue
            check(inner)
        if isinstance(schema.get("items"), dict):
            check(schema["items"])
        assert set(schema.get("required", ())) <= set(schema.get("properties", {}))

    for schema in openapi["components"]["schemas"].values():
        check(schema)


def test_the_message_has_the_contracts_fields(openapi: dict[str, Any]) -> None:
    schema = openapi["components"]["schemas"]["Message"]

    assert [name for name in schema["properties"] if name in schema["required"]] == [
        *("id", "direction", "state", "from", "to", "text", "encoding", "parts", "inbox"),
        *("modem", "conversation_id", "author", "created_at", "sent_at", "delivered_at"),
        *("error", "client_reference", "cost"),
    ]
    state = openapi["components"]["schemas"]["MessageState"]
    assert state["enum"] == [state.value for state in MessageState]


async def test_what_is_answered_is_what_is_promised(api: Any) -> None:
    sent = await api.send()
    shown = await api.admin("GET", f"/v1/messages/{sent['id']}")

    Message.model_validate(_by_field(sent))
    MessageDetail.model_validate(_by_field(shown))


def _by_field(message: dict[str, Any]) -> dict[str, Any]:
    return {"from" if key == "from" else key: value for key, value in message.items()}


# One server for all routes: nothing that is refused changes anything.


async def test_every_route_answers_strangers_as_its_description_says(api: Any) -> None:
    wrong = {}
    for route in ROUTES:
        headers = {"X-Forwarded-For": "192.0.2.7"}
        async with api.tcp.request(route.method, _some(route), headers=headers) as answer:
            if route.access is Door.OPEN:
                # What a body is wanted for is looked at before anything else.
                expected = {200 if route.body is None else 400} | set(route.problems)
            else:
                expected = {401}
                assert answer.content_type == "application/problem+json"
                ProblemDocument.model_validate(await answer.json(content_type=None))
        if answer.status not in expected:
            wrong[_name(route)] = answer.status
    assert wrong == {}


async def test_every_scope_is_enforced(api: Any) -> None:
    wrong = {}
    for route in ROUTES:
        if not isinstance(route.access, Scope):
            continue
        other = Scope.EVENTS if route.access is Scope.INBOX else Scope.INBOX
        headers = await api.token(other)
        async with api.tcp.request(route.method, _some(route), headers=headers) as answer:
            body = await answer.json(content_type="application/problem+json")
        ProblemDocument.model_validate(body)
        if (answer.status, body["status"]) != (403, 403) or route.access not in body["detail"]:
            wrong[_name(route)] = body
    assert wrong == {}


@pytest.mark.parametrize(
    ("raw", "status"), [(b"[]", 400), (b"{", 400), (b'{"never": 1}', 422), (b'{"\\ud800": 1}', 422)]
)
async def test_every_body_is_checked(api: Any, raw: bytes, status: int) -> None:
    wrong = {}
    for route in ROUTES:
        if route.body is None or route.access is Door.SESSION:
            continue
        async with api.unix.request(route.method, _some(route), data=raw) as answer:
            body = await answer.json(content_type=None)
        if answer.status != status or not (status == 400 or body["errors"]):
            wrong[_name(route)] = body
        ProblemDocument.model_validate(body)
    assert wrong == {}


def test_every_event_type_is_documented_as_the_code_says() -> None:
    rows = re.findall(r"^\| `([a-z]+\.[a-z_]+)` \| (.+) \|$", _section("Events"), re.MULTILINE)

    assert dict(rows) == {**EVENT_TYPES, **ASIDE_TYPES}
    assert not EVENT_TYPES.keys() & ASIDE_TYPES.keys()


def test_every_state_of_a_message_has_its_event() -> None:
    assert {f"message.{state}" for state in MessageState} <= set(EVENT_TYPES)


async def test_every_metric_is_documented_and_no_other(api: Any) -> None:
    async with api.tcp.get("/metrics") as answer:
        text = await answer.text()
    rows = re.findall(r"^\| `(gatewayd_\w+)` \|", _section("Metrics"), re.MULTILINE)

    families = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in text_string_to_metric_families(text)
    }
    of_the_process = {name for name in families if name.startswith("process_")}
    assert families - of_the_process == set(rows)
    assert not {name for name in of_the_process if f"`{name}`" not in _section("Metrics")}


def test_every_code_of_a_problem_is_documented() -> None:
    codes: set[str] = set()
    for path in [*(SOURCES / "http").rglob("*.py"), *(SOURCES / "services").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r'code="([a-z_]+)"', text))
        codes |= set(re.findall(r'Problem\(\s*(?:HTTPStatus\.\w+|status),\s*"([a-z_]+)"', text))
    for path in (SOURCES / "numbers.py", SOURCES / "answering.py"):
        codes |= set(re.findall(r'code="([a-z_]+)"', path.read_text(encoding="utf-8")))

    assert {code for code in codes if f"`{code}`" not in GUIDE} == set()
    assert len(codes) > 30


def test_every_scope_is_documented() -> None:
    rows = re.findall(r"^\| `([a-z:]+)` \|", _section("Who may do what"), re.MULTILINE)

    assert rows == list(Scope)
