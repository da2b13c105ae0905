"""Which rules fire, and why the others do not."""

from dataclasses import replace
from typing import Any

import pytest

from config.schema import Language
from routing.match import Result, Subject, judge, subject, words_match
from routing.model import ContactIs, Do, HoursAre, Kind, Rule, Then, When

LISTS = {"suppliers": ("+15145550199", "+1450*"), "vip": ("+33*",)}


def arrived(**changed: Any) -> Subject:
    facts: dict[str, Any] = {
        "inbox": "main",
        "modem": "counter",
        "kind": Kind.SMS,
        "sender": "+15145550123",
        "text": "Bonjour, à quel PRIX? C’est l'été…",
        "known": True,
        "tags": frozenset({"vip"}),
        "first_message": False,
        "language": Language.FR,
        "is_open": False,
        "holiday": True,
        "lists": LISTS,
    }
    return subject(**{**facts, **changed})


def rule(name: str = "one", *, then: Then = Then.STOP, **when: Any) -> Rule:
    return Rule(name=name, when=When(**when), do=Do(), then=then)


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"inbox": ("sales", "main")},
        {"modem": ("counter",)},
        {"kind": (Kind.SMS, Kind.PICTURE)},
        {"sender": ("+15145550123",)},
        {"sender": ("+1438*", "+1514*")},
        {"contact": ContactIs.KNOWN},
        {"tag": ("new", "vip")},
        {"first_message": False},
        {"language": Language.FR},
        {"hours": HoursAre.CLOSED},
        {"holiday": True},
        {"words": ("price", "prix")},
        {"words": ("quel prix",)},
        {"words": ("C'EST L'ETE",)},
        {"pattern": ("*prix?*",)},
        {"pattern": ("nothing", "bonjour*")},
        {"words": ("prix",), "hours": HoursAre.CLOSED, "sender": ("+1514*",)},
    ],
)
def test_a_condition_that_holds(when: dict[str, Any]) -> None:
    (outcome,) = judge([rule(**when)], arrived())
    assert outcome.result is Result.FIRED
    assert all(name in outcome.why for name in when)


@pytest.mark.parametrize(
    ("when", "condition", "why"),
    [
        ({"inbox": ("sales",)}, "inbox", "the inbox is main, not sales"),
        ({"modem": ("b", "c")}, "modem", "the modem is counter, not b or c"),
        ({"kind": (Kind.MISSED_CALL,)}, "kind", "the kind is sms, not missed_call"),
        ({"sender": ("+1438*",)}, "sender", "the sender is none of +1438*"),
        ({"sender": ("+1514",)}, "sender", "the sender is none of +1514"),
        ({"list": ("vip",)}, "list", "the sender is in no list of vip"),
        ({"contact": ContactIs.UNKNOWN}, "contact", "the contact is known, not unknown"),
        ({"tag": ("new",)}, "tag", "the contact has no tag of new"),
        ({"first_message": True}, "first_message", "it is not the first message"),
        ({"language": Language.EN}, "language", "the language is fr, not en"),
        ({"hours": HoursAre.OPEN}, "hours", "the inbox is closed, not open"),
        ({"holiday": False}, "holiday", "it is a holiday"),
        ({"words": ("pri",)}, "words", "none of these words stands in the text: pri"),
        ({"pattern": ("prix",)}, "pattern", "the text does not fit prix"),
        ({"inbox": ("main",), "words": ("x", "y")}, "words", "x, y"),
    ],
)
def test_a_condition_that_does_not_hold_is_named(
    when: dict[str, Any], condition: str, why: str
) -> None:
    (outcome,) = judge([rule(**when)], arrived())
    assert (outcome.result, outcome.condition) == (Result.NOT_MATCHED, condition)
    assert why in outcome.why


@pytest.mark.parametrize(
    ("changed", "when", "why"),
    [
        ({"first_message": True}, {"first_message": False}, "it is the first message"),
        ({"holiday": False}, {"holiday": True}, "it is no holiday"),
        ({"language": None}, {"language": Language.FR}, "the language is not known, not fr"),
        ({"is_open": True}, {"hours": HoursAre.CLOSED}, "the inbox is open, not closed"),
        ({"known": False}, {"contact": ContactIs.KNOWN}, "the contact is unknown, not known"),
        ({"modem": ""}, {"modem": ("b",)}, "the modem is none, not b"),
    ],
)
def test_the_other_way_round(changed: dict[str, Any], when: dict[str, Any], why: str) -> None:
    (outcome,) = judge([rule(**when)], arrived(**changed))
    assert outcome.why == why


def test_lists_hold_numbers_and_prefixes() -> None:
    rules = [rule(list=("suppliers",))]
    for sender in ("+15145550199", "+14505550000"):
        assert judge(rules, arrived(sender=sender))[0].result is Result.FIRED
    assert judge(rules, arrived(sender="+151455501990"))[0].result is Result.NOT_MATCHED


def test_the_first_that_stops_is_the_last() -> None:
    rules = [
        rule("tagging", then=Then.CONTINUE),
        replace(rule("off"), enabled=False),
        rule("sales", inbox=("sales",)),
        rule("rest"),
        rule("late"),
    ]
    outcomes = judge(rules, arrived())
    assert [(each.rule, each.result) for each in outcomes] == [
        ("tagging", Result.FIRED),
        ("off", Result.DISABLED),
        ("sales", Result.NOT_MATCHED),
        ("rest", Result.FIRED),
        ("late", Result.NOT_TRIED),
    ]
    assert outcomes[4].why == "“rest” fired before it and stops there"
    assert outcomes[3].why == "it has no conditions"


def test_an_outcome_never_quotes_the_text() -> None:
    text = "a secret of mine"
    rules = [rule(words=("x",)), rule(pattern=("y",)), rule(then=Then.CONTINUE), rule()]
    assert "secret" not in repr(judge(rules, arrived(text=text)))


def test_words_stand_whole() -> None:
    assert words_match(("urgent", "urgence"), "C'est une URGENCE!")
    assert not words_match(("urgent",), "urgently")
