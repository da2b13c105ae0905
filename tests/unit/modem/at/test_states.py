from pathlib import Path

from modem.at.command import Deadline
from modem.at.states import TRANSITIONS, EngineState, Trigger, diagram

DOC = Path(__file__).parents[4] / "docs" / "at.md"


def test_every_state_can_be_reached_and_left() -> None:
    assert {target for _, target in TRANSITIONS.items()} == set(EngineState)
    assert {state for state, _ in TRANSITIONS} == set(EngineState)
    assert {trigger for _, trigger in TRANSITIONS} == set(Trigger)


def test_the_document_shows_the_table() -> None:
    assert diagram() in DOC.read_text(encoding="utf-8")


def test_deadlines() -> None:
    assert Deadline.NETWORK.seconds == 60.0
