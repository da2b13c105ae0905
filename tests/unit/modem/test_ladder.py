from __future__ import annotations

import pytest

from modem.ladder import (
    LADDERS,
    RELAPSE_SECONDS,
    ROUNDS_BEFORE_RESET,
    ROUNDS_OF_HURRY,
    Cause,
    Ladder,
    Step,
)


def climbed(ladder: Ladder, steps: int) -> list[Step]:
    seen = []
    for _ in range(steps):
        seen.append(ladder.step)
        ladder.failed()
    return seen


@pytest.mark.parametrize("cause", sorted(set(Cause) - {Cause.SILENT}))
def test_each_ladder_is_climbed_whole_and_again_without_its_first_step(cause: Cause) -> None:
    ladder, steps = Ladder(), LADDERS[cause]
    ladder.begin(cause, now=0)
    assert climbed(ladder, len(steps)) == list(steps)
    assert ladder.rounds == 1
    assert climbed(ladder, len(steps) - 1) == list(steps[1:])
    assert steps[-1] is Step.BACK_OFF


def test_a_silent_modem_is_asked_for_a_minute_before_its_usb_port_is_reset() -> None:
    ladder = Ladder()
    ladder.begin(Cause.SILENT, now=0)
    hurried = [Step.BACK_OFF] * ROUNDS_BEFORE_RESET
    assert climbed(ladder, 1 + len(hurried)) == [Step.REOPEN, *hurried]
    assert ladder.rounds == ROUNDS_BEFORE_RESET
    between = ROUNDS_OF_HURRY - ROUNDS_BEFORE_RESET
    assert climbed(ladder, 1 + between) == [Step.USB_RESET, *[Step.BACK_OFF] * between]
    # From now on it is left alone for long, and reset before each time.
    assert climbed(ladder, 4) == [Step.USB_RESET, Step.BACK_OFF] * 2


def test_where_nothing_is_wrong_there_is_no_step() -> None:
    ladder = Ladder()
    ladder.cured(now=0)
    with pytest.raises(LookupError):
        assert ladder.step
    with pytest.raises(LookupError):
        ladder.failed()


def test_a_relapse_begins_above_what_did_not_help_for_long() -> None:
    ladder = Ladder()
    seen = []
    for now in range(8):
        ladder.begin(Cause.DEAF, now=now)
        seen.append(ladder.step)
        ladder.cured(now=now)
    assert seen == [*LADDERS[Cause.DEAF], Step.BACK_OFF, Step.BACK_OFF]


def test_a_trouble_that_comes_back_late_is_a_new_one() -> None:
    ladder = Ladder()
    ladder.begin(Cause.DEAF, now=0)
    ladder.cured(now=0)
    ladder.begin(Cause.DEAF, now=RELAPSE_SECONDS)
    assert ladder.step is Step.REARM


def test_a_cure_that_was_proved_is_tried_again() -> None:
    ladder = Ladder()
    ladder.begin(Cause.DEAF, now=0)
    ladder.cured(now=0)
    ladder.proved(Cause.DEAF)
    ladder.begin(Cause.DEAF, now=1)
    assert ladder.step is Step.REARM


def test_a_modem_that_restarts_often_is_set_up_each_time() -> None:
    ladder = Ladder()
    for now in range(3):
        ladder.begin(Cause.RESTARTED, now=now)
        assert ladder.step is Step.SET_UP
        ladder.cured(now=now)


def test_pauses_grow_and_a_silent_modem_is_asked_in_a_hurry_at_first() -> None:
    ladder = Ladder()
    ladder.begin(Cause.STUCK, now=0)

    def pause() -> float:
        return ladder.pause_seconds(hurried=1, pauses=(30, 120))

    found = []
    for rounds in range(3):
        ladder.rounds = rounds
        found.append(pause())
    assert found == [30, 120, 120]
    ladder.begin(Cause.SILENT, now=0)
    found = []
    for rounds in (0, ROUNDS_OF_HURRY - 1, ROUNDS_OF_HURRY, ROUNDS_OF_HURRY + 5):
        ladder.rounds = rounds
        found.append(pause())
    assert found == [1, 1, 30, 120]
