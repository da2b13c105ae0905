from __future__ import annotations

import re
from pathlib import Path

import pytest

from modem.state import TRANSITIONS, IllegalTransitionError, State, Trigger, advance, diagram

PAGE = Path(__file__).parents[3] / "docs" / "modems.md"


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("trigger", Trigger)
def test_the_table_alone_moves_a_modem(state: State, trigger: Trigger) -> None:
    target = TRANSITIONS.get((state, trigger))
    if target is not None:
        assert advance(state, trigger) is target
        return
    with pytest.raises(IllegalTransitionError) as raised:
        advance(state, trigger)
    assert (raised.value.state, raised.value.trigger) == (state, trigger)
    assert str(raised.value) == f"a modem that is {state} cannot meet {trigger}"


def test_each_state_can_be_reached_and_left_but_the_last() -> None:
    assert set(TRANSITIONS.values()) | {State.ABSENT} == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.STOPPED}


def test_whatever_goes_away_can_be_opened_again() -> None:
    for state in set(State) - {State.STOPPED}:
        reachable, frontier = {state}, [state]
        while frontier:
            here = frontier.pop()
            following = {to for (origin, _), to in TRANSITIONS.items() if origin is here}
            frontier += following - reachable
            reachable |= following
        assert State.OPENING in reachable


def test_the_documented_diagram_is_the_table() -> None:
    shown = re.search(r"```mermaid\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert shown is not None
    assert shown[1] == diagram()


def test_the_page_tells_what_each_state_means() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [state for state in State if f"| `{state}` |" not in page] == []
