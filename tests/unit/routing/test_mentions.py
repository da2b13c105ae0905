"""Whom a note names: as people write it, the longest name, and nobody where it is not sure."""

import pytest

from routing.mentions import Nameable, named_in

MARIE = Nameable(id="marie", called="Marie Tremblay", login="mtremblay")
ELOI = Nameable(id="eloi", called="Éloi Côté", login="eloi.c")
JEAN = Nameable(id="jean", called="Jean", login="jean")
JEAN_LUC = Nameable(id="jean-luc", called="Jean-Luc Roy", login="jl_roy")
SHOP = (MARIE, ELOI, JEAN, JEAN_LUC)


def named(text: str, people: tuple[Nameable, ...] = SHOP) -> list[tuple[str, str]]:
    return [(one.id, text[one.start : one.stop]) for one in named_in(text, people)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@Marie can you call?", [("marie", "@Marie")]),
        ("@marie tremblay: see above", [("marie", "@marie tremblay")]),
        ("@MTREMBLAY", [("marie", "@MTREMBLAY")]),
        ("(@Éloi)", [("eloi", "@Éloi")]),
        ("@eloi cote, @Marie!", [("eloi", "@eloi cote"), ("marie", "@Marie")]),
        ("@E\u0301loi", [("eloi", "@E\u0301loi")]),
        ("@eloi.c knows", [("eloi", "@eloi.c")]),
        ("@jl_roy.", [("jean-luc", "@jl_roy")]),
        ("@Marie's idea", [("marie", "@Marie")]),
        ("🙂@Marie🙂", [("marie", "@Marie")]),
        ("@@Marie", [("marie", "@Marie")]),
    ],
)
def test_a_colleague_is_named_as_people_write(text: str, found: list[tuple[str, str]]) -> None:
    assert named(text) == found


def test_the_longest_name_that_stands_there_is_meant() -> None:
    assert named("@Jean-Luc Roy and @Jean") == [("jean-luc", "@Jean-Luc Roy"), ("jean", "@Jean")]
    assert named("@Marie Tremblay-Roy") == [("marie", "@Marie")]


@pytest.mark.parametrize(
    "text",
    [
        "marie",
        "info@marie.example",
        "@ Marie",
        "@",
        "@Marion",
        "@marie-claude",
        "@marie_x",
        "@²",
        "",
    ],
)
def test_what_names_nobody_for_sure_is_text(text: str) -> None:
    assert named(text) == []


def test_a_name_of_two_names_neither() -> None:
    other = Nameable(id="other", called="Marie Roy", login="mroy")
    assert named("@Marie", (MARIE, other)) == []
    assert named("@Marie Roy, @mtremblay", (MARIE, other)) == [
        ("other", "@Marie Roy"),
        ("marie", "@mtremblay"),
    ]


def test_who_is_called_nothing_that_can_be_written_is_not_named() -> None:
    assert named("@🙂", (Nameable(id="smile", called="🙂", login="-"),)) == []
    assert named("@Marie", ()) == []


def test_a_team_is_named_by_all_that_it_is_called_or_by_a_word_that_stands_for_it() -> None:
    counter = Nameable(id="counter", called="The counter", login="front", is_team=True)
    garage = Nameable(
        id="garage", called="Garage", login="garage", is_team=True, more=("team", "équipe")
    )
    teams = (*SHOP, counter, garage)
    assert named("@the counter, @front, @The", teams) == [
        ("counter", "@the counter"),
        ("counter", "@front"),
    ]
    assert named("@garage @team @Equipe @teams", teams) == [
        ("garage", "@garage"),
        ("garage", "@team"),
        ("garage", "@Equipe"),
    ]
    # A person's name that is a team's too calls neither.
    marie = Nameable(id="maries", called="Marie", login="m", is_team=True)
    assert named("@Marie", (*SHOP, marie)) == []
