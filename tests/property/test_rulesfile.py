"""The rules file gives back what was written to it, and any text gives rules or problems."""

import dataclasses
import json
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
from routing.rulebook import InboxRules, Rulebook
from routing.rulesfile import from_document, parse, serialise, to_document
from routing.senders import ApplicationLimit, Sending, SendRule


def several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=3).map(tuple)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = texts.filter(lambda name: name == name.strip() and name.isprintable() and name != "")
senders = st.from_regex(r"\+[1-9][0-9]{3,14}\*?", fullmatch=True)
words = names.filter(lambda word: any(letter in "abcdefgh0123" for letter in word))
targets = st.one_of(
    st.builds(Target, kind=st.sampled_from([TargetKind.PERSON, TargetKind.TEAM]), name=names),
    st.builds(Target, kind=st.sampled_from([TargetKind.ON_DUTY, TargetKind.ON_CALL])),
)
maybe = st.none() | st.booleans()
times = st.none() | st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
counts = st.none() | st.integers(0, 10**6)
sayings = texts.filter(str.strip).map(lambda text: text.replace("{", "{{").replace("}", "}}"))


durations = st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds))
minutes = st.times().map(lambda each: each.replace(second=0, microsecond=0, fold=0))
said = st.builds(Texts, en=sayings, fr=st.just("") | sayings)
days = st.dates(date(2000, 1, 1), date(2199, 12, 31))
spans = st.tuples(days, days).map(sorted)
closures = st.builds(
    lambda span, text: Closure(first=span[0], last=span[1], text=text), spans, said
)
openings = st.builds(
    lambda span, text: Opening(first=span[0], last=span[1], times="10:00-12:00", text=text),
    spans,
    st.just(Texts()) | said,
)
consents = st.builds(
    ConsentPolicy,
    cancel_window=durations,
    staff_may_answer_opted_out=st.booleans(),
    quiet_hours=st.none() | st.builds(QuietHours, begin=minutes, end=minutes),
)
inboxes = st.builds(
    InboxRules,
    hours=st.builds(
        Hours,
        weekly=st.sampled_from(["24/7", "Mo-Fr 09:00-17:00"]),
        worked_holidays=several(names),
        closures=several(closures),
        openings=several(openings),
    ),
    both_languages=st.booleans(),
    answers=st.builds(
        AnswerPolicy,
        texts=st.dictionaries(st.sampled_from(AnswerKind), said, max_size=2),
        every=st.none() | durations,
        open_every=durations,
        after_person=durations,
        daily_cap=st.integers(0, 100),
    ),
)


@st.composite
def rulebooks(draw: st.DrawFn) -> Rulebook:
    templates = draw(st.dictionaries(names, st.builds(Texts, en=sayings, fr=sayings), max_size=2))
    lists = draw(st.dictionaries(names, several(senders), max_size=2))
    when = st.builds(
        When,
        inbox=several(names),
        modem=several(names),
        kind=several(st.sampled_from(Kind)),
        sender=several(senders),
        list=several(st.sampled_from(sorted(lists))) if lists else st.just(()),
        contact=st.none() | st.sampled_from(ContactIs),
        tag=several(names),
        first_message=maybe,
        language=st.none() | st.sampled_from(Language),
        hours=st.none() | st.sampled_from(HoursAre),
        holiday=maybe,
        words=several(words),
        pattern=several(texts.filter(bool)),
    )
    do = st.builds(
        Do,
        assign=st.none() | targets,
        tag=several(names),
        priority=st.none() | st.sampled_from(Priority),
        answer=st.none() | st.sampled_from(sorted(templates)) if templates else st.none(),
        forward=several(targets),
        email=several(st.just("boss@shop.example")),
        webhook=several(st.just("https://shop.example/hook")),
        urgent=st.booleans(),
        close=st.booleans(),
        block=st.booleans(),
        hold=st.booleans(),
    )
    rule = st.builds(
        Rule, name=names, when=when, do=do, then=st.sampled_from(Then), enabled=st.booleans()
    )
    send_rule = st.builds(
        SendRule,
        name=names,
        modem=names,
        prefix=several(senders),
        country=several(st.sampled_from(["CA", "US"])),
        inbox=several(names),
        begin=times,
        end=times,
    )
    limit = st.builds(ApplicationLimit, application=names, per_hour=counts, per_day=counts)

    def listed(each: st.SearchStrategy[Any], by: str) -> tuple[Any, ...]:
        return tuple(draw(st.lists(each, max_size=3, unique_by=lambda it: getattr(it, by))))

    return Rulebook(
        urgent_words=draw(several(words)),
        consent=draw(consents),
        inboxes=draw(st.dictionaries(names, inboxes, max_size=2)),
        rules=listed(rule, "name"),
        templates=templates,
        lists=lists,
        sending=Sending(
            sticky=draw(st.booleans()),
            deny=draw(several(senders)),
            allow_countries=draw(several(st.sampled_from(["*", "FR"]))),
            rules=listed(send_rule, "name"),
            limits=listed(limit, "application"),
        ),
    )


@settings(
    deadline=None,
    max_examples=40,
    # A book has much in it that must not contradict itself.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(rulebooks())
def test_what_is_exported_is_imported_exactly(book: Rulebook) -> None:
    text = serialise(book)
    read = parse(text)
    assert read.book == book, read.problems
    assert serialise(read.book) == text
    assert from_document(json.loads(json.dumps(to_document(book)))).book == book


@given(st.text(max_size=200) | st.text(alphabet='[]="\n rules.when', max_size=60))
def test_any_text_gives_rules_or_problems(text: str) -> None:
    read = parse(text)
    assert (read.book is None) is bool(read.problems)


FIELDS = [
    item.name
    for kind in (Rulebook, InboxRules, Hours, AnswerPolicy, Rule, When, Do, Sending)
    for item in dataclasses.fields(kind)
]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=3), inner, max_size=4)
    ),
)


@given(st.dictionaries(st.sampled_from(FIELDS), values, max_size=4))
def test_any_document_gives_rules_or_problems(document: dict[str, Any]) -> None:
    read = from_document(document)
    assert (read.book is None) is bool(read.problems)
