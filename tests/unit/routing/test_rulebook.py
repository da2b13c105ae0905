"""What must be true of rules together."""

from routing.model import Do, Rule, Target, TargetKind, Texts, When
from routing.rulebook import InboxRules, Names, Rulebook, problems_with, problems_within
from routing.senders import ApplicationLimit, Sending, SendRule

NAMES = Names(
    people=frozenset({"lea"}),
    teams=frozenset({"shop"}),
    inboxes=frozenset({"main"}),
    modems=frozenset(),
)


def told(problems: object) -> dict[str, str]:
    return {problem.key: problem.reason for problem in problems}  # type: ignore[attr-defined]  # an iterator of them


def test_names_that_are_there_twice_or_not_at_all() -> None:
    book = Rulebook(
        rules=(
            Rule(name="a", when=When(list=("vip",)), do=Do(answer="gone")),
            Rule(name="a", when=When(list=("gone",)), do=Do(answer="hello")),
        ),
        templates={
            "hello": Texts(en="Hi {business}", fr="Allo {nom}"),
            "empty": Texts(),
        },
        lists={"vip": ("+1514*",)},
        sending=Sending(
            rules=(SendRule(name="x", modem="a"), SendRule(name="x", modem="b")),
            limits=(ApplicationLimit(application="till"), ApplicationLimit(application="till")),
        ),
    )
    found = told(problems_within(book))
    assert found.keys() == {
        "rules",
        "sending.rules",
        "sending.limits",
        "templates.hello.fr",
        "templates.empty",
        "rules.1.do.answer",
        "rules.2.when.list",
    }
    assert found["rules"] == "'a' is there 2 times"
    assert found["rules.1.do.answer"] == "there is no template 'gone'; there are empty, hello"
    assert "there is no {nom}" in found["templates.hello.fr"]


def test_whom_it_names_and_who_is_not_there() -> None:
    book = Rulebook(
        inboxes={"main": InboxRules(), "sales": InboxRules()},
        rules=(
            Rule(
                name="a",
                when=When(inbox=("sales",), modem=("x",)),
                do=Do(
                    assign=Target(kind=TargetKind.PERSON, name="bob"),
                    forward=(
                        Target(kind=TargetKind.TEAM, name="sales"),
                        Target(kind=TargetKind.ON_CALL),
                    ),
                ),
            ),
        ),
        sending=Sending(rules=(SendRule(name="x", modem="y", inbox=("z",)),)),
    )
    found = told(problems_with(book, NAMES))
    assert found == {
        "inboxes": "there is no inbox 'sales'; there are main",
        "rules.1.when.inbox": "there is no inbox 'sales'; there are main",
        "rules.1.when.modem": "there is no modem 'x'; there is none at all",
        "rules.1.do.assign": "there is no person 'bob'; there are lea",
        "rules.1.do.forward": "there is no team 'sales'; there are shop",
        "sending.rules.1.modem": "there is no modem 'y'; there is none at all",
        "sending.rules.1.inbox": "there is no inbox 'z'; there are main",
    }


def test_what_is_right_has_no_problem() -> None:
    book = Rulebook(
        rules=(
            Rule(
                name="a",
                when=When(inbox=("main",)),
                do=Do(assign=Target(kind=TargetKind.PERSON, name="lea")),
            ),
            Rule(name="b", when=When(), do=Do()),
        ),
        templates={"hello": Texts(fr="Allo")},
    )
    assert not list(problems_within(book))
    assert not list(problems_with(book, NAMES))
