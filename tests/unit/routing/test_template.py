"""Texts with placeholders, and times in words."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Language
from routing.model import Texts
from routing.template import (
    Filling,
    date_in_words,
    moment_in_words,
    problem_of,
    render,
)

TORONTO = ZoneInfo("America/Toronto")
FRIDAY = datetime(2027, 6, 25, 20, 0, tzinfo=TORONTO)
EN, FR = Language.EN, Language.FR
FILLING = Filling(
    business="Chez Nous",
    now=FRIDAY,
    person="Léa",
    next_opening=datetime(2027, 6, 28, 13, 0, tzinfo=ZoneInfo("UTC")),
    return_date=date(2027, 8, 1),
    holiday=Texts(en="Saint Jean Baptiste Day", fr="Fête nationale du Québec"),
    notice=Texts(fr="En vacances"),
)
ALL = "{business}|{person}|{next_opening}|{return_date}|{holiday}|{notice}|{{x}}"


def test_every_placeholder_in_both_languages() -> None:
    assert render(ALL, FILLING, EN) == (
        "Chez Nous|Léa|Monday at 9:00|Sunday, August 1|Saint Jean Baptiste Day|En vacances|{x}"
    )
    assert render(ALL, FILLING, FR) == (
        "Chez Nous|Léa|lundi à 9 h 00|dimanche 1er août|Fête nationale du Québec|En vacances|{x}"
    )


def test_what_is_not_known_leaves_a_sentence() -> None:
    empty = Filling(business="Chez Nous", now=FRIDAY)
    assert render(ALL, empty, EN) == (
        "Chez Nous|our team|our next opening|our return|a holiday||{x}"
    )
    assert render(ALL, empty, FR) == (
        "Chez Nous|notre équipe|notre prochaine ouverture|notre retour|un jour férié||{x}"
    )


@pytest.mark.parametrize(
    ("moment", "english", "french"),
    [
        ("2027-06-25T21:05", "today at 21:05", "aujourd'hui à 21 h 05"),
        ("2027-06-26T00:00", "Saturday at 0:00", "samedi à 0 h 00"),
        ("2027-07-01T09:00", "Thursday at 9:00", "jeudi à 9 h 00"),
        ("2027-07-02T09:30", "Friday, July 2 at 9:30", "vendredi 2 juillet à 9 h 30"),
    ],
)
def test_moments_in_words(moment: str, english: str, french: str) -> None:
    then = datetime.fromisoformat(moment).replace(tzinfo=TORONTO)
    assert moment_in_words(then, now=FRIDAY, language=EN) == english
    said = moment_in_words(then, now=FRIDAY, language=FR)
    assert said == french


def test_dates_in_words() -> None:
    assert date_in_words(date(2027, 8, 2), language=EN) == "Monday, August 2"
    assert date_in_words(date(2027, 8, 2), language=FR) == "lundi 2 août"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("   ", "empty"),
        ("x" * 1001, "longer than 1000"),
        ("Hi {name}", "there is no {name}; the placeholders are {business}"),
        ("{}", "there is no {}"),
        ("{business.__class__}", "there is no {business.__class__}"),
        ("{business!r:>10}", "there is no"),
        ("{ business }", "there is no"),
        ("Hi {business", "character 4: a { without its }"),
        ("Hi business}", "character 12: a } without its {"),
    ],
)
def test_what_is_wrong_is_said(text: str, part: str) -> None:
    assert part in (problem_of(text) or "")


@given(st.text(max_size=40).filter(str.strip))
def test_a_text_whose_braces_are_doubled_says_itself(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    assert problem_of(escaped) is None
    assert render(escaped, FILLING, EN) == text
