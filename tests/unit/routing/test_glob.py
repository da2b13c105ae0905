"""Patterns with * and ?."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.glob import MOST_CHARACTERS, glob


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "anything", True),
        ("a*", "abc", True),
        ("*c", "abc", True),
        ("*b*", "abc", True),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a??", "abc", True),
        ("abc", "abcd", False),
        ("abcd", "abc", False),
        ("a*b*c", "a--b--b--c", True),
        ("**a**", "xax", True),
        ("[a-z]", "b", False),
        ("[a-z]", "[a-z]", True),
    ],
)
def test_the_whole_text_fits_or_not(pattern: str, text: str, fits: bool) -> None:
    assert glob(pattern).matches(text) is fits


@given(st.text(alphabet="ab?*", max_size=8), st.text(alphabet="ab", max_size=10))
def test_it_means_what_a_regular_expression_would(pattern: str, text: str) -> None:
    means = "".join({"*": ".*", "?": "."}.get(letter, letter) for letter in pattern)
    assert glob(pattern).matches(text) is (re.fullmatch(means, text) is not None)


def test_a_long_pattern_is_cut() -> None:
    assert glob("a" * MOST_CHARACTERS + "b").matches("a" * MOST_CHARACTERS)
