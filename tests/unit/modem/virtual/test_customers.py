# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Virtual customers: repeatable, varied, kind, and not endless."""

from __future__ import annotations

import pytest

from modem.pdu import plan
from modem.virtual.customer_lines import ANSWERS, PERSONAS, Language, Topic
from modem.virtual.customers import PATIENCE_ANSWERS, VirtualCustomers, language_of, topic_of


def texts(computer) -> list[tuple[str, str]]:
    """Who texted the shop what, parts joined as they came."""
    joined: list[tuple[str, str]] = []
    for entry in computer.ledger.of("delivered"):
        if joined and joined[-1][0] == entry.peer:
            joined[-1] = (entry.peer, joined[-1][1] + entry.text)
        else:
            joined.append((entry.peer, entry.text))
    return joined


def test_they_text_the_shop_now_and_then_and_differ(computer) -> None:
    customers = VirtualCustomers(computer.network, shop_number=computer.modem.number)
    computer.modem.stores["SM"].size = 200
    customers.start()
    computer.clock.advance(2)
    assert texts(computer) == []
    computer.clock.advance(1200)
    numbers = {number for number, _ in texts(computer)}
    assert len(numbers) >= 4
    customers.stop()
    before = len(texts(computer))
    computer.clock.advance(1200)
    assert len(texts(computer)) == before


def test_they_answer_what_they_are_sent_in_their_language(computer) -> None:
    VirtualCustomers(computer.network, shop_number=computer.modem.number)
    computer.sends("Votre commande est prête!", to="+15145550161")
    computer.sends("Your order is ready", to="+12125550100")
    computer.clock.advance(10)
    answers = dict(texts(computer))
    assert answers["+15145550161"] in ANSWERS[Language.FRENCH][Topic.READY]
    assert answers["+12125550100"] in ANSWERS[Language.ENGLISH][Topic.READY]


def test_two_machines_do_not_talk_for_ever(computer) -> None:
    VirtualCustomers(computer.network, shop_number=computer.modem.number)
    computer.modem.stores["SM"].size = 200
    for _ in range(20):
        computer.sends("We are closed.")
        computer.clock.advance(1)
    computer.clock.advance(20)
    assert computer.ledger.counts["delivered"] == PATIENCE_ANSWERS


def test_the_same_seed_says_the_same(make_computer) -> None:
    runs = []
    for _ in range(2):
        computer = make_computer()
        customers = VirtualCustomers(computer.network, shop_number=computer.modem.number, seed=7)
        customers.start()
        computer.clock.advance(600)
        runs.append(texts(computer))
    assert runs[0] == runs[1]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Your order is ready", Topic.READY),
        ("Nous sommes fermés, nous rouvrons demain à 9 h", Topic.AWAY),
        ("It costs 25 $", Topic.PRICE),
        ("Which colour?", Topic.QUESTION),
        ("Merci beaucoup", Topic.THANKS),
        ("Appointment on Monday", Topic.APPOINTMENT),
        ("hm", Topic.OTHER),
    ],
)
def test_topics(text: str, topic: Topic) -> None:
    assert topic_of(text) is topic


def test_languages() -> None:
    assert language_of("+15145550162", "Bonjour") is Language.ENGLISH
    assert language_of("+1", "Bonjour") is Language.FRENCH
    assert language_of("+1", "Hello") is Language.ENGLISH


def test_their_lines_exercise_alphabets_and_long_texts() -> None:
    plans = [plan(line) for persona in PERSONAS for line in persona.openings]
    assert {each.encoding for each in plans} == {"gsm7", "ucs2"}
    assert max(each.parts for each in plans) > 1
    assert min(each.parts for each in plans) == 1


def test_every_answer_exists_in_both_languages() -> None:
    assert all(set(answers) == set(Topic) for answers in ANSWERS.values())
