import itertools
from pathlib import Path

import pytest

from storage.schema import metadata
from storage.states import (
    ON_AIR,
    PART_TRANSITIONS,
    MessageState,
    PartState,
    derive_message_state,
    is_final,
    part_diagram,
    sources_of,
)

DOCUMENT = Path(__file__).parents[3] / "docs" / "store.md"
P = PartState
M = MessageState


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([P.QUEUED], M.QUEUED),
        ([P.CLAIMED], M.SENDING),
        ([P.SUBMITTING], M.SENDING),
        ([P.UNKNOWN], M.UNKNOWN),
        ([P.ACCEPTED], M.SENT),
        ([P.DELIVERED], M.DELIVERED),
        ([P.UNDELIVERED], M.UNDELIVERED),
        ([P.FAILED], M.FAILED),
        ([P.CANCELED], M.CANCELED),
        ([P.EXPIRED], M.EXPIRED),
        ([P.QUEUED, P.QUEUED], M.QUEUED),
        ([P.ACCEPTED, P.QUEUED], M.SENDING),
        ([P.ACCEPTED, P.CLAIMED], M.SENDING),
        ([P.DELIVERED, P.QUEUED], M.SENDING),
        ([P.DELIVERED, P.ACCEPTED], M.SENT),
        ([P.DELIVERED, P.DELIVERED], M.DELIVERED),
        ([P.UNKNOWN, P.FAILED], M.UNKNOWN),
        ([P.UNKNOWN, P.DELIVERED], M.UNKNOWN),
        ([P.FAILED, P.UNDELIVERED], M.FAILED),
        ([P.UNDELIVERED, P.DELIVERED], M.UNDELIVERED),
        ([P.ACCEPTED, P.FAILED], M.FAILED),
        ([P.UNDELIVERED, P.SUBMITTING], M.UNDELIVERED),
    ],
)
def test_the_truth_table(parts: list[PartState], message: MessageState) -> None:
    assert derive_message_state(parts) is message


def test_a_message_without_parts_is_a_bug() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        derive_message_state([])


def test_every_combination_has_a_state_and_order_does_not_matter() -> None:
    for size in (1, 2, 3):
        for parts in itertools.combinations_with_replacement(PartState, size):
            answers = {derive_message_state(order) for order in itertools.permutations(parts)}
            assert len(answers) == 1
            assert MessageState.RECEIVED not in answers


def test_sent_and_delivered_are_said_only_of_all_parts() -> None:
    for parts in itertools.combinations_with_replacement(PartState, 3):
        state = derive_message_state(parts)
        assert (state is M.DELIVERED) == (set(parts) == {P.DELIVERED})
        if state is M.SENT:
            assert set(parts) <= {P.ACCEPTED, P.DELIVERED}


def test_the_table_names_every_state_and_each_but_queued_is_reached() -> None:
    assert set(PART_TRANSITIONS) == set(PartState)
    reached = {target for targets in PART_TRANSITIONS.values() for target in targets}
    assert reached == set(PartState)


def test_what_is_on_the_air_is_never_canceled_or_expired() -> None:
    for state in ON_AIR:
        assert not {P.CANCELED, P.EXPIRED, P.CLAIMED, P.SUBMITTING} & set(PART_TRANSITIONS[state])


def test_sources_and_final_states() -> None:
    assert sources_of(P.ACCEPTED) == (P.QUEUED, P.CLAIMED, P.SUBMITTING, P.UNKNOWN)
    assert sources_of(P.UNKNOWN) == (P.QUEUED, P.CLAIMED, P.SUBMITTING)
    finals = {state for state in PartState if is_final(state)}
    assert finals == {P.DELIVERED, P.UNDELIVERED, P.FAILED, P.CANCELED, P.EXPIRED}


def test_the_diagram_shows_every_transition_once() -> None:
    lines = part_diagram().splitlines()
    assert lines[0] == "stateDiagram-v2"
    assert "    submitting --> unknown: 332, silence, loss, restart, a backup was restored" in lines
    arrows = sum(len(targets) for targets in PART_TRANSITIONS.values())
    finals = sum(not targets for targets in PART_TRANSITIONS.values())
    assert len(lines) == len(set(lines)) == 2 + arrows + finals


def test_the_document_shows_this_diagram_and_names_every_table() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert f"```mermaid\n{part_diagram()}```" in document
    assert [name for name in metadata.tables if f"`{name}`" not in document] == []
