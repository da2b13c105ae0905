from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from config.secrets import SecretSource
from modem.centre import ServiceCentre
from modem.errors import PortLostError, Remedy, SetupError
from modem.virtual.dialect import ERROR, OK, cme, cms, said
from modem.virtual.faults import FaultKind
from modem.virtual.ledger import Happening
from modem.virtual.personality import GENERIC
from modem.virtual.sim import Sim

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Bench

    from modem.setup import Setup

ICCID = "8930272000000000017"


async def set_up(bench: Bench, **fields: object) -> Setup:
    async with bench.session(**fields) as session:
        return session.setup


async def failure(bench: Bench, **fields: object) -> SetupError:
    with pytest.raises(SetupError) as raised:
        await set_up(bench, **fields)
    assert str(raised.value) == raised.value.detail
    return raised.value


@pytest.fixture
def pin(tmp_path: Path) -> Callable[[str], SecretSource]:
    """Write a PIN into a file that only we can read."""

    def write(digits: str) -> SecretSource:
        path = tmp_path / "pin"
        path.write_text(f"{digits}\n")
        path.chmod(0o600)
        return SecretSource(path=path)

    return write


@pytest.fixture
def make_locked(make_bench: Callable[..., Bench]) -> Callable[..., Bench]:
    def make(make: str = "generic", **options: object) -> Bench:
        return make_bench(make, sim=Sim(number="+15145550100", pin="1234"), **options)

    return make


def typed_pins(bench: Bench) -> list[str | None]:
    return [entry.detail for entry in bench.network.ledger.of(Happening.PIN)]


# Who is on the line


async def test_it_learns_who_is_on_the_line(bench: Bench) -> None:
    identity = (await set_up(bench)).identity
    assert identity.imei == "490154203237518"
    assert identity.iccid == ICCID
    assert identity.imsi == "302720000000001"
    assert identity.number == "+15145550100"
    assert (identity.manufacturer, identity.model) == ("gatewayd", "Virtual Modem")
    assert identity.revision == "1.0"
    assert identity.smsc == "+15149876543"


async def test_the_configured_number_counts_more_than_the_sims(bench: Bench) -> None:
    assert (await set_up(bench, number="+15145559999")).identity.number == "+15145559999"


async def test_what_cannot_be_asked_is_not_known_and_not_fatal(bench: Bench) -> None:
    for verb in ("E", "+CMEE", "+CGSN", "+CGMI", "+CGMM", "+CGMR", "+CCID", "+CIMI", "+CNUM"):
        bench.answer(verb, ERROR)
    for verb in ("+CSCA", "+CSMS", "+CLIP", "+COPS", "+CREG", "+CGREG", "+CEREG"):
        bench.answer(verb, ERROR)
    found = await set_up(bench)
    assert found.identity.imei is None
    assert found.identity.iccid is None
    assert found.stores == ("SM", "ME", "SR")


@pytest.mark.parametrize("echo", [False, True])
async def test_echo_is_turned_off(make_bench: Callable[..., Bench], *, echo: bool) -> None:
    bench = make_bench(replace(GENERIC, echo=echo))
    assert (await set_up(bench)).identity.imei == "490154203237518"
    assert not bench.modem.settings.echo


async def test_an_echo_that_cannot_be_turned_off_is_lived_with(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(replace(GENERIC, echo=True))
    bench.answer("E", ERROR)
    assert (await set_up(bench)).identity.imei == "490154203237518"
    assert bench.modem.settings.echo


async def test_without_pdu_mode_nothing_can_be_done(bench: Bench) -> None:
    bench.answer("+CMGF", ERROR)
    error = await failure(bench)
    assert (error.code, error.remedy) == ("no_pdu_mode", Remedy.TIME)


async def test_a_modem_that_goes_away_meanwhile_is_lost(bench: Bench) -> None:
    def unplug(_: object) -> object:
        bench.line.unplug()
        return OK

    bench.answer("+CMGF", unplug)  # type: ignore[arg-type]  # an outcome
    with pytest.raises(PortLostError):
        await set_up(bench)


# The SIM and its PIN


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (cme(10), "no_sim"),
        (cms(310), "no_sim"),
        (cme(13), "sim_failure"),
        (cms(313), "sim_failure"),
        (cme(100), "sim_unclear"),
        (said("+CPIN: "), "sim_unclear"),
    ],
)
async def test_a_sim_that_cannot_be_used_says_why(bench: Bench, answer: object, code: str) -> None:
    bench.answer("+CPIN", answer)  # type: ignore[arg-type]  # an outcome
    error = await failure(bench)
    assert (error.code, error.remedy) == (code, Remedy.TIME)


