"""SMS from a user's own phone."""

import pytest

from routing.own_phones import Alert, Relay, relay_of

ALERTS = (Alert(code="K7Q2", conversation="cnv_1"), Alert(code="M3X9", conversation="cnv_2"))


@pytest.mark.parametrize(
    ("text", "conversation", "said"),
    [
        ("K7Q2 I am coming", "cnv_1", "I am coming"),
        ("I am coming #k7q2", "cnv_1", "I am coming"),
        ("On my way (M3X9).\nTwenty minutes", "cnv_2", "On my way\nTwenty minutes"),
        ("K7Q2 see M3X9", "cnv_1", "see M3X9"),
    ],
)
def test_the_code_says_which_conversation(text: str, conversation: str, said: str) -> None:
    relay = relay_of(text, person="lea", alerts=ALERTS)
    assert relay == Relay(conversation=conversation, person="lea", text=said)


@pytest.mark.parametrize("text", ["I am coming", "K7Q21 I am coming", "K7Q2", " #k7q2 ", ""])
def test_without_a_code_or_words_nothing_is_relayed(text: str) -> None:
    assert relay_of(text, person="lea", alerts=ALERTS) is None


def test_another_s_code_is_none() -> None:
    assert relay_of("K7Q2 I am coming", person="bob", alerts=()) is None
