"""The OpenAPI 3.1 document, generated from the table of routes and the models.

Owns the translation only: what is true of a route stands in its Route.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from http import HTTPStatus
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gatewayd.http.external import takes_external
from gatewayd.http.logged_in import COOKIE, CSRF_HEADER
from gatewayd.http.models.base import ProblemDocument
from gatewayd.http.problems import PROBLEM_TYPE
from gatewayd.http.route import Answer, Door, Route
from gatewayd.services.tokens import Scope

_REF = "#/components/schemas/{model}"
_SECURITY = "token"
_SESSION = "session"

_PROBLEM_MEANS: dict[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The body is not a JSON object",
    HTTPStatus.UNAUTHORIZED: "No token or session, or one that is unknown or has ended",
    HTTPStatus.FORBIDDEN: "The token or the role lacks the scope, or another site's page asks",
    HTTPStatus.NOT_FOUND: "Nothing has this id or name",
    HTTPStatus.CONFLICT: "Not possible in the present state",
    HTTPStatus.GONE: "The cursor is older than what is kept",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large",
    HTTPStatus.MISDIRECTED_REQUEST: "The Host header is not this server's",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Not acceptable; `errors` points at each reason",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; see Retry-After",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A fault in gatewayd",
    HTTPStatus.BAD_GATEWAY: "The mobile network, or the modem, refused",
    HTTPStatus.SERVICE_UNAVAILABLE: "Shutting down, not ready, or the store does not answer",
    HTTPStatus.GATEWAY_TIMEOUT: "The mobile network did not answer in time",
}
_HEADERS: dict[str, dict[str, Any]] = {
    "Idempotency-Key": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "If-Match": {"type": "string", "pattern": r'^(\*|"\d{1,9}"|\d{1,9})$'},
    "Last-Event-ID": {"type": "string"},
}
Mode = Literal["validation", "serialization"]


def document(routes: Iterable[Route], *, version: str) -> dict[str, Any]:
    """Build the whole document."""
    table = list(routes)
    schemas = _Schemas(table)
    paths: dict[str, dict[str, Any]] = {}
    for route in table:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "gatewayd",
            "version": version,
            "summary": "Text messages through your own modem",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in table)],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "securitySchemes": {
                _SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Scopes: " + ", ".join(f"`{scope}`" for scope in Scope),
                },
                _SESSION: {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"Of a person; a change needs the header `{CSRF_HEADER}` too.",
                },
            },
        },
    }


class Description:
    """The document of one application, made when it is first asked for: it takes a while."""

    def __init__(self, routes: Iterable[Route], *, version: str) -> None:
        self._routes = tuple(routes)
        self._version = version

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The whole of it."""
        return document(self._routes, version=self._version)

    @cached_property
    def text(self) -> str:
        """The same as JSON."""
        return json.dumps(self.document)


DESCRIPTION = web.AppKey("description", Description)


class _Schemas:
    """All models of the table as JSON Schema, each defined once."""

    def __init__(self, routes: Iterable[Route]) -> None:
        wanted: dict[tuple[type[BaseModel], Mode], None] = {
            (ProblemDocument, "serialization"): None
        }
        for route in routes:
            for model in (route.body, route.query):
                if model is not None:
                    wanted[model, "validation"] = None
            for answer in route.answers.values():
                for model in (answer.model, *answer.also.values()):
                    if model is not None:
                        wanted[model, "serialization"] = None
        self._refs, top = models_json_schema(list(wanted), ref_template=_REF)
        self.definitions: dict[str, Any] = top.get("$defs", {})

    def ref(self, model: type[BaseModel], mode: Mode) -> dict[str, Any]:
        """Point at a model's definition."""
        return dict(self._refs[model, mode])

    def take_properties(self, model: type[BaseModel]) -> dict[str, Any]:
        """Give a query model's own schema."""
        name = self.ref(model, "validation")["$ref"].rpartition("/")[2]
        return dict(self.definitions[name])


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [route.tag],
        "summary": route.summary,
        "description": " ".join(filter(None, [route.description, _who(route)])),
        "parameters": _parameters(route, schemas),
        "responses": _responses(route, schemas),
        "security": _security(route),
    }
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas.ref(route.body, "validation")}},
        }
    if route.file_types:
        content = {media_type: {"schema": {"type": "string"}} for media_type in route.file_types}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _who(route: Route) -> str:
    match route.access:
        case Door.OPEN:
            return "Needs no token."
        case Door.LOOPBACK:
            return "Needs no token on this machine, any token from elsewhere."
        case Door.SESSION:
            return "Needs the session of a person."
        case Scope() as scope:
            return f"Needs the scope `{scope}`."


def _security(route: Route) -> list[dict[str, list[str]]]:
    match route.access:
        case Door.OPEN:
            return []
        case Door.LOOPBACK:
            return [{}, {_SECURITY: []}]
        case Door.SESSION:
            return [{_SESSION: []}]
        case Scope() as scope:
            # OpenAPI 3.1 lets a role stand here for any scheme.
            return [{_SECURITY: [scope.value]}, {_SESSION: []}]


def _parameters(route: Route, schemas: _Schemas) -> list[dict[str, Any]]:
    in_path = [step[1:-1] for step in route.path.split("/") if step.startswith("{")]
    parameters = [_path_parameter(name, route) for name in in_path]
    if route.query is not None:
        schema = schemas.take_properties(route.query)
        required = set(schema.get("required", ()))
        parameters += [
            _query_parameter(name, values, required=name in required)
            for name, values in schema.get("properties", {}).items()
        ]
    parameters += [
        {"name": name, "in": "header", "description": text, "schema": _HEADERS[name]}
        for name, text in route.headers.items()
    ]
    return parameters


def _path_parameter(name: str, route: Route) -> dict[str, Any]:
    parameter: dict[str, Any] = {"name": name, "in": "path", "required": True}
    if name == "id" and takes_external(route.path):
        parameter["description"] = "or `external:` and your own system's id of the contact"
    return parameter | {"schema": {"type": "string"}}


def _query_parameter(name: str, values: Mapping[str, Any], *, required: bool) -> dict[str, Any]:
    schema = {key: value for key, value in values.items() if key != "description"}
    parameter = {"name": name, "in": "query", "required": required, "schema": schema}
    if "description" in values:
        parameter["description"] = values["description"]
    return parameter


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    responses = {
        str(status.value): _answer(answer, schemas) for status, answer in route.answers.items()
    }
    problem = schemas.ref(ProblemDocument, "serialization")
    for status in route.every_problem():
        responses[str(status.value)] = {
            "description": _PROBLEM_MEANS[status],
            "content": {PROBLEM_TYPE: {"schema": problem}},
        }
    return responses


def _answer(answer: Answer, schemas: _Schemas) -> dict[str, Any]:
    result: dict[str, Any] = {"description": answer.description}
    content: dict[str, Any] = {}
    if answer.model is not None:
        content[answer.media_type] = {"schema": schemas.ref(answer.model, "serialization")}
    elif answer.media_type:
        content[answer.media_type] = {"schema": {"type": "string"}}
    for media_type, model in answer.also.items():
        text = {"type": "string"}
        schema = text if model is None else schemas.ref(model, "serialization")
        content[media_type] = {"schema": schema}
    if content:
        result["content"] = content
    return result
