"""The OpenAPI document as its page shows it. Knows neither templates nor requests."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewayd.web.apidocs.examples import example_of, written

SENDS_SMS = frozenset({"send_message", "answer_conversation", "resolve_message"})
"""What sends to somebody's phone when it is tried, and costs."""

_JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word of a type; ``ref`` is the shape that it leads to."""

    text: str
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A parameter or a field."""

    name: str
    place: str
    required: bool
    type: Sequence[Piece]
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A body in one media type."""

    media_type: str
    type: Sequence[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What may be answered, with which status."""

    status: str
    about: str
    contents: Sequence[Content]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method on one path."""

    key: str
    method: str
    path: str
    summary: str
    about: str
    parameters: Sequence[Value]
    body: Sequence[Content]
    example: str
    replies: Sequence[Reply]
    problems: Sequence[Reply]
    curl: str

    @property
    def sends_sms(self) -> bool:
        """Whether to try it sends a real message."""
        return self.key in SENDS_SMS

    @property
    def changes(self) -> bool:
        """Whether to try it may change something."""
        return self.method != "GET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What belongs together."""

    name: str
    operations: Sequence[Operation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A schema by its name."""

    name: str
    about: str
    type: Sequence[Piece]
    fields: Sequence[Value]


def subjects(document: Mapping[str, Any]) -> list[Subject]:
    """Give all operations, by subject, in the document's order."""
    shapes = document["components"]["schemas"]
    return [
        Subject(
            name=tag["name"],
            operations=[
                _operation(method.upper(), path, operation, shapes)
                for path, methods in document["paths"].items()
                for method, operation in methods.items()
                if tag["name"] in operation["tags"]
            ],
        )
        for tag in document["tags"]
    ]


def shapes_of(document: Mapping[str, Any]) -> list[Shape]:
    """Give all schemas."""
    return [
        Shape(
            name=name,
            about=schema.get("description", ""),
            type=() if "properties" in schema else tuple(_type(schema)),
            fields=_fields(schema),
        )
        for name, schema in document["components"]["schemas"].items()
    ]


def _fields(schema: Mapping[str, Any]) -> list[Value]:
    required = set(schema.get("required", ()))
    return [
        Value(
            name=name,
            place="body",
            required=name in required,
            type=tuple(_type(value)),
            about=value.get("description", ""),
        )
        for name, value in schema.get("properties", {}).items()
    ]


def _operation(
    method: str, path: str, operation: Mapping[str, Any], shapes: Mapping[str, Any]
) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    example = ""
    if _JSON in body:
        example = written(example_of(body[_JSON]["schema"], shapes))
    replies = [_reply(status, each) for status, each in operation["responses"].items()]
    return Operation(
        key=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        about=operation["description"],
        parameters=[
            Value(
                name=each["name"],
                place=each["in"],
                required=each.get("required", False),
                type=tuple(_type(each["schema"])),
                about=each.get("description", ""),
            )
            for each in operation["parameters"]
        ],
        body=_contents(body),
        example=example,
        replies=[reply for reply in replies if reply.status < "400"],
        problems=[reply for reply in replies if reply.status >= "400"],
        curl=_curl(method, path, operation, example),
    )


def _curl(method: str, path: str, operation: Mapping[str, Any], example: str) -> str:
    words = ["curl"] if method == "GET" or example else ["curl", "-X", method]
    if example and method != "POST":
        words += ["-X", method]
    words.append(f'"$GATEWAY{path}"')
    if operation["security"]:
        words.append('-H "Authorization: Bearer $TOKEN"')
    if example:
        words += ["-d", shlex.quote(json.dumps(json.loads(example), ensure_ascii=False))]
    return " ".join(words)


def _reply(status: str, response: Mapping[str, Any]) -> Reply:
    contents = _contents(response.get("content", {}))
    return Reply(status=status, about=response["description"], contents=contents)


def _contents(content: Mapping[str, Any]) -> list[Content]:
    return [
        Content(media_type=media_type, type=tuple(_type(each["schema"])))
        for media_type, each in content.items()
    ]


def _type(schema: Mapping[str, Any]) -> Iterator[Piece]:
    """Say a JSON Schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield Piece(text=name, ref=name)
    elif "anyOf" in schema and "properties" not in schema:
        for place, choice in enumerate(schema["anyOf"]):
            if place:
                yield Piece(text=" or ")
            yield from _type(choice)
    elif "enum" in schema:
        yield Piece(text=" | ".join(json.dumps(value) for value in schema["enum"]))
    elif "const" in schema:
        yield Piece(text=json.dumps(schema["const"]))
    elif schema.get("type") == "array":
        yield Piece(text="list of ")
        yield from _type(schema.get("items", {}))
    else:
        words = [str(schema.get("type", "anything"))]
        words += [f"({schema['format']})"] if "format" in schema else []
        yield Piece(text=" ".join(words))
