"""The rules file: read, written, and everything that can be wrong with it."""

from datetime import date, time, timedelta

import pytest

from config.schema import Language
from routing.answers import AnswerKind, AnswerPolicy
from routing.consent import ConsentPolicy, QuietHours
from routing.hours import Closure, Hours, Opening
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
from routing.reading import MOST_TABLES
from routing.rulebook import InboxRules, Rulebook
from routing.rulesfile import from_document, parse, serialise, to_document
from routing.senders import ApplicationLimit, Sending, SendRule

FILE = """\
urgent_words = ["feu", "fire"]

[consent]
cancel_window = "2d"
staff_may_answer_opted_out = true
quiet_hours = "20:30-09:00"

[inboxes.main]
both_languages = true

[inboxes.main.hours]
weekly = "Mo-Fr 09:00-17:00"
worked_holidays = ["2027-05-24", "Fête du Travail"]

[[inboxes.main.hours.closures]]
first = "2027-07-19"
last = "2027-07-30"

[inboxes.main.hours.closures.text]
fr = "En vacances!"

[[inboxes.main.hours.openings]]
first = "2027-12-24"
last = "2027-12-24"
times = "09:00-14:00"

[inboxes.main.answers]
every = "12h"
open_every = "1h"
after_person = "45m"
daily_cap = 3

[inboxes.main.answers.texts.closed]
en = "Closed."

[inboxes.side]

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
    urgent_words=("feu", "fire"),
    consent=ConsentPolicy(
        cancel_window=timedelta(days=2),
        staff_may_answer_opted_out=True,
        quiet_hours=QuietHours(begin=time(20, 30), end=time(9)),
    ),
    inboxes={
        "main": InboxRules(
            both_languages=True,
            hours=Hours(
                weekly="Mo-Fr 09:00-17:00",
                worked_holidays=("2027-05-24", "Fête du Travail"),
                closures=(
                    Closure(
                        first=date(2027, 7, 19),
                        last=date(2027, 7, 30),
                        text=Texts(fr="En vacances!"),
                    ),
                ),
                openings=(
                    Opening(first=date(2027, 12, 24), last=date(2027, 12, 24), times="09:00-14:00"),
                ),
            ),
            answers=AnswerPolicy(
                texts={AnswerKind.CLOSED: Texts(en="Closed.")},
                every=timedelta(hours=12),
                open_every=timedelta(hours=1),
                after_person=timedelta(minutes=45),
                daily_cap=3,
            ),
        ),
        "side": InboxRules(),
    },
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
        ("zzz = 1", "zzz", "there is no such key; there are urgent_words, consent, inboxes"),
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
        ('[inboxes.a.hours]\nweekly = "9-5"', "inboxes.a.hours.weekly", "cannot be understood"),
        ('[inboxes.a.answers.texts.x]\nen = "x"', "inboxes.a.answers.texts.x", 'expected "closed"'),
        (
            '[inboxes.a.answers.texts.closed]\nfr = "{"',
            "inboxes.a.answers.texts.closed.fr",
            "without its }",
        ),
        (
            "[[inboxes.a.hours.closures]]\nfirst = 2027-07-01",
            "inboxes.a.hours.closures.1.last",
            "it is missing",
        ),
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
    rules = [{"name": f"rule {number}"} for number in range(MOST_TABLES + 1)]
    assert from_document({"rules": rules[:-1]}).book is not None
    assert from_document({"rules": rules}).book is None


def test_dates_may_be_toml_s_own_and_quiet_hours_none() -> None:
    text = (
        'consent.quiet_hours = "off"\n'
        "[[inboxes.main.hours.closures]]\nfirst = 2027-07-19\nlast = 2027-07-19"
    )
    book = parse(text).book
    assert book is not None
    assert book.consent.quiet_hours is None
    assert book.inboxes["main"].hours.closures[0].first == date(2027, 7, 19)
    assert parse(serialise(book)).book == book
