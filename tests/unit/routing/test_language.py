"""The heuristic of docs/rules.md: English or French, by the words."""

import pytest

from config.schema import Language
from routing.language import LanguageSource, choose_language, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("allo", Language.FR),
        ("Allô, êtes-vous ouverts?", Language.FR),
        ("Bonjour! Est-ce que ma commande est prête", Language.FR),
        ("ARRET", Language.FR),
        ("DESABONNER", Language.FR),
        ("DEBUT", Language.FR),
        ("aide", Language.FR),
        ("hello", Language.EN),
        ("Hi, is my order ready?", Language.EN),
        ("UNSUBSCRIBE", Language.EN),
        ("START", Language.EN),
        ("HELP", Language.EN),
        ("Hello, comment allez-vous? Je suis en retard", Language.FR),
        ("STOP", None),
        ("hello bonjour", None),
        ("ok", None),
        ("👍", None),
        ("", None),
    ],
)
def test_the_language_of_a_text(text: str, language: Language | None) -> None:
    assert language_of(text) is language


@pytest.mark.parametrize(
    ("by_hand", "text", "earlier", "both", "languages", "source"),
    [
        (Language.EN, "bonjour", Language.FR, True, (Language.EN,), LanguageSource.BY_HAND),
        (None, "hello", Language.FR, True, (Language.EN,), LanguageSource.WORDS),
        (None, "ok", Language.EN, True, (Language.EN,), LanguageSource.EARLIER_WORDS),
        (None, "ok", None, True, (Language.FR, Language.EN), LanguageSource.BOTH),
        (None, "ok", None, False, (Language.FR,), LanguageSource.INBOX),
    ],
)
def test_the_strongest_sign_decides(
    by_hand: Language | None,
    text: str,
    earlier: Language | None,
    both: bool,
    languages: tuple[Language, ...],
    source: LanguageSource,
) -> None:
    chosen = choose_language(
        by_hand=by_hand, text=text, earlier=earlier, inbox=Language.FR, both=both
    )
    assert (chosen.languages, chosen.source) == (languages, source)
