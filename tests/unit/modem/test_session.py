from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.errors import PortLostError
from modem.events import Accepted, NotSent, Refused, Slot, Unknown
from modem.radio import Network
from modem.session import Reception, Session
from modem.virtual.dialect import ERROR, OK, Reply, Silence, cms, said
from modem.virtual.dialect import Result as VirtualResult
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.network import Recipient
from modem.virtual.stores import Status, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from conftest import Bench

    from modem.events import SubmitOutcome

ICCID, IMEI = "8930272000000000017", "490154203237518"


@pytest.fixture
async def session(bench: Bench) -> AsyncIterator[Session]:
    async with bench.session() as session:
        yield session


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


async def submit(bench: Bench, session: Session, text: str = "hello") -> SubmitOutcome:
    return await session.submit(bench.submission(text), yes, deadline_seconds=0.2)


# The network


async def test_before_the_set_up_there_is_nothing_to_tell(bench: Bench) -> None:
    session = Session(bench.port(), bench.settings(), bench.recorder)
    with pytest.raises(RuntimeError):
        assert session.setup


async def test_a_registered_modem_has_no_obstacle(session: Session) -> None:
    assert await session.network() == Network(
        registration="home",
        operator="Virtuel QC",
        signal_dbm=-71,
        smsc="+15149876543",
        obstacle=None,
        registered=True,
        answered=True,
    )
    assert (session.store_used, session.store_size) == (0, 30)


@pytest.mark.parametrize(
    ("status", "words", "obstacle"),
    [
        (5, "roaming", None),
        (0, "not_registered", "not found"),
        (2, "searching", "not found"),
        (3, "denied", "refuses this SIM"),
        (4, "not_registered", "not found"),
    ],
)
async def test_each_registration_has_its_words(
    bench: Bench, session: Session, status: int, words: str, obstacle: str | None
) -> None:
    for verb in ("+CREG", "+CGREG", "+CEREG"):
        bench.answer(verb, said(f"{verb}: 0,{status}"))
    network = await session.network()
    assert network.registration == words
    assert network.obstacle is None if obstacle is None else obstacle in str(network.obstacle)


async def test_any_domain_will_do(bench: Bench, session: Session) -> None:
    bench.answer("+CREG", said("+CREG: 0,2"))
    bench.answer("+CGREG", ERROR)
    assert (await session.network()).registration == "home"


async def test_a_modem_that_tells_nothing_cannot_be_used(bench: Bench, session: Session) -> None:
    for verb in ("+CREG", "+CGREG", "+CEREG"):
        bench.answer(verb, ERROR)
    network = await session.network()
    assert network.registration is None
    assert network.obstacle == "the modem does not say whether it is registered"


