"""The rules file: read, written, and everything that can be wrong with it."""

from datetime import time

import pytest

from config.schema import Language
from routing.model import (
    ContactIs,
    Do,
    HoursAre,
    Kind,
    Priority,
    Rule,
    Target,
    TargetKind,
    Texts,
    Then,
    When,
)
from routing.rulebook import Rulebook
from routing.rulesfile import MOST_RULES, from_document, parse, serialise, to_document
from routing.senders import ApplicationLimit, Sending, SendRule

FILE = """\
[lists]
suppliers = ["+15145550199", "+1450*"]

[templates.prices]
en = "Ten \\"dollars\\"."
fr = "Dix dollars à {business}."

[[rules]]
name = "prices"
then = "continue"
enabled = false

[rules.when]
inbox = ["main"]
modem = ["counter"]
kind = ["sms", "missed_call"]
sender = ["+1514*"]
list = ["suppliers"]
contact = "known"
tag = ["vip"]
first_message = false
language = "fr"
hours = "closed"
holiday = true
words = ["quel prix"]
pattern = ["*prix?"]

[rules.do]
assign = "person:lea"
tag = ["prices"]
priority = "low"
answer = "prices"
forward = ["on_call"]
email = ["boss@shop.example"]
webhook = ["https://shop.example/hook"]
urgent = true
close = true
block = true
hold = true

[[rules]]
name = "rest"

[sending]
sticky = false
deny = ["+1900*"]
allow_premium = ["+1976*"]
allow_countries = ["US"]

[[sending.rules]]
name = "nights"
modem = "bell"
prefix = ["+1514*"]
country = ["CA"]
inbox = ["main"]
begin = "22:00"
end = "06:00"

[[sending.limits]]
application = "till"
per_hour = 10
per_day = 100
"""
BOOK = Rulebook(
    lists={"suppliers": ("+15145550199", "+1450*")},
    templates={"prices": Texts(en='Ten "dollars".', fr="Dix dollars à {business}.")},
    rules=(
        Rule(
            name="prices",
            then=Then.CONTINUE,
            enabled=False,
            when=When(
                inbox=("main",),
                modem=("counter",),
                kind=(Kind.SMS, Kind.MISSED_CALL),
                sender=("+1514*",),
                list=("suppliers",),
                contact=ContactIs.KNOWN,
                tag=("vip",),
                first_message=False,
                language=Language.FR,
                hours=HoursAre.CLOSED,
                holiday=True,
                words=("quel prix",),
                pattern=("*prix?",),
            ),
            do=Do(
                assign=Target(kind=TargetKind.PERSON, name="lea"),
                tag=("prices",),
                priority=Priority.LOW,
                answer="prices",
                forward=(Target(kind=TargetKind.ON_CALL),),
                email=("boss@shop.example",),
                webhook=("https://shop.example/hook",),
                urgent=True,
                close=True,
                block=True,
                hold=True,
            ),
        ),
        Rule(name="rest", when=When(), do=Do()),
    ),
    sending=Sending(
        sticky=False,
        deny=("+1900*",),
        allow_premium=("+1976*",),
        allow_countries=("US",),
        rules=(
            SendRule(
                name="nights",
                modem="bell",
                prefix=("+1514*",),
                country=("CA",),
                inbox=("main",),
                begin=time(22),
                end=time(6),
            ),
        ),
        limits=(ApplicationLimit(application="till", per_hour=10, per_day=100),),
    ),
)


def test_every_key_is_read_and_written_exactly() -> None:
    assert parse(FILE).book == BOOK
    assert serialise(BOOK) == FILE


def test_an_empty_file_is_an_empty_rulebook() -> None:
    assert parse("").book == Rulebook()
    assert serialise(Rulebook()) == ""
    assert to_document(Rulebook()) == {}


def test_a_short_rule_is_enough() -> None:
    book = parse('[[rules]]\nname = "a"\nwhen.words = "prix"\ndo.tag = "p"').book
    assert book is not None
    assert book.rules == (Rule(name="a", when=When(words=("prix",)), do=Do(tag=("p",))),)


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("[[rules]", "the file", "not TOML: "),
        ("a = " + "9" * 5000, "the file", "not TOML: "),
        ("a = " + "[" * 5000, "the file", "not TOML: it is nested too deeply"),
        ("[rule]", "rule", "there is no such key; did you mean rules?"),
        ("zzz = 1", "zzz", "there is no such key; there are lists, templates, rules, sending"),
        ("rules = 1", "rules", "expected at most 500 [[rules]] tables"),
        ("rules = [1]", "rules.1", "expected a table"),
        ("lists = 1", "lists", "expected a table"),
        ('[lists]\na = ["*"]', "lists.a", 'expected a number such as "+15145550123"'),
        ('[lists]\n" a" = []', "lists. a", "expected a name"),
        ("templates.a = 1", "templates.a", "expected a table"),
        ('[templates.a]\nen = "{x}"', "templates.a.en", "there is no {x}"),
        ("[templates.a]", "templates.a", 'expected "en", "fr" or both'),
        ("[[rules]]", "rules.1.name", "it is missing"),
        ('[[rules]]\nname = ""', "rules.1.name", "expected a name"),
        ('[[rules]]\nname = "a"\nthen = "go"', "rules.1.then", 'expected "stop" or "continue"'),
        ('[[rules]]\nname = "a"\nwhen = 1', "rules.1.when", "expected a table"),
        ('[[rules]]\nname = "a"\nwhen.word = "x"', "rules.1.when.word", "did you mean words?"),
        ('[[rules]]\nname = "a"\ndo.answer = "x"', "rules.1.do.answer", "there is no template"),
        ('[[sending.rules]]\nname = "a"', "sending.rules.1.modem", "it is missing"),
        ("[[sending.limits]]\nper_day = -1", "sending.limits.1.per_day", "whole number"),
    ],
)
def test_what_is_wrong_is_told_with_its_key(text: str, key: str, reason: str) -> None:
    read = parse(text)
    assert read.book is None
    assert any(each.key == key and reason in each.reason for each in read.problems), read.problems


def test_a_problem_is_told_once() -> None:
    (problem,) = parse('[[rules]]\nname = ""').problems
    assert problem.key == "rules.1.name"


def test_there_is_an_end_of_rules() -> None:
    rules = [{"name": f"rule {number}"} for number in range(MOST_RULES + 1)]
    assert from_document({"rules": rules[:-1]}).book is not None
    assert from_document({"rules": rules}).book is None
