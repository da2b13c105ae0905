"""USSD through a worker: codes, menus, forms, and who waits when the modem goes away."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem import requests, ussd
from modem.events import Accepted
from modem.requests import NotDone, WhyNot
from modem.state import State
from modem.ussd import Answered, Conflict, Dialogue, NoAnswer, UssdRefused
from modem.ussd_text import UssdForm
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.makes import GENERIC
from modem.virtual.registry import detach
from modem.virtual.ussd import PLAN_MENU, TERMINATED, UssdCoding, UssdPage

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Bench

BALANCE = Answered(text="Solde / balance: 12.34 CAD", dcs=15, session=Dialogue.ENDED)
MENU = Answered(text=PLAN_MENU.text, dcs=15, session=Dialogue.OPEN)


def cusd(bench: Bench) -> list[str]:
    return [typed for typed in bench.typed if typed.startswith("+CUSD")]


def asked(bench: Bench) -> list[str | None]:
    """What came through to the network."""
    return [entry.text for entry in bench.network.ledger.of(Happening.USSD)]


async def test_a_code_is_answered(bench: Bench) -> None:
    async with bench.serving() as worker:
        assert await worker.desk.start_ussd("*100#") == BALANCE
        assert worker.desk.ussd.form is UssdForm.PLAIN


@pytest.mark.parametrize("coding", UssdCoding)
async def test_answers_in_every_coding(bench: Bench, coding: UssdCoding) -> None:
    text = "Crédit: 5,00 $\nExpire le 31 août"
    bench.network.ussd["*1#"] = UssdPage(text=text, coding=coding)
    async with bench.serving() as worker:
        answer = await worker.desk.start_ussd("*1#")
        assert isinstance(answer, Answered)
        assert answer.text == text


async def test_a_menu_is_replied_to_until_it_ends(bench: Bench) -> None:
    async with bench.serving() as worker:
        assert await worker.desk.start_ussd("*101#") == MENU
        assert await worker.desk.start_ussd("*100#") is Conflict.BUSY
        assert await worker.desk.reply_ussd("1") == BALANCE
        assert await worker.desk.reply_ussd("1") is Conflict.NO_SESSION
        assert asked(bench) == ["*101#", "1"]


async def test_a_menu_is_canceled(bench: Bench) -> None:
    async with bench.serving() as worker:
        assert await worker.desk.cancel_ussd() is Conflict.NO_SESSION
        await worker.desk.start_ussd("*101#")
        canceled = Answered(text="", dcs=None, session=Dialogue.CANCELED)
        assert await worker.desk.cancel_ussd() == canceled
        assert bench.typed[-1] == "+CUSD=2"
        assert await worker.desk.start_ussd("*100#") == BALANCE


async def test_a_menu_that_nobody_replies_to_is_closed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ussd, "SESSION_SECONDS", 0.01)
    async with bench.serving() as worker:
        await worker.desk.start_ussd("*101#")
        await bench.recorder.until(lambda: cusd(bench)[-1] == "+CUSD=2")
        assert await worker.desk.reply_ussd("1") is Conflict.NO_SESSION


@pytest.mark.parametrize(
    ("wanted", "form", "typed"),
    [
        (UssdCoding.UCS2, UssdForm.HEX, 2),
        (UssdCoding.PACKED, UssdForm.PACKED, 3),
    ],
)
async def test_the_form_that_works_is_found_and_remembered(
    make_bench: Callable[..., Bench], wanted: UssdCoding, form: UssdForm, typed: int
) -> None:
    bench = make_bench(replace(GENERIC, ussd_request=wanted))
    async with bench.serving() as worker:
        assert await worker.desk.start_ussd("*101#") == MENU
        assert (worker.desk.ussd.form, len(cusd(bench))) == (form, typed)
        assert await worker.desk.reply_ussd("1") == BALANCE
        assert await worker.desk.start_ussd("*100#") == BALANCE
        assert len(cusd(bench)) == typed + 2
        assert asked(bench)[-3:] == ["*101#", "1", "*100#"]


async def test_a_remembered_form_that_is_another_modem_s_does_no_harm(bench: Bench) -> None:
    async with bench.serving() as worker:
        worker.desk.ussd.form = UssdForm.HEX
        assert await worker.desk.start_ussd("*100#") == BALANCE
        assert worker.desk.ussd.form is UssdForm.PLAIN


async def test_a_code_that_the_network_does_not_know(bench: Bench) -> None:
    async with bench.serving() as worker:
        refused = await worker.desk.start_ussd("*9#")
        assert isinstance(refused, UssdRefused)
        assert refused.code == "ussd_not_supported"
        assert len(cusd(bench)) == 3  # any of the forms might have been the wrong one
        await worker.desk.start_ussd("*100#")
        await worker.desk.start_ussd("*9#")
        assert len(cusd(bench)) == 5  # the form is known by now


async def test_the_modem_s_own_refusal_is_told_in_words(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.fault(FaultKind.ERROR, match="+CUSD", code="CME 30", count=3)
        refused = await worker.desk.start_ussd("*100#")
        assert isinstance(refused, UssdRefused)
        assert refused.code == "cme_30"
        await worker.desk.start_ussd("*101#")
        bench.fault(FaultKind.ERROR, match="+CUSD", code="CME 100")
        refused = await worker.desk.reply_ussd("1")
        assert isinstance(refused, UssdRefused)
        assert refused.code == "cme_100"
        await bench.recorder.until(lambda: cusd(bench)[-1] == "+CUSD=2")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (UssdPage(text="", status=TERMINATED), "ussd_terminated"),
        (UssdPage(text="", status=3), "ussd_elsewhere"),
    ],
)
async def test_an_end_without_a_word_is_a_refusal_and_is_not_asked_twice(
    bench: Bench, page: UssdPage, code: str
) -> None:
    bench.network.ussd["*1#"] = page
    async with bench.serving() as worker:
        refused = await worker.desk.start_ussd("*1#")
        assert isinstance(refused, UssdRefused)
        assert refused.code == code
        assert asked(bench) == ["*1#"]


async def test_terminated_with_a_text_is_an_answer(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="5.00", status=TERMINATED)
    async with bench.serving() as worker:
        assert await worker.desk.start_ussd("*1#") == replace(BALANCE, text="5.00")


async def test_no_answer_is_told_and_never_asked_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code may have bought something all the same."""
    monkeypatch.setattr(ussd, "ANSWER_SECONDS", 0.02)
    bench.network.ussd["*1#"] = UssdPage(text="", silent=True)
    bench.network.ussd["*2#"] = UssdPage(text="", status=5)
    async with bench.serving() as worker:
        assert await worker.desk.start_ussd("*1#") == NoAnswer()
        assert await worker.desk.start_ussd("*2#") == NoAnswer()
        assert asked(bench) == ["*1#", "*2#"]
        await bench.recorder.until(lambda: "+CUSD=2" in cusd(bench))


