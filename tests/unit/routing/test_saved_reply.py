"""Saved replies: what may stand in them, and what becomes of it."""

import pytest

from routing.saved_reply import Around, fill, problem_of

AMELIE = Around(contact_name="Amélie Roy", person="Marie-Ève Côté", business="Chez {Nous}")
SOMEBODY = Around(contact_name=None, person="Luc", business="Shop")


def test_all_names_are_filled() -> None:
    text = "{contact_name}|{contact_first_name}|{person}|{first_name}|{business}|{{x}}"
    filled = fill(text, AMELIE)
    assert filled.text == "Amélie Roy|Amélie|Marie-Ève Côté|Marie-Ève|Chez {Nous}|{x}"
    assert filled.missing == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {contact_name}, it is ready", "Hello, it is ready"),
        ("Bonjour {contact_first_name} !", "Bonjour !"),
        ("{contact_name}, it is ready", "it is ready"),
        ("Hello{contact_name}!", "Hello!"),
    ],
)
def test_a_name_that_nobody_knows_leaves_no_gap(text: str, said: str) -> None:
    filled = fill(text, SOMEBODY)
    assert filled.text == said
    assert len(filled.missing) == 1


def test_what_is_missing_is_told_once() -> None:
    assert fill("{contact_name} {contact_name}", SOMEBODY).missing == ("contact_name",)


def test_what_has_all_its_names_stays_as_it_is_written() -> None:
    assert fill(", {first_name} ", SOMEBODY).text == ", Luc "


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "is empty"),
        ("x" * 1001, "longer than 1000"),
        (
            "{name}",
            "the placeholders are {contact_name}, {contact_first_name}, {person}, {first_name}, {b",
        ),
        ("a { b", "without its }"),
    ],
)
def test_what_cannot_be_used_is_told(text: str, why: str) -> None:
    assert why in (problem_of(text) or "")


def test_a_text_of_several_lines_can_be_used() -> None:
    assert problem_of("Hello {contact_name}\n{{open}}") is None