async def test_a_modem_that_knows_no_lock_has_an_open_sim(bench: Bench) -> None:
    bench.answer("+CPIN", OK)
    assert (await set_up(bench)).identity.iccid == ICCID


@pytest.mark.parametrize(
    ("imsi", "code"),
    [
        (cme(11), "pin_missing"),
        (cme(12), "sim_locked"),
        (ERROR, "sim_unclear"),
        (cms(300), "sim_unclear"),
    ],
)
async def test_a_modem_that_does_not_know_the_question_is_asked_for_the_imsi(
    bench: Bench, imsi: object, code: str
) -> None:
    bench.answer("+CPIN", ERROR)
    assert (await set_up(bench)).identity.imsi == "302720000000001"
    bench.answer("+CIMI", imsi)  # type: ignore[arg-type]  # an outcome
    assert (await failure(bench)).code == code


@pytest.mark.parametrize("code", [cme(14), cms(314), cme(515)])
async def test_a_busy_sim_is_asked_again(bench: Bench, code: object) -> None:
    answers = iter([code, code, said("+CPIN: READY")])
    bench.answer("+CPIN", lambda _: next(answers))  # type: ignore[arg-type,return-value]  # outcomes
    assert (await set_up(bench)).identity.iccid == ICCID
    assert bench.typed.count("+CPIN?") == 3


async def test_a_sim_that_stays_busy_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.setup.SIM_BUSY_SECONDS", 0.05)
    bench.answer("+CPIN", cme(14))
    assert (await failure(bench)).code == "sim_unclear"
    bench.answer("+CPIN", cme(12))
    assert "SIM" in (await failure(bench)).detail


