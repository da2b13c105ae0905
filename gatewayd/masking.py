"""Hiding the middle of telephone numbers from who may answer customers, but not call them.

A number is hidden wherever it stands by itself, whichever route answers; in what people wrote it
stays, as their words do.
"""

import re
from collections.abc import Mapping

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_DIGITS = re.compile(r"(?<![0-9+])[0-9]{7,15}")
_WRITTEN = frozenset({"text", "note", "notes", "client_reference"})
"""Fields that hold what somebody wrote."""

_LONG = 11


def mask_number(number: str) -> str:
    """Hide the middle of a number: ``+1514•••0123``; of a short one nearly all."""
    if len(number) >= _LONG:
        return f"{number[:5]}•••{number[-4:]}"
    return f"{number[:2]}•••{number[-2:]}"


def mask_json(value: object) -> object:
    """Hide the numbers in an answer of the API."""
    match value:
        case str():
            return _NUMBER.sub(lambda found: mask_number(found.group()), value)
        case dict():
            if value.get("field") == "number" and isinstance(value.get("text"), str):
                # A piece of a number that a search found; where the words stand would tell it.
                hidden = _NUMBER.sub(lambda found: mask_number(found.group()), value["text"])
                hidden = _DIGITS.sub(lambda found: mask_number(f"+{found.group()}")[1:], hidden)
                return {**value, "text": hidden, "ranges": []}
            written = frozenset() if _is_notice(value) else _WRITTEN
            return {
                key: inner if key in written and isinstance(inner, str) else mask_json(inner)
                for key, inner in value.items()
            }
        case list():
            return [mask_json(inner) for inner in value]
        case _:
            return value


def _is_notice(value: Mapping[object, object]) -> bool:
    """Whether it is an SMS to somebody of ours that the gateway wrote, naming the customer."""
    author = value.get("author")
    return isinstance(author, Mapping) and author.get("type") == "notice"
