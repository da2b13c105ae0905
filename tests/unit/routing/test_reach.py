"""What of a rulebook concerns other inboxes than certain ones."""

from dataclasses import replace

import pytest

from routing.hours import Hours
from routing.model import Do, Rule, Target, TargetKind, Texts, When
from routing.reach import elsewhere, is_within, names_team
from routing.rulebook import InboxRules, Rulebook

MINE = frozenset({"main", "desk"})


def rule(name: str, *inboxes: str, answer: str | None = None) -> Rule:
    return Rule(name=name, when=When(inbox=inboxes), do=Do(answer=answer))


BOOK = Rulebook(
    inboxes={"main": InboxRules(), "spare": InboxRules()},
    templates={"ours": Texts(en="Ours"), "all": Texts(en="All"), "unused": Texts(en="-")},
    lists={"vip": ("+1514*",)},
    rules=(rule("own", "main", answer="ours"), rule("shop", answer="all"), rule("both", "spare")),
)


def test_a_rule_is_within_where_every_inbox_that_it_names_is() -> None:
    assert is_within(rule("a", "main"), MINE)
    assert is_within(rule("a", "main", "desk"), MINE)
    assert not is_within(rule("a", "main", "spare"), MINE)
    assert not is_within(rule("a"), MINE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BOOK, inboxes={"spare": InboxRules()}),
        replace(BOOK, inboxes=BOOK.inboxes | {"desk": InboxRules(both_languages=True)}),
        replace(BOOK, templates={**BOOK.templates, "ours": Texts(en="Other"), "new": Texts()}),
        replace(BOOK, templates={"all": Texts(en="All")}, rules=BOOK.rules[1:]),
        replace(BOOK, rules=(BOOK.rules[1], BOOK.rules[0], BOOK.rules[2], rule("more", "desk"))),
    ],
)
def test_what_differs_within_is_the_same_elsewhere(changed: Rulebook) -> None:
    assert elsewhere(changed, MINE) == elsewhere(BOOK, MINE)


@pytest.mark.parametrize(
    "changed",
    [
        replace(BOOK, inboxes={"spare": InboxRules(hours=Hours(weekly="off"))}),
        replace(BOOK, inboxes={"main": InboxRules()}),
        replace(BOOK, templates=BOOK.templates | {"all": Texts(en="Other")}),
        replace(BOOK, lists={}),
        replace(BOOK, urgent_words=()),
        replace(BOOK, rules=(BOOK.rules[0], BOOK.rules[2], BOOK.rules[1])),
        replace(BOOK, rules=BOOK.rules[:2]),
        replace(BOOK, rules=(*BOOK.rules, rule("more"))),
        replace(BOOK, rules=(rule("own", answer="ours"), *BOOK.rules[1:])),
        replace(BOOK, rules=(BOOK.rules[0], rule("shop", "main", answer="all"), BOOK.rules[2])),
    ],
)
def test_what_reaches_further_is_not(changed: Rulebook) -> None:
    assert elsewhere(changed, MINE) != elsewhere(BOOK, MINE)


@pytest.mark.parametrize("inboxes", [(), ("spare",), ("main", "spare")])
def test_a_team_that_gets_something_of_another_inbox_is_named_there(
    inboxes: tuple[str, ...],
) -> None:
    sales, lea = (
        Target(kind=kind, name=name)
        for kind, name in ((TargetKind.TEAM, "sales"), (TargetKind.PERSON, "lea"))
    )
    for do in (Do(assign=sales), Do(assign=lea, forward=(lea, sales))):
        theirs = Rule(name="theirs", when=When(inbox=inboxes), do=do)
        ours = Rule(name="ours", when=When(inbox=("main",)), do=do)
        assert names_team(replace(BOOK, rules=(theirs,)), "sales", but=MINE)
        assert not names_team(replace(BOOK, rules=(ours,)), "sales", but=MINE)
        assert not names_team(replace(BOOK, rules=(theirs,)), "lea", but=MINE)
