"""Laws of routing: no second answer in a window, chains that end, bounded work on hostile text."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

import routing
from config.schema import Language
from routing.answers import AnswerKind, AnswerPolicy, PastAnswer
from routing.assign import Absence, AbsenceKind, Person, Staff, Team, follow
from routing.consent import keyword_of
from routing.decision import Contact, Decision, Inbox, Incoming, Shop
from routing.evaluate import evaluate
from routing.hours import Hours, state_at
from routing.model import Do, Kind, Rule, SenderType, Target, TargetKind, Texts, Then, When
from routing.texts import DEFAULT_TEXTS

BEGIN = datetime(2027, 6, 21, tzinfo=UTC)  # a Monday
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HOURS = Hours(weekly="Mo-Fr 09:00-12:00,13:00-18:00", zone="America/Toronto", country="CA-QC")
ANN = Person(id="ann", name="Ann", phone="+15145550111")
SHOP = Shop(
    business="Chez Nous",
    staff=Staff(
        people={"ann": ANN}, teams={"shop": Team(id="shop", members=("ann",), on_call=("ann",))}
    ),
    rules=(
        Rule(name="prices", when=When(words=("prix",)), do=Do(answer="prices"), then=Then.CONTINUE),
    ),
    templates={"prices": Texts(fr="dix dollars", en="ten dollars")},
)
INBOX = Inbox(
    id="main",
    hours=HOURS,
    language=Language.FR,
    team="shop",
    answers=AnswerPolicy(texts=DEFAULT_TEXTS),
)
WORDS = ("allo", "quel prix", "urgent!", "STOP", "START", "HELP", "merci", "arrêt", "ok")
ASKED_FOR = {AnswerKind.OPTED_OUT, AnswerKind.OPTED_IN, AnswerKind.HELP}


class Conversation:
    """What a store would remember of one contact between messages."""

    def __init__(self, inbox: Inbox) -> None:
        self.inbox = inbox
        self.contact = Contact(first_message=True)
        self.answers: list[PastAnswer] = []

    def take(self, text: str, at: datetime, kind: Kind = Kind.SMS) -> Decision:
        incoming = Incoming(
            at=at,
            kind=kind,
            sender="+15145550123",
            sender_type=SenderType.NUMBER,
            text=text if kind is Kind.SMS else "",
            contact=self.contact,
        )
        decision = evaluate(incoming, self.inbox, SHOP)
        if decision.answer is not None:
            self.answers.append(PastAnswer(at=at, kind=decision.answer.kind))
        self.contact = replace(
            self.contact,
            first_message=False,
            past_answers=tuple(self.answers),
            opted_out={"opted_out": True, "opted_in": False}.get(
                decision.consent, self.contact.opted_out
            ),
        )
        return decision


events = st.lists(
    st.tuples(
        st.integers(0, 5 * 1440),
        st.sampled_from(WORDS),
        st.sampled_from([Kind.SMS, Kind.SMS, Kind.MISSED_CALL, Kind.PICTURE]),
    ),
    max_size=40,
)


def opened_between(earlier: datetime, later: datetime) -> bool:
    """Whether there is an open minute, found by looking at each quarter of an hour."""
    now = earlier
    while now <= later:
        if state_at(HOURS, now).open:
            return True
        now += 15 * MINUTE
    return False


@settings(deadline=None, max_examples=60)
@given(events=events, every=st.sampled_from([None, timedelta(hours=2), timedelta(hours=12)]))
def test_never_two_answers_in_a_window_whatever_the_order(
    events: list[tuple[int, str, Kind]], every: timedelta | None
) -> None:
    """The clock may jump as well: times come in any order."""
    policy = replace(INBOX.answers, every=every)
    conversation = Conversation(replace(INBOX, answers=policy))
    for minute, text, kind in events:
        conversation.take(text, BEGIN + minute * MINUTE, kind)
    unasked = sorted(
        (each.at, each.kind) for each in conversation.answers if each.kind not in ASKED_FOR
    )
    for urgent in (True, False):
        times = [at for at, kind in unasked if (kind is AnswerKind.URGENT) is urgent]
        for earlier, later in pairwise(times):
            if every is not None:
                assert later - earlier >= every
            else:
                assert opened_between(earlier, later)


@settings(deadline=None, max_examples=60)
@given(events=events)
def test_no_burst_and_no_day_has_more_answers_than_are_allowed(
    events: list[tuple[int, str, Kind]],
) -> None:
    conversation = Conversation(replace(INBOX, answers=replace(INBOX.answers, every=0 * MINUTE)))
    for minute, text, kind in sorted(events):
        conversation.take(text, BEGIN + minute * MINUTE, kind)
    others = [each.at for each in conversation.answers if each.kind not in ASKED_FOR]
    for at in others:
        assert sum(at - 10 * MINUTE < each <= at for each in others) <= 2
    for asked in (True, False):
        confirmations = {AnswerKind.OPTED_OUT, AnswerKind.OPTED_IN}
        days = [each.at for each in conversation.answers if (each.kind in confirmations) is asked]
        for at in days:
            assert sum(at - DAY < each <= at for each in days) <= INBOX.answers.daily_cap


@settings(deadline=None, max_examples=30)
@given(
    first=st.sampled_from(WORDS),
    start=st.integers(0, 5 * 1440),
    pause=st.integers(0, 30),
)
def test_two_gateways_fall_silent(first: str, start: int, pause: int) -> None:
    """Each takes what the other said for a customer's words, and answers as it would."""
    sides = [Conversation(INBOX), Conversation(INBOX)]
    text, now, turns = first, BEGIN + start * MINUTE, 0
    while True:
        answer = sides[turns % 2].take(text, now).answer
        if answer is None:
            break
        text, turns = answer.text, turns + 1
        now += pause * MINUTE
        assert turns <= 4