async def test_a_service_centre_that_reads_empty_for_a_while_is_asked_again(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(registration_ms=60_000)
    async with bench.session() as session:
        assert session.setup.identity.smsc is None
        bench.modem.radio_on()
        network = await session.network()
        assert (network.smsc, network.obstacle) == ("+15149876543", None)


async def test_a_configured_service_centre_is_set_as_soon_as_it_can_be(bench: Bench) -> None:
    bench.answer("+CSCA", cms(314))
    async with bench.session(smsc="+15140001111") as session:
        assert "no service centre" in str((await session.network()).obstacle)
        bench.obeys("+CSCA")
        assert (await session.network()).smsc == "+15140001111"


# The stores


def keep(bench: Bench, store: str, pdu: bytes, status: Status = Status.UNREAD) -> int:
    index = bench.modem.stores[store].add(Stored(status=status, pdu=pdu))
    assert index is not None
    return index


async def test_a_store_is_selected_once_while_it_is_listed(bench: Bench, session: Session) -> None:
    bench.text_in("one")
    for _ in range(2):
        assert len((await session.list_store("SM")).entries) == 1
    assert bench.typed.count("+CPMS=SM") == 1


async def test_a_store_that_cannot_be_selected_is_passed_over(
    bench: Bench, session: Session
) -> None:
    bench.answer("+CPMS", ERROR)
    assert (await session.list_store("ME")).entries == ()
    assert "+CMGL=4" not in bench.typed


async def test_without_a_list_each_slot_is_read(bench: Bench, session: Session) -> None:
    bench.text_in("one")
    bench.text_in("two")
    await session.list_store("SM")
    listed = await session.list_store("SM")  # marked as read by the first
    bench.answer("+CMGL", ERROR)
    bench.typed.clear()
    assert await session.list_store("SM") == listed
    # As many as there are, and not one slot more.
    assert bench.typed == ["+CMGL=4", "+CPMS=SM", "+CMGR=0", "+CMGR=1", "+CMGR=2"]


async def test_without_a_list_and_a_size_so_many_slots_are_tried(
    bench: Bench, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.stores.BLIND_SLOTS", 3)
    bench.text_in("one")
    bench.answer("+CMGL", ERROR)
    bench.answer("+CPMS", OK)
    assert [entry.index for entry in (await session.list_store("SM")).entries] == [1]
    assert bench.typed[-1] == "+CMGR=3"


@pytest.mark.parametrize("answer", [cms(314), Silence()])
async def test_a_list_that_is_not_to_be_had_now_is_empty(
    bench: Bench, session: Session, answer: object
) -> None:
    bench.text_in("one")
    bench.answer("+CMGL", answer)  # type: ignore[arg-type]  # an outcome
    assert (await session.list_store("SM")).entries == ()
    assert not [line for line in bench.typed if line.startswith("+CMGR")]


async def test_a_modem_that_lets_no_store_be_selected_is_read_as_it_stands(bench: Bench) -> None:
    bench.answer("+CPMS", ERROR)
    bench.text_in("one")
    async with bench.session() as session:
        assert len((await session.list_store("SM")).entries) == 1
        bench.answer("+CMGL", ERROR)
        assert len((await session.list_store("SM")).entries) == 1


# Reception


@pytest.mark.parametrize(
    ("now", "reception"),
    [
        ((2, 1, 0, 2, 0), Reception.ARMED),
        ((2, 0, 0, 0, 0), Reception.MUTED),
        ((0, 0, 0, 0, 0), Reception.FORGOTTEN),
        ((2, 1, 0, 0, 0), Reception.FORGOTTEN),
    ],
)
async def test_what_became_of_the_announcements(
    bench: Bench, session: Session, now: tuple[int, int, int, int, int], reception: Reception
) -> None:
    bench.modem.settings.announcements = now
    assert await session.reception() is reception


async def test_a_modem_that_does_not_tell_how_it_announces_is_believed(bench: Bench) -> None:
    bench.answer("+CNMI", lambda asked: OK if asked.arguments else ERROR)
    async with bench.session() as session:
        assert await session.reception() is Reception.ARMED


async def test_a_corrupt_record_is_read_by_itself(bench: Bench, session: Session) -> None:
    bench.text_in("one")
    bench.text_in("two")
    good = (await session.list_store("SM")).entries
    first, second = (entry.pdu.hex().upper() for entry in good)
    length = len(good[0].pdu) - 8
    bench.answer(
        "+CMGL", said(f"+CMGL: 1,1,,{length}", f"{first[:-4]}", f"+CMGL: 2,1,,{length}", second)
    )
    listing = await session.list_store("SM")
    assert listing.corrupt == 1
    assert sorted(entry.index for entry in listing.entries) == [1, 2]
    assert {entry.pdu for entry in listing.entries} == {entry.pdu for entry in good}
    assert bench.typed.count("+CMGR=1") == 1


async def test_a_record_that_cannot_be_read_at_all_does_not_hide_the_others(
    bench: Bench, session: Session
) -> None:
    bench.text_in("one")
    (good,) = (await session.list_store("SM")).entries
    length = len(good.pdu) - 8
    bench.answer(
        "+CMGL",
        said("+CMGL: 7,1,,20", "0791", f"+CMGL: 1,1,,{length}", good.pdu.hex().upper()),
    )
    listing = await session.list_store("SM")
    assert [entry.index for entry in listing.entries] == [1]
    assert listing.corrupt == 1


@pytest.mark.parametrize(
    ("store", "holder"), [("SM", ICCID), ("SR", ICCID), ("MT", ICCID), ("ME", IMEI)]
)
async def test_a_slot_belongs_to_the_sim_or_to_the_device(
    session: Session, store: str, holder: str
) -> None:
    assert session.slot(store, 0) == Slot(holder=holder, store=store, index=0)


@pytest.mark.parametrize(
    ("refused", "sim", "device"),
    [
        (("+CCID",), "302720000000001", IMEI),
        (("+CCID", "+CIMI"), IMEI, IMEI),
        (("+CGSN",), ICCID, ICCID),
        (("+CCID", "+CIMI", "+CGSN"), "bench1", "bench1"),
    ],
)
async def test_a_slot_has_a_holder_whatever_is_unknown(
    bench: Bench, refused: tuple[str, ...], sim: str, device: str
) -> None:
    for verb in refused:
        bench.answer(verb, ERROR)
    async with bench.session() as session:
        assert session.slot("SM", 1).holder == sim
        assert session.slot("ME", 1).holder == device


async def test_how_full_the_store_is_follows_what_lies_in_it(
    bench: Bench, session: Session
) -> None:
    await session.list_store("SM")
    for text in ("one", "two"):
        bench.text_in(text)
    await session.network()
    assert (session.store_used, session.store_size) == (2, 30)


# Submits


async def test_an_accepted_submit_has_its_reference(bench: Bench, session: Session) -> None:
    bench.modem.reference = 254
    assert await submit(bench, session) == Accepted(reference=255)
    assert await submit(bench, session) == Accepted(reference=0)


async def test_an_acceptance_without_reference_is_one_all_the_same(
    bench: Bench, session: Session
) -> None:
    bench.answer("+CMGS", lambda asked: _without_lines(bench, asked))
    assert await submit(bench, session) == Accepted(reference=None)


def _without_lines(bench: Bench, asked: object) -> object:
    from dataclasses import replace  # noqa: PLC0415

    prompt = bench.modem.execute(asked)  # type: ignore[arg-type]  # the request
    finish = prompt.finish  # type: ignore[union-attr]  # a prompt
    return replace(prompt, finish=lambda body: replace(finish(body), lines=()))  # type: ignore[type-var]


@pytest.mark.parametrize(
    ("code", "permanent", "modem_trouble"),
    [
        ("1", True, False),  # unassigned number
        ("38", False, False),  # network out of order
        ("42", False, False),  # congestion
        ("314", False, False),  # SIM busy
        ("330", False, True),  # service centre unknown
        ("331", False, False),  # no network
    ],
)
async def test_an_error_that_proves_refusal_is_a_refusal(
    bench: Bench, session: Session, code: str, *, permanent: bool, modem_trouble: bool
) -> None:
    bench.fault(FaultKind.SUBMIT_ERROR, code=code)
    outcome = await submit(bench, session)
    assert isinstance(outcome, Refused)
    assert outcome.code == f"cms_{code}"
    assert (outcome.permanent, outcome.modem_trouble) == (permanent, modem_trouble)
    assert bench.accepted == []


@pytest.mark.parametrize("code", ["332", "500", "513", "ERROR", "CME 100"])
async def test_an_error_that_can_follow_acceptance_proves_nothing(
    bench: Bench, session: Session, code: str
) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_ERROR, code=code)
    assert isinstance(await submit(bench, session), Unknown)
    assert bench.accepted == ["hello"]


async def test_the_networks_own_refusal_is_a_refusal(bench: Bench, session: Session) -> None:
    bench.network.recipients["+15145550123"] = Recipient(refuse=21)
    outcome = await submit(bench, session)
    assert isinstance(outcome, Refused)
    assert outcome.code == "cms_21"


async def test_an_error_before_the_prompt_is_a_refusal_whatever_it_is(
    bench: Bench, session: Session
) -> None:
    bench.fault(FaultKind.ERROR, match="+CMGS", code="500")
    outcome = await submit(bench, session)
    assert isinstance(outcome, Refused)
    assert (outcome.permanent, outcome.modem_trouble) == (False, True)


async def test_no_prompt_means_not_sent(bench: Bench, session: Session) -> None:
    bench.fault(FaultKind.NO_PROMPT)
    outcome = await submit(bench, session)
    assert isinstance(outcome, NotSent)
    assert (outcome.code, outcome.modem_trouble) == ("no_prompt", True)
    assert await submit(bench, session, "again") == Accepted(reference=1)


async def test_an_ok_in_place_of_a_prompt_is_not_sent(bench: Bench, session: Session) -> None:
    bench.answer("+CMGS", Reply(result=VirtualResult(kind="OK")))
    outcome = await submit(bench, session)
    assert isinstance(outcome, NotSent)
    assert outcome.code == "no_prompt"


async def test_an_ok_while_the_body_is_held_is_not_sent(bench: Bench, session: Session) -> None:
    async def meanwhile() -> bool:
        bench.modem.terminal.reset(bench.modem.settings)
        bench.modem.terminal.say("OK")
        running = session._port._finished
        assert running is not None
        await asyncio.wait([running])
        return True

    outcome = await session.submit(bench.submission("x"), meanwhile, deadline_seconds=0.2)
    assert isinstance(outcome, NotSent)
    assert bench.accepted == []


async def test_a_withdrawn_part_is_not_sent_and_the_port_stays_usable(
    bench: Bench, session: Session
) -> None:
    outcome = await session.submit(bench.submission("x"), no, deadline_seconds=0.2)
    assert isinstance(outcome, NotSent)
    assert outcome.code == "withdrawn"
    assert await submit(bench, session) == Accepted(reference=1)
    assert bench.accepted == ["hello"]


async def test_silence_after_ctrl_z_is_unknown(bench: Bench, session: Session) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE)
    outcome = await submit(bench, session)
    assert isinstance(outcome, Unknown)
    assert outcome.code == "no_answer"
    assert await submit(bench, session, "next") == Accepted(reference=2)


