"""What schemathesis does not know of this API by itself; it loads this by SCHEMATHESIS_HOOKS.

Who asks, where a webhook may point to, and two promises of docs/http.md: each error's `code` is in
the table there, and what the document lets through is never refused as misshapen.
"""

import http.client
import itertools
import json
import os
import re
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import schemathesis

GUIDE = Path(__file__).parents[3] / "docs" / "http.md"
PREPARED = json.loads(os.environ["PREPARED"])
NOWHERE = "127.0.0.1:9"
_tokens = itertools.cycle(PREPARED["tokens"])


@dataclass(frozen=True)
class Person:
    """A browser in which somebody is logged in."""

    cookie: str
    csrf: str


def _log_in(name: str) -> Person:
    with closing(http.client.HTTPConnection(*PREPARED["address"], timeout=120)) as line:
        line.request(
            "POST",
            "/v1/session",
            json.dumps({"name": name, "password": PREPARED["password"]}),
        )
        answer = line.getresponse()
        said = json.loads(answer.read())
        cookie = SimpleCookie(answer.headers["Set-Cookie"])["gatewayd_session"].value
        return Person(cookie=cookie, csrf=said["csrf_token"])


@cache
def _resident() -> Person:
    """Give somebody who stays logged in."""
    return _log_in("resident")


@schemathesis.auth(refresh_interval=None)
class Asker:
    """A program where a token will do, else a person.

    Programs take turns, as each may ask so often only. Logging out ends the session that does
    it, so for that somebody else logs in each time.
    """

    def get(self, case: Any, _context: Any) -> str | Person:
        schemes = {name for each in case.operation.definition.raw["security"] for name in each}
        if "token" in schemes or not schemes:
            return next(_tokens)
        return _log_in("leaver") if case.operation.method.upper() == "DELETE" else _resident()

    def set(self, case: Any, who: str | Person, _context: Any) -> None:
        case.headers = case.headers or {}
        if isinstance(who, str):
            case.headers["Authorization"] = f"Bearer {who}"
            return
        case.headers["X-CSRF-Token"] = who.csrf
        case.cookies = {**(case.cookies or {}), "gatewayd_session": who.cookie}


@schemathesis.hook
def map_body(_context: Any, body: Any) -> Any:
    """Let a webhook's address lead to this machine, whatever else is odd about it."""
    if isinstance(body, dict) and isinstance(url := body.get("url"), str):
        try:
            parts = urlsplit(url)
        except ValueError:
            return body
        if parts.netloc:
            return {**body, "url": urlunsplit(parts._replace(netloc=NOWHERE))}
    return body


@cache
def _codes() -> dict[int, set[str]]:
    rows = re.findall(r"^\| (\d{3}[\d, ]*) \| (.*) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    found: dict[int, set[str]] = {}
    for statuses, said in rows:
        for status in re.findall(r"\d{3}", statuses):
            found[int(status)] = set(re.findall(r"`(\w+)`", said))
    return found


@schemathesis.check
def codes_are_documented(_context: Any, response: Any, _case: Any) -> None:
    """An error has a `code` of docs/http.md, and the request's id."""
    if "application/problem+json" not in response.headers.get("content-type", [""])[0]:
        return
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["x-request-id"][0]
    known = _codes().get(response.status_code, set())
    of_numbers = problem["code"].startswith(("number_", "unknown_country"))
    assert problem["code"] in known or of_numbers, f"docs/http.md lacks {problem['code']}"


BEYOND_A_SCHEMA = (
    "must be one line of text",
    "must be a time zone such as",
    "must be JSON, such as",
    "expected a USSD code of digits",
    "give exactly one of",
)
"""What the document says in words only, since JSON Schema cannot."""


@schemathesis.check
def what_the_schema_allows_is_not_misshapen(_context: Any, response: Any, case: Any) -> None:
    """`invalid_request` is for what the schema forbids; what cannot be done has another code."""
    positive = case.meta is not None and case.meta.generation.mode.is_positive
    if positive and response.status_code == 422:
        problem = response.json()
        if problem["code"] == "invalid_request":
            beyond = {
                error["pointer"]
                for error in problem["errors"]
                if any(rule in error["detail"] for rule in BEYOND_A_SCHEMA)
            }
            assert {error["pointer"] for error in problem["errors"]} <= beyond, problem["detail"]