async def test_a_modem_that_keeps_its_ok_to_itself(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ussd, "OK_GRACE_SECONDS", 0.01)
    async with bench.serving() as worker:
        bench.fault(FaultKind.LOSE_ANSWER, match="+CUSD")
        assert await worker.desk.start_ussd("*100#") == BALANCE
        assert asked(bench) == ["*100#"]
        assert isinstance(await bench.send(worker, "the line works"), Accepted)


async def test_a_modem_that_says_ok_only_with_the_answer(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="5.00", delay_ms=30)
    async with bench.serving() as worker:
        bench.fault(FaultKind.DELAY_ANSWER, match="+CUSD", ms=60)
        assert await worker.desk.start_ussd("*1#") == replace(BALANCE, text="5.00")
        assert isinstance(await bench.send(worker, "the line works"), Accepted)


async def test_messages_go_on_while_the_network_thinks(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="at last", silent=True)
    async with bench.serving() as worker:
        asking = asyncio.create_task(worker.desk.start_ussd("*1#"))
        await bench.recorder.until(lambda: asked(bench))
        assert await worker.desk.start_ussd("*100#") is Conflict.BUSY
        assert await worker.desk.reply_ussd("1") is Conflict.BUSY
        assert await worker.desk.cancel_ussd() is Conflict.BUSY
        assert isinstance(await bench.send(worker, "meanwhile"), Accepted)
        bench.text_in("meanwhile too")
        await bench.recorder.until(lambda: bench.recorder.arrivals)
        bench.modem.say('+CUSD: 0,"at last",15')
        assert await asking == replace(BALANCE, text="at last")


