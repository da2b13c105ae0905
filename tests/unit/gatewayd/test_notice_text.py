"""What the SMS says that tells a person of a conversation: two parts, whatever was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Language
from gatewayd.notice_text import MOST_PARTS, Notice, What, alert_text, not_sent_text
from modem.pdu.segment import plan

WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=1200)


def notice(text: str = "De l'eau partout!", **changed: object) -> Notice:
    values = {"who": "Marie Roy", "what": What.TEXT, "urgent": True, "code": "KXTR"}
    return Notice(**{**values, "text": text, **changed})  # type: ignore[arg-type]  # as given


def test_it_says_who_wrote_what_and_how_to_reply() -> None:
    assert alert_text(notice(), Language.FR) == (
        "URGENT Marie Roy: De l'eau partout!\nPour répondre : KXTR et vos mots."
    )
    assert alert_text(notice("Hi", who="+15145550123", urgent=False), Language.EN) == (
        "+15145550123: Hi\nTo reply: KXTR and your words."
    )


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (What.CALL, "Marie Roy called."),
        (What.PICTURE, "Marie Roy sent a picture."),
        (What.UNREADABLE, "Marie Roy sent something that cannot be read."),
    ],
)
def test_what_is_no_text_is_named(what: What, said: str) -> None:
    assert alert_text(notice("", what=what, urgent=False, code=None), Language.EN) == said


@given(text=WRITTEN, who=WRITTEN, language=st.sampled_from(Language))
def test_it_never_costs_more_than_two_parts_and_always_has_the_code(
    text: str, who: str, language: Language
) -> None:
    said = alert_text(notice(text, who=who), language)
    assert plan(said).parts <= MOST_PARTS
    assert "KXTR" in said.splitlines()[-1]


@pytest.mark.parametrize("letter", ["a", "é", "ê", "😀", "€"])
def test_as_much_of_a_long_text_as_fits_is_there(letter: str) -> None:
    said = alert_text(notice(letter * 600), Language.EN)
    assert "..." in said
    longer = said.replace("...", f"{letter}...")
    assert (plan(said).parts, plan(longer).parts) == (MOST_PARTS, MOST_PARTS + 1)


def test_a_text_that_just_fits_is_not_cut() -> None:
    around = len(alert_text(notice(""), Language.EN))
    text = "x" * (2 * 153 - around)
    assert text in alert_text(notice(text), Language.EN)
    assert "..." in alert_text(notice(text + "x"), Language.EN)


@pytest.mark.parametrize("language", list(Language))
def test_that_a_reply_was_not_sent_is_one_part(language: Language) -> None:
    said = not_sent_text("M" * 200, language)
    assert plan(said).parts == 1
    assert "M" * 40 in said