async def test_a_reference_whose_ok_was_lost_is_an_acceptance(
    bench: Bench, session: Session
) -> None:
    _say_reference_only(bench)
    assert await submit(bench, session) == Accepted(reference=7)


async def test_a_reference_before_the_loss_of_the_port_is_an_acceptance(
    bench: Bench, session: Session
) -> None:
    _say_reference_only(bench)
    bench.modem.later(100, bench.line.unplug)
    assert await submit(bench, session) == Accepted(reference=7)


def _say_reference_only(bench: Bench) -> None:
    bench.fault(FaultKind.ACCEPT_THEN_SILENCE)

    def reference(_: object) -> None:
        bench.modem.later(0, lambda: bench.modem.terminal.say("+CMGS: 7"))

    bench.network.on_text(lambda *_: reference(None))


@pytest.mark.parametrize("released", [False, True])
async def test_the_loss_of_the_port_is_an_outcome(
    bench: Bench, session: Session, *, released: bool
) -> None:
    bench.modem.submit_ms = 60_000
    if not released:
        bench.fault(FaultKind.NO_PROMPT)
    bench.modem.later(50, bench.line.unplug)
    outcome = await session.submit(bench.submission("x"), yes, deadline_seconds=60)
    assert type(outcome) is (Unknown if released else NotSent)
    assert outcome.code == "port_lost"  # type: ignore[union-attr]  # as just seen
    with pytest.raises(PortLostError):
        session.check()
    after = await submit(bench, session)
    assert isinstance(after, NotSent)


