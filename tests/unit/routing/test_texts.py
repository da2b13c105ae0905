"""What automatic answers say by themselves."""

import pytest

from modem.pdu.gsm7 import encode
from routing.answers import AnswerKind
from routing.template import problem_of
from routing.texts import DEFAULT_TEXTS


def test_every_kind_but_a_rule_s_own_has_a_text() -> None:
    assert set(DEFAULT_TEXTS) == set(AnswerKind) - {AnswerKind.RULE}


@pytest.mark.parametrize("kind", list(DEFAULT_TEXTS))
def test_it_names_the_business_and_is_cheap(kind: AnswerKind) -> None:
    for text in (DEFAULT_TEXTS[kind].en, DEFAULT_TEXTS[kind].fr):
        assert problem_of(text) is None
        assert "{business}" in text
        plain = text.replace("{", "").replace("}", "")
        assert len(encode(plain)) == len(plain)
        assert len(plain) <= 130
