"""Decisions a second: what arrives, judged by 200 rules, in this process; no modem, no store.

Times are of the processor: a decision waits for nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

from config.schema import Language
from routing.answers import AnswerPolicy
from routing.assign import Person, Staff, Team
from routing.decision import Contact, Inbox, Incoming, Shop
from routing.evaluate import evaluate
from routing.hours import Hours
from routing.model import Do, HoursAre, Kind, Rule, SenderType, Target, TargetKind, Then, When
from routing.texts import DEFAULT_TEXTS
from tests.benchmarks.figures import heading, row, spread

RULES = 200
_BEGIN = datetime(2027, 6, 21, tzinfo=UTC)
_CONDITIONS = (
    When(words=("prix", "how much", "combien")),
    When(pattern=("*order ?????*",)),
    When(sender=("+1438*", "+1450*")),
    When(hours=HoursAre.CLOSED, words=("delivery", "livraison")),
    When(language=Language.EN, kind=(Kind.MISSED_CALL,)),
)


def _shop() -> Shop:
    team = Target(kind=TargetKind.TEAM, name="shop")
    rules = (
        Rule(
            name=f"rule {number}",
            when=replace(_CONDITIONS[number % len(_CONDITIONS)], tag=(f"tag {number}",))
            if number % 3 == 0
            else _CONDITIONS[number % len(_CONDITIONS)],
            do=Do(assign=team, tag=("seen",)),
            then=Then.CONTINUE,
        )
        for number in range(RULES)
    )
    ann = Person(id="ann", name="Ann", phone="+15145550111")
    teams = {"shop": Team(id="shop", members=("ann",), on_call=("ann",))}
    return Shop(
        business="Chez Nous", staff=Staff(people={"ann": ann}, teams=teams), rules=tuple(rules)
    )


def _inbox() -> Inbox:
    return Inbox(
        id="main",
        hours=Hours(
            weekly="Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00",
            zone="America/Toronto",
            country="CA-QC",
        ),
        language=Language.FR,
        team="shop",
        answers=AnswerPolicy(texts=DEFAULT_TEXTS),
    )


def decisions(count: int) -> None:
    """Measure decisions about ordinary messages and about a hostile one, and the very first."""
    heading(f"Decisions by {RULES} rules")
    shop, inbox = _shop(), _inbox()
    texts = ("Bonjour, êtes-vous ouverts samedi?", "hello, is order 12345 ready?", "merci!")
    for what, said in (
        ("ordinary texts", texts),
        ("a text of 2,000 characters", ("aab" * 700,)),
    ):
        times = []
        for number in range(count):
            incoming = Incoming(
                at=_BEGIN + timedelta(minutes=7 * number),
                kind=Kind.SMS,
                sender="+15145550123",
                sender_type=SenderType.NUMBER,
                text=said[number % len(said)],
                contact=Contact(known=True, tags=frozenset({"vip"})),
            )
            start = process_time()
            evaluate(incoming, inbox, shop)
            times.append(process_time() - start)
        if what == "ordinary texts":
            row("the very first (holidays, expressions)", f"{times[0] * 1000:.0f} ms")
        row(f"{what}, decisions a second", f"{(count - 1) / sum(times[1:]):.0f}")
        spread(what, times[1:])
