"""An example of what a route takes, made from its schema: what is required, and what it is for."""

import json
from collections.abc import Mapping
from typing import Any

_TELLING: Mapping[str, Any] = {
    "at": "2026-12-01T12:00:00Z",
    "code": "*100#",
    "command": "AT+CSQ",
    "current": "three blue bicycles",
    "display_name": "Marie",
    "document": {"rules": []},
    "email": "marie@shop.example",
    "en": "We are closed",
    "fr": "Nous sommes fermés",
    "from": "+15145550123",
    "kind": "away",
    "language": "fr",
    "name": "marie",
    "new": "four words are enough",
    "number": "+15145550123",
    "numbers": ["+15145550123"],
    "password": "three blue bicycles",
    "shortcut": "hours",
    "since": "2026-12-01T12:00:00Z",
    "text": "Your order is ready",
    "to": "+15145550123",
    "until": "2026-12-02T08:00:00Z",
    "url": "https://crm.example/sms",
}
"""What a reader understands at once, by the name of the field."""

_PLAIN: Mapping[str, Any] = {"integer": 1, "number": 1, "boolean": True, "string": "…"}


def example_of(schema: Mapping[str, Any], shapes: Mapping[str, Any], name: str = "") -> Any:
    """Give a value that this schema allows; ``name`` is the field that it stands in."""
    if "$ref" in schema:
        return example_of(shapes[schema["$ref"].rpartition("/")[2]], shapes, name)
    if schema.get("type") == "object":
        return _object(schema, shapes)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if _fits(_TELLING.get(name), schema):
        return _TELLING[name]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], shapes, name)
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), shapes, name.removesuffix("s"))]
    return _PLAIN.get(str(schema.get("type")), None)


def _object(schema: Mapping[str, Any], shapes: Mapping[str, Any]) -> Any:
    fields = schema.get("properties", {})
    wanted = list(schema.get("required", ()))
    if not wanted:
        # Of what need not be there, one thing shows how it is written.
        free = [name for name in fields if name != "version"]
        wanted = ([name for name in free if name in _TELLING] or free)[:1]
    return {name: example_of(fields[name], shapes, name) for name in wanted}


def _fits(value: object, schema: Mapping[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(_fits(value, choice) for choice in schema["anyOf"])
    kinds = {"string": str, "array": list, "object": dict}
    kind = kinds.get(str(schema.get("type")))
    return kind is not None and isinstance(value, kind)


def written(value: Any) -> str:
    """Write an example as a person would."""
    return json.dumps(value, ensure_ascii=False, indent=2)
