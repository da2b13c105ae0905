from __future__ import annotations

import pytest

from modem.events import Accepted, NotSent, Refused, SubmitOutcome, Unknown
from modem.ladder import Cause
from modem.watch import Watch, may_be_the_network, words_of

ACCEPTED = Accepted(reference=1)
SILENCE = Unknown(code="no_answer", detail="silence")
NO_PROMPT = NotSent(code="no_prompt", detail="no prompt")
WITHDRAWN = NotSent(code="withdrawn", detail="withdrawn")
MODEM = Refused(code="cms_500", detail="unknown error", permanent=False, modem_trouble=True)
NUMBER = Refused(code="cms_1", detail="no such number", permanent=True, modem_trouble=False)


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([SILENCE], None),
        ([SILENCE, NO_PROMPT], Cause.STUCK),
        ([SILENCE, WITHDRAWN, SILENCE], Cause.STUCK),
        ([SILENCE, ACCEPTED, SILENCE], None),
        ([SILENCE, NUMBER, SILENCE], None),
        ([MODEM, MODEM], None),
        ([MODEM, MODEM, MODEM], Cause.REFUSING),
        ([MODEM, ACCEPTED, MODEM, MODEM], None),
        ([NUMBER] * 5, None),
    ],
)
def test_submits_in_a_row(outcomes: list[SubmitOutcome], verdict: Cause | None) -> None:
    watch = Watch()
    assert [watch.submitted(outcome) for outcome in outcomes][-1] is verdict


def test_two_polls_without_any_answer() -> None:
    watch = Watch()
    polls = [False, True, False, False, False]
    verdicts = [watch.polled(answered=answered) for answered in polls]
    assert verdicts == [None, None, None, Cause.REFUSING, None]


def test_a_network_is_lost_after_a_while_and_again_after_another() -> None:
    watch = Watch()
    seen = [
        (False, 0),
        (False, 50),
        (True, 55),
        (False, 60),
        (False, 119),
        (False, 120),
        (False, 125),
    ]
    verdicts = [watch.registered(registered=up, now=now, patience=60) for up, now in seen]
    assert verdicts == [None, None, None, None, None, Cause.NO_NETWORK, None]


def test_a_modem_that_never_announced_anything_is_not_deaf() -> None:
    watch = Watch()
    assert [watch.found_unannounced() for _ in range(5)] == [None] * 5


def test_a_modem_that_announces_no_more_is_deaf_also_after_a_new_set_up() -> None:
    watch = Watch()
    watch.announced()
    assert watch.found_unannounced() is None
    watch.announced()
    assert watch.found_unannounced() is None
    watch.began()
    assert [watch.found_unannounced() for _ in range(3)] == [None, Cause.DEAF, None]


@pytest.mark.parametrize(
    ("outcome", "network", "words"),
    [
        (ACCEPTED, False, ""),
        (SILENCE, True, "silence"),
        (NO_PROMPT, True, "no prompt"),
        (WITHDRAWN, False, "withdrawn"),
        (MODEM, True, "unknown error"),
        (NUMBER, False, "no such number"),
    ],
)
def test_what_a_submit_tells(outcome: SubmitOutcome, words: str, *, network: bool) -> None:
    assert may_be_the_network(outcome) is network
    assert words_of(outcome) == words