async def test_a_waiting_message_goes_first(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.recorder.gate.clear()
        bench.queue(worker, "one")
        bench.queue(worker, "two")
        await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
        asking = asyncio.create_task(worker.desk.start_ussd("*100#"))
        await asyncio.sleep(0)
        bench.recorder.gate.set()
        assert await asking == BALANCE
        assert set(bench.recorder.outcomes) == {"one", "two"}


async def test_patience_has_an_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench.serving() as worker:
        await worker.desk.start_ussd("*101#")
        bench.recorder.gate.clear()
        bench.queue(worker, "in the way")
        await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
        with monkeypatch.context() as impatient:
            impatient.setattr(requests, "PATIENCE_SECONDS", 0.01)
            for outcome in (
                await worker.desk.reply_ussd("1"),
                await worker.desk.cancel_ussd(),
                await worker.desk.console("AT+CSQ"),
            ):
                assert isinstance(outcome, NotDone)
                assert outcome.why is WhyNot.BUSY
        bench.recorder.gate.set()
        await bench.recorder.until(lambda: bench.recorder.outcomes)
        assert await worker.desk.reply_ussd("1") == BALANCE  # the menu stayed open
        assert asked(bench) == ["*101#", "1"]


async def test_unplugged_while_somebody_waits(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="", silent=True)
    async with bench.serving() as worker:
        asking = asyncio.create_task(worker.desk.start_ussd("*1#"))
        await bench.recorder.until(lambda: asked(bench))
        detach(bench.name)
        lost = await asking
        assert isinstance(lost, NotDone)
        assert lost.why is WhyNot.LOST
        await bench.recorder.until(lambda: worker.status.state is State.ABSENT)
        absent = await worker.desk.start_ussd("*1#")
        assert isinstance(absent, NotDone)
        assert (absent.why, absent.detail) == (
            WhyNot.NOT_SERVED,
            f"the modem is not ready but absent: {worker.status.reason}",
        )
        assert await worker.desk.console("AT") == absent


async def test_a_restart_of_the_modem_ends_the_session(bench: Bench) -> None:
    async with bench.serving() as worker:
        await worker.desk.start_ussd("*101#")
        before = len(bench.recorder.seen("status"))
        bench.modem.say("RDY")
        await bench.recorder.until(
            lambda: ("status", "ready", None) in bench.recorder.seen("status")[before:]
        )
        assert await worker.desk.reply_ussd("1") is Conflict.NO_SESSION


async def test_stopping_answers_who_waits(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="", silent=True)
    async with bench.serving() as worker:
        asking = asyncio.create_task(worker.desk.start_ussd("*1#"))
        await bench.recorder.until(lambda: asked(bench))
    stopped = await asking
    assert stopped == NotDone(why=WhyNot.LOST, detail="the gateway is stopping")


async def test_not_registered(bench: Bench) -> None:
    bench.modem.registration = 3
    bench.modem.reboot()
    async with bench.serving(state=State.UNREGISTERED) as worker:
        refused = await worker.desk.start_ussd("*100#")
        assert isinstance(refused, NotDone)
        assert refused.why is WhyNot.NOT_SERVED
        assert "unregistered" in refused.detail
        assert not cusd(bench)


async def test_what_the_network_says_unasked(bench: Bench) -> None:
    async with bench.serving() as worker:
        bench.modem.say('+CUSD: 1,"Win a prize? 1 yes 2 no",15')
        await bench.recorder.until(lambda: cusd(bench) == ["+CUSD=2"])
        await worker.desk.start_ussd("*101#")
        bench.modem.say("+CUSD: 2")
        assert await worker.desk.reply_ussd("1") is Conflict.NO_SESSION
        assert asked(bench) == ["*101#"]


async def test_ended_by_the_network_while_the_reply_waits(bench: Bench) -> None:
    async with bench.serving() as worker:
        await worker.desk.start_ussd("*101#")
        bench.recorder.gate.clear()
        bench.queue(worker, "in the way")
        await bench.recorder.until(lambda: bench.recorder.seen("submitting"))
        replying = asyncio.create_task(worker.desk.reply_ussd("1"))
        await asyncio.sleep(0)
        worker.desk.ussd.lost("the network ended it")
        bench.recorder.gate.set()
        assert await replying is Conflict.NO_SESSION
        assert asked(bench) == ["*101#"]


async def test_whoever_stops_waiting_leaves_no_session_behind(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(text="", silent=True)
    async with bench.serving() as worker:
        asking = asyncio.create_task(worker.desk.start_ussd("*1#"))
        await bench.recorder.until(lambda: asked(bench))
        await bench.until_idle()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await bench.recorder.until(lambda: cusd(bench)[-1] == "+CUSD=2")
        assert await worker.desk.start_ussd("*100#") == BALANCE


async def test_whoever_stops_waiting_for_a_menu_s_answer_closes_the_menu(bench: Bench) -> None:
    bench.network.ussd["*1#"] = UssdPage(
        text="1 slow", replies={"1": UssdPage(text="", silent=True)}
    )
    async with bench.serving() as worker:
        await worker.desk.start_ussd("*1#")
        replying = asyncio.create_task(worker.desk.reply_ussd("1"))
        await bench.recorder.until(lambda: asked(bench) == ["*1#", "1"])
        replying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await replying
        assert await worker.desk.start_ussd("*100#") == BALANCE
        assert cusd(bench)[-2] == "+CUSD=2"


async def test_the_console_through_a_worker(bench: Bench) -> None:
    async with bench.serving() as worker:
        typed = await worker.desk.console("at+csq")
        assert getattr(typed, "lines", None) == ("+CSQ: 21,99",)
        before = len(bench.typed)
        denied = await worker.desk.console("AT+CMGD=1,4")
        assert "only questions" in getattr(denied, "reason", "")
        assert len(bench.typed) == before
