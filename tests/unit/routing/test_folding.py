"""Text as people mean it."""

import pytest

from routing.folding import MOST_CHARACTERS, folded, words_of


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  ARRÊT\n", "arret"),
        ("\uff33\uff34\uff2f\uff30", "stop"),
        ("L’Œuvre", "l'oeuvre"),
        ("straße", "strasse"),
        ("a\t b", "a b"),
        ("", ""),
    ],
)
def test_case_accents_and_spaces_do_not_matter(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_words_are_letters_and_digits() -> None:
    assert words_of("Qu'est-ce que c'est? 24h!!") == ("qu", "est", "ce", "que", "c", "est", "24h")


@pytest.mark.parametrize("letter", ["a", "ﷺ", "é"])
def test_a_flood_is_cut(letter: str) -> None:
    assert len(folded(letter * 100_000)) <= MOST_CHARACTERS
