"""Names in braces, and nothing else."""

import pytest

from routing.placeholders import Named, fill, parse


def test_a_text_is_taken_apart() -> None:
    pieces, problem = parse("{a}, {{{b}}}", ("a", "b"))
    assert problem is None
    assert pieces == [Named("a"), ",", " ", "{", Named("b"), "}"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a}", "character 2: a } without its {"),
        ("{a", "character 1: a { without its }"),
        ("{c}", "there is no {c}; the placeholders are {a}, {b}"),
        ("{a.x}", "there is no {a.x}"),
    ],
)
def test_the_first_mistake_is_told(text: str, why: str) -> None:
    assert why in str(parse(text, ("a", "b"))[1])


def test_what_is_filled_in_is_not_read_again() -> None:
    assert fill("{a} and {b}", {"a": "{b}", "b": "2"}) == "{b} and 2"
