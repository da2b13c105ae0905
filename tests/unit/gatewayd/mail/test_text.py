"""What an e-mail says, and that nothing a customer writes becomes a header."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Language
from gatewayd.mail.text import Letter, written
from gatewayd.notice_text import What

WRITTEN = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def letter(**changed: Any) -> Letter:
    values = {
        "id": "mal_1",
        "recipient": "boss@shop.example",
        "sender": "texts@shop.example",
        "business": "Chez Nous",
        "who": "Marie Roy",
        "number": "+15145550123",
        "what": What.TEXT,
        "text": "De l'eau partout!",
        "rule": "floods",
        "at": datetime(2026, 12, 1, 12, 0, tzinfo=UTC),
    }
    return Letter(**{**values, **changed})


def test_it_says_who_wrote_what_and_why_it_comes() -> None:
    mail = written(letter(), Language.EN)
    assert (mail["From"], mail["To"], mail["Subject"]) == (
        "Chez Nous <texts@shop.example>",
        "boss@shop.example",
        "Chez Nous: Marie Roy wrote",
    )
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == (
        "<mal_1@shop.example>",
        "auto-generated",
    )
    assert mail.get_content() == (
        "Marie Roy wrote, +15145550123, 2026-12-01 12:00:\n\nDe l'eau partout!\n\n-- \n"
        "The rule “floods” sends this. Please answer in the inbox: who answers this e-mail does "
        "not reach the customer.\n"
    )


@pytest.mark.parametrize(
    ("what", "subject"),
    [
        (What.TEXT, "Chez Nous: Marie Roy a écrit"),
        (What.CALL, "Chez Nous: Marie Roy a appelé"),
        (What.PICTURE, "Chez Nous: Marie Roy a envoyé une image"),
        (What.UNREADABLE, "Chez Nous: Marie Roy a envoyé quelque chose d'illisible"),
    ],
)
def test_it_speaks_french_and_names_what_happened(what: What, subject: str) -> None:
    assert written(letter(what=what), Language.FR)["Subject"] == subject


@given(text=WRITTEN, who=WRITTEN, business=WRITTEN, language=st.sampled_from(Language))
def test_no_name_or_text_makes_a_header(
    text: str, who: str, business: str, language: Language
) -> None:
    raw = written(letter(text=text, who=who, business=business), language).as_bytes()
    read = message_from_bytes(raw, policy=default)
    assert sorted(read.keys()) == sorted(written(letter(), language).keys())
    assert read["To"] == "boss@shop.example"
    assert [each.addr_spec for each in read["From"].addresses] == ["texts@shop.example"]
