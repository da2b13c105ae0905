"""Back into step: after a deadline, at first contact, with late answers."""

from collections.abc import Callable

import pytest

from modem.at import verbs
from modem.at.engine import (
    Engine,
    EngineState,
    Finished,
    LateAnswer,
    Response,
    Resynced,
    ResyncFailed,
    Unparsed,
    Unsolicited,
)
from modem.at.results import Final, Kind
from modem.at.resync import MAX_LATE_LINES
from modem.at.urc import MessageStored

OK = Final(kind=Kind.OK, text="OK")
CMGS = verbs.cmgs(15, b"0001000B915141550510F1000002C834")


@pytest.fixture
def late_submit(engine: Engine) -> Engine:
    """An engine whose submit was not answered in time."""
    engine.start(CMGS)
    engine.receive(b"> ")
    engine.release_body()
    engine.deadline_passed()
    engine.data_to_send()
    return engine


@pytest.fixture
def late_list(engine: Engine) -> Engine:
    """An engine whose listing was not answered in time."""
    engine.start(verbs.cmgl())
    engine.deadline_passed()
    engine.data_to_send()
    return engine


def test_a_patient_caller_types_at_once_only_and_still_hears_the_answer(
    late_submit: Engine,
) -> None:
    assert late_submit.quiet(patient=True) == ()
    assert late_submit.data_to_send() == b"AT\r"
    for _ in range(5):
        assert late_submit.quiet(patient=True) == ()
    assert late_submit.data_to_send() == b""
    (late,) = late_submit.receive(b"\r\n+CMGS: 7\r\n\r\nOK\r\n")
    assert late == LateAnswer(command=CMGS, lines=(b"+CMGS: 7",), final=None)
    late_submit.receive(b"\r\nOK\r\n")
    assert late_submit.quiet(patient=True) == (Resynced(),)


def test_a_caller_whose_patience_has_ended_tries_again(late_submit: Engine) -> None:
    late_submit.quiet(patient=True)
    late_submit.quiet(patient=True)
    assert [late_submit.quiet() for _ in range(3)][-1] == (ResyncFailed(),)


def test_at_first_contact_it_listens_first_and_then_types_escape_and_at() -> None:
    engine = Engine()
    engine.opened()
    assert engine.data_to_send() == b""
    assert engine.receive(b'\r\n+CMTI: "SM",1\r\n') == (
        Unsolicited(urc=MessageStored(store="SM", index=1)),
    )
    assert engine.quiet() == ()
    assert engine.data_to_send() == b"\x1bAT\r"
    assert engine.receive(b"\x1bAT\r\r\nOK\r\n") == ()
    assert engine.state is EngineState.RESYNC, "not before it has been quiet"
    assert engine.quiet() == (Resynced(),)
    assert engine.state is EngineState.IDLE


def test_two_answers_are_not_a_lone_one() -> None:
    engine = Engine()
    engine.opened()
    engine.quiet()
    engine.receive(b"\r\nOK\r\n\r\nOK\r\n")
    assert engine.quiet() == ()
    assert engine.data_to_send() == b"\x1bAT\rAT\r", "the prompt has been left: no second ESC"
    engine.receive(b"\r\nOK\r\n")
    assert engine.quiet() == (Resynced(),)


def test_an_answer_older_than_the_open_port_says_nothing_of_its_prompt() -> None:
    engine = Engine()
    engine.opened()
    engine.receive(b"\r\nOK\r\n\r\n> ")
    engine.quiet()
    assert engine.data_to_send() == b"\x1bAT\r"


def test_three_failed_tries_end_it() -> None:
    engine = Engine()
    engine.opened()
    assert [engine.quiet() for _ in range(4)] == [(), (), (), (ResyncFailed(),)]
    assert engine.state is EngineState.FAILED
    assert engine.data_to_send() == b"\x1bAT\r" * 3
    engine.opened()
    assert engine.state is EngineState.RESYNC


def test_a_refused_at_is_a_failed_try(late_list: Engine) -> None:
    late_list.receive(b"\r\nOK\r\n")
    late_list.quiet()
    late_list.receive(b"\r\nERROR\r\n")
    assert late_list.quiet() == ()
    assert late_list.data_to_send() == b"AT\rAT\r", "no prompt, no ESC"


def test_a_late_acceptance_is_told_at_once_and_once(late_submit: Engine) -> None:
    assert late_submit.receive(b"\r\n+CMGS: 41\r\n") == (
        LateAnswer(command=CMGS, lines=(b"+CMGS: 41",), final=None),
    )
    assert late_submit.receive(b"\r\nOK\r\n") == ()
    late_submit.quiet()
    assert late_submit.data_to_send() == b"AT\r"
    late_submit.receive(b"\r\nOK\r\n")
    assert late_submit.quiet() == (Resynced(),)


def test_a_late_acceptance_told_twice_by_the_modem(late_submit: Engine) -> None:
    events = late_submit.receive(b"\r\n+CMGS: 41\r\n+CMGS: 41\r\n")
    assert len(events) == 1


