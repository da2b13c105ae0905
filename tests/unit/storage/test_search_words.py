"""What people type to search, as words and phrases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.words import Phrase, parse


def typed(text: str) -> Phrase:
    return Phrase(text, begins=True)


@pytest.mark.parametrize(
    ("q", "phrases"),
    [
        ("merci", [typed("merci")]),
        ("merci ", [Phrase("merci")]),
        ("MERCI Beau", [Phrase("merci"), typed("beau")]),
        ('"is it ready"', [Phrase("is it ready")]),
        ('"is it" rea', [Phrase("is it"), typed("rea")]),
        ("« à demain » ok", [Phrase("à demain"), typed("ok")]),
        ('order "is it rea', [Phrase("order"), typed("is it rea")]),
        ("bon* jour", [Phrase("bon*", begins=True), typed("jour")]),
        ("l'école", [typed("l'école")]),
        ("514-555-0123", [typed("514-555-0123")]),
        # One letter is a word, or as good as nothing while more is typed.
        ("a", [Phrase("a")]),
        ("jean d", [Phrase("jean")]),
        ("jean d ", [Phrase("jean"), Phrase("d")]),
        ("plan b*", [Phrase("plan")]),
        ("twice twice ", [Phrase("twice")]),
        *(
            (nothing, [])
            for nothing in ("", " ", '"', "''", "*", "?!", "\x00", "😀", "\ud800", "«»")
        ),
        # Facets are private-use characters, which nobody can ask for.
        ("\ue0006d61696e ", [Phrase("6d61696e")]),
        ("a\x00b ", [Phrase("a"), Phrase("b")]),
    ],
)
def test_reading(q: str, phrases: list[Phrase]) -> None:
    assert list(parse(q)) == phrases


@pytest.mark.parametrize(
    ("text", "spellings"),
    [
        ("merci", {"merci"}),
        ("coeur", {"coeur", "cœur"}),
        ("cœur", {"coeur", "cœur"}),
        ("œuf aeré", {"œuf aeré", "oeuf aeré", "œuf æré", "oeuf æré"}),
    ],
)
def test_ligatures_are_two_letters_to_whoever_searches(text: str, spellings: set[str]) -> None:
    assert set(Phrase(text).spellings) == spellings


@given(st.text(st.characters(codec=None)))
def test_any_text_is_a_search_of_phrases_with_words(q: str) -> None:
    for phrase in parse(q):
        assert any(character.isalnum() for character in phrase.text)
        assert "\x00" not in phrase.text