async def test_an_open_sim_that_is_still_busy_is_waited_for(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(sim_ms=100)
    found = await set_up(bench)
    assert found.identity.imsi == "302720000000001"
    assert found.identity.number == "+15145550100"
    assert found.stores == ("SM", "ME", "SR")


async def test_the_right_pin_opens_the_sim(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked(sim_ms=50)
    assert (await set_up(bench, pin_file=pin("1234"))).identity.imsi == "302720000000001"
    assert typed_pins(bench) == ["right"]
    assert [entry[0] for entry in bench.recorder.log if str(entry[0]).startswith("pin")] == [
        "pin_refused",  # noted before it is typed
        "pin_accepted",
    ]
    assert bench.recorder.pins == {}


async def test_a_wrong_pin_is_typed_once_over_many_restarts(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    source = pin("0000")
    for _ in range(5):
        error = await failure(bench, pin_file=source)
        assert (error.code, error.remedy) == ("pin_refused", Remedy.PIN)
    assert typed_pins(bench) == ["wrong"]
    assert bench.modem.sim.attempts_left == 2


async def test_a_corrected_pin_is_typed_after_a_refused_one(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    await failure(bench, pin_file=pin("0000"))
    await set_up(bench, pin_file=pin("1234"))
    assert typed_pins(bench) == ["wrong", "right"]


async def test_a_pin_counts_as_refused_if_we_die_while_the_sim_decides(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()

    def die(_: object) -> object:
        assert bench.recorder.pins == {ICCID: {"1234"}}
        bench.line.unplug()
        return OK

    execute = bench.modem.execute
    bench.answer(
        "+CPIN",
        lambda asked: die(asked) if asked.arguments else execute(asked),  # type: ignore[arg-type,return-value]
    )
    with pytest.raises(PortLostError):
        await set_up(bench, pin_file=pin("1234"))
    assert bench.recorder.pins == {ICCID: {"1234"}}


async def test_the_last_attempt_is_left_to_a_person(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    bench.modem.sim.attempts_left = 1
    error = await failure(bench, pin_file=pin("1234"))
    assert (error.code, error.remedy) == ("pin_attempts", Remedy.PIN)
    assert "only 1" in error.detail
    assert typed_pins(bench) == []


@pytest.mark.parametrize("make", ["huawei", "sim800", "quectel", "lte"])
async def test_each_make_is_asked_for_its_attempts_in_its_own_words(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource], make: str
) -> None:
    bench = make_locked(make)
    bench.modem.sim.attempts_left = 1
    assert (await failure(bench, pin_file=pin("1234"))).code == "pin_attempts"


async def test_an_unknown_number_of_attempts_is_risked_once(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    bench.answer("+CPINR", ERROR)
    await failure(bench, pin_file=pin("0000"))
    error = await failure(bench, pin_file=pin("1234"))
    assert error.code == "pin_attempts"
    assert "unknown" in error.detail
    assert typed_pins(bench) == ["wrong"]


async def test_a_sim_without_iccid_is_remembered_by_its_modem(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    bench.answer("+CCID", ERROR)
    await failure(bench, pin_file=pin("0000"))
    assert bench.recorder.pins == {"490154203237518": {"0000"}}


async def test_a_puk_is_a_persons_business(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    for wrong in ("1111", "2222", "3333"):
        bench.modem.sim.type_pin(wrong)
    error = await failure(bench, pin_file=pin("1234"))
    assert (error.code, error.remedy) == ("sim_locked", Remedy.PERSON)
    assert "SIM PUK" in error.detail
    assert typed_pins(bench) == []


async def test_a_sim_with_a_second_lock_is_a_persons_business(
    make_locked: Callable[..., Bench], pin: Callable[[str], SecretSource]
) -> None:
    bench = make_locked()
    answers = iter([said("+CPIN: SIM PIN"), OK, said("+CPIN: PH-SIM PIN")])
    bench.answer("+CPIN", lambda _: next(answers))
    error = await failure(bench, pin_file=pin("1234"))
    assert (error.code, error.remedy) == ("sim_locked", Remedy.PERSON)
    assert "PH-SIM PIN" in error.detail


async def test_no_pin_file_is_asked_for(make_locked: Callable[..., Bench]) -> None:
    error = await failure(make_locked())
    assert (error.code, error.remedy) == ("pin_missing", Remedy.PIN)


async def test_a_pin_file_that_cannot_be_read_is_named(
    make_locked: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_locked()
    error = await failure(bench, pin_file=SecretSource(path=tmp_path / "nowhere"))
    assert (error.code, error.remedy) == ("pin_unreadable", Remedy.PIN)
    assert "nowhere" in error.detail
    assert typed_pins(bench) == []


# Stores, announcements, acknowledgement


async def test_the_receiving_store_is_swept_first(make_bench: Callable[..., Bench]) -> None:
    found = await set_up(make_bench("huawei"))
    assert found.stores == ("ME", "SM", "SR")
    assert found.receive_store == "ME"


async def test_a_union_is_swept_only_where_its_stores_cannot_be(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(replace(GENERIC, selectable=(("MT",), ("MT",), ("MT",))))
    assert (await set_up(bench)).stores == ("MT",)


@pytest.mark.parametrize("answer", [OK, said("+CPMS: (),(),()")])
async def test_a_modem_that_does_not_tell_its_stores_is_swept_all_the_same(
    bench: Bench, answer: object
) -> None:
    bench.answer("+CPMS", answer)  # type: ignore[arg-type]  # an outcome
    assert (await set_up(bench)).stores == ("SM", "ME", "SR")


async def test_a_modem_that_lets_no_store_be_selected_is_read_where_it_stands(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench(replace(GENERIC, preferred=("ME", "ME", "ME")))
    execute = bench.modem.execute
    bench.answer("+CPMS", lambda asked: ERROR if asked.arguments else execute(asked))
    found = await set_up(bench)
    assert (found.stores, found.selected) == (("ME",), None)
    bench.answer("+CPMS", ERROR)
    assert (await set_up(bench)).stores == ("SM",)  # where it does not even tell its name


@pytest.mark.parametrize("struck", ["+CNMI=?", "+CNMI=2"])
async def test_one_lost_answer_does_not_cost_the_reports(bench: Bench, struck: str) -> None:
    """A garbled line at the set-up left reports off until the next one."""
    bench.fault(FaultKind.ERROR, match=struck, code="ERROR", count=1)
    await set_up(bench)
    assert bench.modem.settings.announcements == (2, 1, 0, 2, 0)


async def test_the_best_legal_announcements_are_put_in_force(bench: Bench) -> None:
    await set_up(bench)
    assert bench.modem.settings.announcements == (2, 1, 0, 2, 0)


async def test_reports_are_pushed_where_there_is_no_store_for_them(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("sim800")
    await set_up(bench)
    assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)


async def test_reports_are_pushed_where_the_model_announces_them_wrongly(
    make_bench: Callable[..., Bench],
) -> None:
    bench = make_bench("quectel")
    await set_up(bench)
    assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)


async def test_legal_numbers_that_are_refused_together_give_way(bench: Bench) -> None:
    execute = bench.modem.execute
    bench.answer(
        "+CNMI", lambda asked: cms(303) if asked.arguments[3:4] == ("2",) else execute(asked)
    )
    found = await set_up(bench)
    assert bench.modem.settings.announcements == (2, 1, 0, 1, 0)
    assert found.announcement is not None
    assert found.announcement.ds == 1


async def test_a_modem_that_announces_nothing_is_served_all_the_same(bench: Bench) -> None:
    bench.answer("+CNMI", ERROR)
    assert (await set_up(bench)).announcement is None


async def test_phase_two_is_chosen_where_it_can_be(bench: Bench) -> None:
    bench.modem.settings.phase = 1
    assert not (await set_up(bench)).acknowledges
    assert bench.modem.settings.phase == 0


@pytest.mark.parametrize(("phase", "acknowledges"), [(0, False), (1, True)])
async def test_phase_two_plus_is_acknowledged_where_it_cannot_be_left(
    make_bench: Callable[..., Bench], phase: int, *, acknowledges: bool
) -> None:
    bench = make_bench(replace(GENERIC, csms_services=frozenset({1})))
    bench.modem.settings.phase = phase
    assert (await set_up(bench)).acknowledges is acknowledges


# The service centre


async def test_a_configured_service_centre_is_set(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", smsc=""))
    assert (await set_up(bench, smsc="+15140001111")).identity.smsc == "+15140001111"
    assert bench.modem.sim.smsc == "+15140001111"


async def test_a_service_centre_that_is_right_already_is_left_alone(bench: Bench) -> None:
    await set_up(bench, smsc="+15149876543")
    assert not [line for line in bench.typed if line.startswith("+CSCA=")]


async def test_no_service_centre_is_none(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(sim=Sim(number="+15145550100", smsc=""))
    assert (await set_up(bench)).identity.smsc is None


async def test_a_configured_service_centre_counts_where_it_is_taken_and_not_told(
    bench: Bench,
) -> None:
    bench.answer("+CSCA", lambda asked: OK if asked.arguments else ERROR)
    found = await set_up(bench, smsc="+15140001111")
    assert found.service_centre == ServiceCentre(number="+15140001111", missing=False)


async def test_a_service_centre_that_is_not_told_may_be_there_all_the_same(bench: Bench) -> None:
    bench.answer("+CSCA", ERROR)
    for smsc in (None, "+15140001111"):
        found = await set_up(bench, smsc=smsc)
        assert found.service_centre == ServiceCentre(number=None, missing=False)


async def test_a_service_centre_of_a_busy_sim_is_missing_for_now(bench: Bench) -> None:
    bench.answer("+CSCA", cms(314))
    assert (await set_up(bench)).service_centre.missing


async def test_another_modem_at_the_configured_path_is_not_used(bench: Bench) -> None:
    with pytest.raises(SetupError) as caught:
        async with bench.session(imei="356938035643809"):
            pass
    assert caught.value.code == "other_modem"
    for imei in ("49015420323751", "490154203237518", "4901542032375101"):
        async with bench.session(imei=imei):  # with a check digit, without, with a version
            pass