def test_a_late_acceptance_after_at_was_typed(late_submit: Engine) -> None:
    late_submit.quiet()
    late_submit.receive(b"\r\n+CMGS: 41\r\n\r\nOK\r\n")
    assert late_submit.quiet() == (), "that OK was the submit's"
    late_submit.receive(b"\r\nOK\r\n")
    assert late_submit.quiet() == (Resynced(),)


def test_a_late_refusal(late_submit: Engine) -> None:
    late_submit.quiet()
    final = Final(kind=Kind.CMS, code=38, text="+CMS ERROR: 38")
    assert late_submit.receive(b"\r\n+CMS ERROR: 38\r\n") == (
        LateAnswer(command=CMGS, lines=(), final=final),
    )


def test_an_error_after_at_was_typed_may_be_either(late_submit: Engine) -> None:
    late_submit.quiet()
    assert late_submit.receive(b"\r\nERROR\r\n") == ()
    assert late_submit.quiet() == ()
    assert late_submit.state is EngineState.RESYNC


def test_a_late_list(late_list: Engine) -> None:
    assert late_list.receive(b"+CMGL: 1,1,,2\r\n00AABB\r\nOK\r\n") == (
        LateAnswer(command=verbs.cmgl(), lines=(b"+CMGL: 1,1,,2", b"00AABB"), final=OK),
    )
    (event,) = late_list.receive(b"00AABB\r\n")
    assert isinstance(event, Unparsed)


def test_an_endless_late_list_is_bounded(late_list: Engine) -> None:
    late_list.receive(b"00AABB\r\n" * (MAX_LATE_LINES + 1))
    (event,) = late_list.receive(b"OK\r\n")
    assert isinstance(event, LateAnswer)
    assert len(event.lines) == MAX_LATE_LINES


def test_a_body_whose_prompt_came_too_late_is_left_by_escape(engine: Engine) -> None:
    engine.start(CMGS)
    engine.data_to_send()
    engine.deadline_passed()
    engine.receive(b"\r\n> ")
    assert engine.data_to_send() == b"", "no body without its command"
    engine.quiet()
    assert engine.data_to_send() == b"\x1bAT\r"
    engine.receive(b"\r\nOK\r\n")
    assert engine.quiet() == (Resynced(),)


def test_a_prompt_left_open_by_somebody_else(
    new_engine: Callable[[], Engine], late_list: Engine
) -> None:
    engine = new_engine()
    engine.start(verbs.csq())
    engine.receive(b"\r\n> ")
    engine.deadline_passed()
    engine.data_to_send()
    engine.quiet()
    assert engine.data_to_send() == b"\x1bAT\r"
    late_list.receive(b"\r\n> ")
    late_list.quiet()
    assert late_list.data_to_send() == b"\x1bAT\r"


def test_what_waits_for_a_further_line_is_given_up_when_it_is_quiet(late_list: Engine) -> None:
    assert late_list.receive(b'+CMT: ,1\r\n+CUSD: 0,"a\r\n') == ()
    assert [type(event) for event in late_list.quiet()] == [Unparsed, Unparsed]


def in_step_again(engine: Engine) -> Engine:
    engine.quiet()
    engine.receive(b"\r\nOK\r\n")
    assert engine.quiet() == (Resynced(),)
    return engine


LATE = LateAnswer(command=CMGS, lines=(b"+CMGS: 41",), final=None)


def test_an_acceptance_that_comes_long_after(late_submit: Engine) -> None:
    engine = in_step_again(late_submit)
    assert engine.receive(b"\r\n+CMGS: 41\r\n\r\nOK\r\n") == (LATE,)
    (stray,) = engine.receive(b"\r\nOK\r\n")
    assert isinstance(stray, Unparsed)


def test_an_acceptance_in_the_midst_of_another_commands_answer(late_submit: Engine) -> None:
    engine = in_step_again(late_submit)
    engine.start(verbs.cgsn())
    assert engine.receive(b"\r\n+CMGS: 41\r\n+CMGS: 41\r\n\r\nOK\r\n") == (LATE,)
    (event,) = engine.receive(b"490154203237518\r\nOK\r\n")
    assert isinstance(event, Finished)
    assert isinstance(event.response, Response)
    assert event.response.lines == (b"490154203237518",)


def test_an_acceptance_before_the_next_submits_ctrl_z_is_not_its_own(late_submit: Engine) -> None:
    engine = in_step_again(late_submit)
    engine.start(CMGS)
    assert engine.receive(b"\r\n+CMGS: 41\r\n\r\nOK\r\n") == (LATE,)
    engine.receive(b"> ")
    (stray,) = engine.receive(b"\r\n+CMGS: 40\r\n")
    assert isinstance(stray, Unparsed)
    engine.release_body()
    (event,) = engine.receive(b"\r\n+CMGS: 42\r\n\r\nOK\r\n")
    assert isinstance(event, Finished)
    assert isinstance(event.response, Response)
    assert event.response.lines == (b"+CMGS: 42",)


def test_an_acceptance_is_the_next_submits_once_its_ctrl_z_is_written(late_submit: Engine) -> None:
    engine = in_step_again(late_submit)
    engine.start(CMGS)
    engine.receive(b"> ")
    engine.release_body()
    (event,) = engine.receive(b"\r\n+CMGS: 42\r\n\r\nOK\r\n")
    assert isinstance(event, Finished)
