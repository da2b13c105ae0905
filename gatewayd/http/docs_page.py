"""The API's page for people: the OpenAPI document as plain HTML.

One page without scripts, so it works offline, under the strictest policy and in any browser.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any


def stylesheet() -> str:
    """Read the page's style, which it carries within itself."""
    return files("gatewayd.http").joinpath("static/docs.css").read_text(encoding="utf-8")


def content_security_policy(style: str) -> str:
    """Allow this style and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def page(document: Mapping[str, Any], style: str) -> str:
    """Write the whole page."""
    info = document["info"]
    title = escape(f"{info['title']} {info['version']}")
    body = "\n".join(_body(document))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{style}</style></head>\n"
        f"<body><h1>{title}</h1><p>{escape(info['summary'])}. "
        'The same for programs: <a href="/openapi.json">/openapi.json</a>.</p>\n'
        f"{body}\n</body></html>\n"
    )


def _body(document: Mapping[str, Any]) -> Iterator[str]:
    for tag in document["tags"]:
        yield f"<h2>{escape(tag['name'])}</h2>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield from _operation(method.upper(), path, operation)
    yield "<h2>Shapes</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f'<details id="{escape(name)}"><summary>{escape(name)}</summary>'
        yield from _schema(schema)
        yield "</details>"


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"<details><summary><code><b>{method}</b> {escape(path)}</code> "
        f"{escape(operation['summary'])}</summary><p>{escape(operation['description'])}</p>"
    )
    if operation["parameters"]:
        yield "<table><tr><th>Parameter</th><th>In</th><th>Type</th><th></th></tr>"
        for parameter in operation["parameters"]:
            yield (
                f"<tr><td><code>{escape(parameter['name'])}</code></td><td>{parameter['in']}</td>"
                f"<td>{_type(parameter['schema'])}</td>"
                f"<td>{escape(parameter.get('description', ''))}</td></tr>"
            )
        yield "</table>"
    if "requestBody" in operation:
        yield f"<p>Body: {_content(operation['requestBody'])}</p>"
    yield "<table><tr><th>Answer</th><th></th><th>Body</th></tr>"
    for status, response in operation["responses"].items():
        yield (
            f"<tr><td>{status}</td><td>{escape(response['description'])}</td>"
            f"<td>{_content(response)}</td></tr>"
        )
    yield "</table></details>"


def _content(holder: Mapping[str, Any]) -> str:
    return "<br>".join(
        f"{_type(content['schema'])} <small>{escape(media_type)}</small>"
        for media_type, content in holder.get("content", {}).items()
    )


def _schema(schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"<p>{escape(schema.get('description', ''))}</p>"
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    required = set(schema.get("required", ()))
    yield "<table><tr><th>Field</th><th>Type</th><th></th></tr>"
    for name, value in schema["properties"].items():
        mark = "" if name in required else " <small>optional</small>"
        yield (
            f"<tr><td><code>{escape(name)}</code>{mark}</td><td>{_type(value)}</td>"
            f"<td>{escape(value.get('description', ''))}</td></tr>"
        )
    yield "</table>"


def _type(schema: Mapping[str, Any]) -> str:
    """Say a JSON Schema in a few words."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_type(choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    words = [str(schema.get("type", "anything"))]
    words += [f"({schema['format']})"] if "format" in schema else []
    return escape(" ".join(words))