names = st.sampled_from(["ann", "bob", "cat", "dan", "eve"])


@given(
    delegates=st.dictionaries(names, st.none() | names),
    absent=st.dictionaries(names, st.none() | names),
    start=names,
)
def test_the_chain_of_delegates_always_ends(
    delegates: dict[str, str | None], absent: dict[str, str | None], start: str
) -> None:
    people = {
        name: Person(
            id=name,
            name=name,
            delegate=delegate,
            absences=(Absence(kind=AbsenceKind.AWAY, since=BEGIN, delegate=absent[name]),)
            if name in absent
            else (),
        )
        for name, delegate in delegates.items()
    }
    staff = Staff(people=people, teams={})
    found = follow(start, team="shop", staff=staff, moment=BEGIN, by_shift=True)
    walked = [step.person for step in found.steps]
    assert len(set(walked)) == len(walked)
    assert found.team == "shop"
    assert found.person is None or (found.person in people and found.person not in absent)
    if start in people and start not in absent:
        assert found.person == start


hostile = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["a", "a ", "*", "?", "aab", "\u0301", "ﷺ", "👍", "{", "{{"]).flatmap(
        lambda unit: st.integers(1, 40_000).map(lambda count: unit * count)
    ),
)
PATTERNS = ("*a*a*a*a*a*a*b", "*" * 50 + "b", "?*?*?*?*?*?*?*b", "*aab*aab*aab*x")
RULES = tuple(
    Rule(
        name=f"rule {number}",
        when=When(pattern=(PATTERNS[number % 4],), words=() if number % 2 else ("a b", "b")),
        do=Do(assign=Target(kind=TargetKind.TEAM, name="shop")),
        then=Then.CONTINUE,
    )
    for number in range(20)
)
OURS = f"{Path(routing.__file__).parent}/"
# Measured at 129,000 for the worst of these texts: each of 2,000 characters costs a pattern a few.
MOST_LINES = 160_000


@contextmanager
def counted_lines() -> Iterator[list[int]]:
    """Count the lines of our code that are executed, which no clock could do as steadily."""
    count = [0]

    def trace(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        count[0] += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(before)


@settings(deadline=None, max_examples=25)
@given(text=hostile)
def test_rules_end_in_bounded_time_whatever_the_text(text: str) -> None:
    assume(keyword_of(text) is None)
    shop = replace(SHOP, rules=RULES)
    incoming = Incoming(
        at=BEGIN, kind=Kind.SMS, sender="+15145550123", sender_type=SenderType.NUMBER, text=text
    )
    with counted_lines() as count:
        decision = evaluate(incoming, INBOX, shop)
    assert len(decision.rules) == len(RULES)
    assert count[0] <= MOST_LINES


@settings(deadline=None)
@given(
    text=st.text(max_size=50),
    kind=st.sampled_from(Kind),
    sender_type=st.sampled_from(SenderType),
    minute=st.integers(0, 1_000_000),
    contact=st.builds(
        Contact, blocked=st.booleans(), opted_out=st.booleans(), first_message=st.booleans()
    ),
    user=st.none() | st.just("ann"),
)
def test_any_facts_give_a_decision_with_reasons(**facts: Any) -> None:
    at = BEGIN + facts.pop("minute") * MINUTE
    decision = evaluate(Incoming(at=at, sender="+15145550123", **facts), INBOX, SHOP)
    assert {reason.step for reason in decision.reasons} >= {"consent", "hours", "language"}
    assert decision.answer is None or decision.answer_refused is None
    assume(decision.answer is not None)
    assert "+1514" not in (decision.answer.text if decision.answer else "")