# Evidence that comes late


async def test_a_late_answer_is_evidence_for_its_own_submit(bench: Bench) -> None:
    """Also when the next submit has been begun before it came."""
    late: list[object] = []
    port = bench.port(late.append)
    await port.open()
    session = Session(port, bench.settings(), bench.recorder)
    await session.set_up()
    bench.fault(FaultKind.DELAY_ANSWER, match="+CMGS", ms=250)
    first = await session.submit(bench.submission("first"), yes, deadline_seconds=0.2)
    second = await session.submit(bench.submission("second"), yes, deadline_seconds=0.2)
    assert isinstance(first, Unknown)
    assert second == Accepted(reference=2)
    for answer in late:
        await session.hand_over_late(answer)  # type: ignore[arg-type]  # a late answer
    assert bench.recorder.seen("late_answer") == [("late_answer", "first", 1)]
    await port.close()


async def test_a_late_refusal_proves_no_acceptance(bench: Bench) -> None:
    late: list[object] = []
    port = bench.port(late.append)
    await port.open()
    session = Session(port, bench.settings(), bench.recorder)
    await session.set_up()
    bench.fault(FaultKind.SUBMIT_ERROR, code="38")
    bench.fault(FaultKind.DELAY_ANSWER, match="+CMGS", ms=250)
    assert isinstance(await submit(bench, session), Unknown)
    await submit(bench, session, "next")
    for answer in late:
        await session.hand_over_late(answer)  # type: ignore[arg-type]  # a late answer
    assert bench.recorder.seen("late_answer") == []
    await port.close()


# Calls and acknowledgements


async def test_a_call_is_hung_up_and_reception_armed_again(bench: Bench, session: Session) -> None:
    bench.modem.calls.ring("+15145550123", deafens=True)
    await session.hang_up()
    assert not bench.modem.calls.ringing
    assert bench.modem.settings.announcements == (2, 1, 0, 2, 0)


async def test_a_modem_without_chup_is_hung_up_by_ath(bench: Bench, session: Session) -> None:
    bench.modem.calls.ring("+15145550123")
    bench.answer("+CHUP", ERROR)
    await session.hang_up()
    assert not bench.modem.calls.ringing


async def test_a_modem_that_announces_nothing_is_not_armed_again(bench: Bench) -> None:
    bench.answer("+CNMI", ERROR)
    async with bench.session() as session:
        bench.typed.clear()
        await session.hang_up()
        assert bench.typed == ["+CHUP"]


async def test_an_acknowledgement_that_comes_too_late_arms_reception_again(
    bench: Bench, session: Session
) -> None:
    """27.005 §3.4.4: after it the modem pushes nothing any more."""
    bench.typed.clear()
    session.acknowledgements_due = 1
    await session.acknowledge()  # nothing waits for it
    assert bench.typed == ["+CNMA", "+CNMI=2,1,0,2,0"]
    assert session.acknowledgements_due == 0
    assert bench.count(Happening.RETURNED) == 0
