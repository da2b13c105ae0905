"""Documents laid out as TOML."""

import tomllib
from typing import Any

import pytest

from routing.layout import write


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, ""),
        ({"a": 1, "b": True, "c": ["x", 'y"z']}, 'a = 1\nb = true\nc = ["x", "y\\"z"]\n'),
        ({"a b": "\x7f\n"}, '"a b" = "\\u007f\\n"\n'),
        ({"t": {"a": {"b": 1}}}, "[t.a]\nb = 1\n"),
        ({"t": {}}, "[t]\n"),
        ({"t": {"x": 1, "a": {"b": 1}}}, "[t]\nx = 1\n\n[t.a]\nb = 1\n"),
        (
            {"r": [{"n": 1, "w": {"x": []}}, {"n": 2}]},
            "[[r]]\nn = 1\n\n[r.w]\nx = []\n\n[[r]]\nn = 2\n",
        ),
        ({"r": [{"w": {"x": 1}}]}, "[[r]]\n\n[r.w]\nx = 1\n"),
        ({"é": {"ü": 1}}, '["é"]\n"ü" = 1\n'),
    ],
)
def test_a_line_for_each_key_and_a_header_for_each_table(
    document: dict[str, Any], text: str
) -> None:
    assert write(document) == text
    assert tomllib.loads(text) == document
