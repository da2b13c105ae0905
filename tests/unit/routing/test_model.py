"""Texts in two languages, and problems."""

from config.schema import Language
from routing.model import Problem, Texts


def test_a_text_in_the_other_language_is_better_than_none() -> None:
    both = Texts(en="closed", fr="fermé")
    assert (both.in_language(Language.EN), both.in_language(Language.FR)) == ("closed", "fermé")
    assert Texts(en="closed").in_language(Language.FR) == "closed"
    assert Texts(fr="fermé").in_language(Language.EN) == "fermé"


def test_a_problem_is_one_line() -> None:
    assert str(Problem(key="rules.1.name", reason="it is missing")) == "rules.1.name: it is missing"
