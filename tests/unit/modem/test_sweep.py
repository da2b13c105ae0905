from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from modem.errors import PortLostError
from modem.events import Disposition, Slot
from modem.sweep import Sweeper
from modem.virtual.dialect import OK, Silence, cms
from modem.virtual.ledger import Happening
from modem.virtual.personality import GENERIC
from modem.virtual.stores import Status, Stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from conftest import Bench

    from modem.session import Session
    from modem.virtual.dialect import Outcome, Request

ICCID, IMEI = "8930272000000000017", "490154203237518"


@pytest.fixture
async def session(bench: Bench) -> AsyncIterator[Session]:
    async with bench.session() as session:
        yield session


@pytest.fixture
async def none_selected(session: Session) -> Session:
    """Each store that is read has to be selected first."""
    await session.list_store("XX")
    return session


@pytest.fixture
def sweeper(bench: Bench, session: Session) -> Sweeper:
    return Sweeper(session, bench.recorder, restarted=lambda: False)


def keep(bench: Bench, store: str, pdu: bytes, status: Status = Status.UNREAD) -> None:
    bench.modem.stores[store].add(Stored(status=status, pdu=pdu))


def order(bench: Bench) -> list[object]:
    return [entry[0] if entry[0] != "ledger" else entry[1] for entry in bench.recorder.log]


async def test_each_message_is_committed_then_deleted_then_forgotten(
    bench: Bench, sweeper: Sweeper
) -> None:
    for text in ("one", "two"):
        bench.text_in(text)
    bench.recorder.log.clear()
    await sweeper.sweep(None)
    assert order(bench) == [
        "arrived",
        Happening.DELETED,
        "arrived",
        Happening.DELETED,
        "deleted",
    ]
    ((_, slots),) = bench.recorder.seen("deleted")
    assert set(slots) == {  # type: ignore[call-overload]  # a dict of slots
        Slot(holder=ICCID, store="SM", index=1),
        Slot(holder=ICCID, store="SM", index=2),
    }
    assert [entry.detail for entry in bench.network.ledger.of(Happening.DELETED)] == [
        "SM 1",
        "SM 2",
    ]
    assert bench.modem.stores["SM"].used == 0


async def test_what_was_not_committed_stays_on_the_sim(bench: Bench, sweeper: Sweeper) -> None:
    bench.text_in("one")
    bench.recorder.disposition = Disposition.KEEP
    await sweeper.sweep(None)
    assert bench.modem.stores["SM"].used == 1
    assert bench.recorder.seen("deleted") == []
    bench.recorder.disposition = Disposition.DELETE
    await sweeper.sweep(None)
    assert bench.modem.stores["SM"].used == 0
    assert len({arrived.pdu for arrived in bench.recorder.arrivals}) == 1


async def test_slot_zero_is_a_slot(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(replace(GENERIC, first_index=0))
    async with bench.session() as session:
        bench.text_in("one")
        await Sweeper(session, bench.recorder, restarted=lambda: False).sweep(None)
    assert [arrived.slot for arrived in bench.recorder.arrivals] == [
        Slot(holder=ICCID, store="SM", index=0)
    ]
    assert bench.modem.stores["SM"].used == 0


async def test_a_full_store_is_emptied_and_takes_again(bench: Bench, sweeper: Sweeper) -> None:
    size = bench.modem.stores["SM"].total
    for number in range(size + 3):
        bench.text_in(f"text {number}")
    assert bench.network.waiting(bench.modem.number) == 3
    await sweeper.sweep(None)
    await bench.recorder.until(lambda: bench.count(Happening.DELIVERED) == size + 3)
    await sweeper.sweep({"SM"})
    assert len(bench.recorder.arrivals) == size + 3
    assert bench.modem.stores["SM"].used == 0


async def test_every_physical_store_is_swept(bench: Bench, sweeper: Sweeper) -> None:
    for store in ("SM", "ME", "SR"):
        keep(bench, store, bytes.fromhex("00") + store.encode())
    await sweeper.sweep(None)
    assert [arrived.slot for arrived in bench.recorder.arrivals] == [
        Slot(holder=ICCID, store="SM", index=1),
        Slot(holder=IMEI, store="ME", index=1),
        Slot(holder=ICCID, store="SR", index=1),
    ]


@pytest.mark.parametrize(
    ("announced", "swept"),
    [
        ({"SR"}, {"SR"}),
        ({"SM", "ME"}, {"SM", "ME"}),
        ({"SM", "SR"}, {"SM", "SR"}),
        ({"MT"}, {"SM", "ME", "SR"}),  # a union: any of them
        ({"SR", "XX"}, {"SM", "ME", "SR"}),
        ({""}, {"SM", "ME", "SR"}),  # a full store that was not named
    ],
)
async def test_only_the_announced_stores_are_read(
    bench: Bench,
    sweeper: Sweeper,
    none_selected: Session,  # noqa: ARG001  # for its effect
    announced: set[str],
    swept: set[str],
) -> None:
    bench.typed.clear()
    await sweeper.sweep(announced)
    chosen = {line.removeprefix("+CPMS=") for line in bench.typed if line.startswith("+CPMS=")}
    assert chosen == swept


@pytest.mark.parametrize(
    ("announced", "swept"),
    [({"SM", "SR"}, {"SM"}), ({"SR"}, {"SM", "ME"}), ({"SR", "MT"}, {"SM", "ME"})],
)
async def test_a_modem_without_sr_is_not_asked_for_it(
    make_bench: Callable[..., Bench], announced: set[str], swept: set[str]
) -> None:
    bench = make_bench(replace(GENERIC, selectable=(("SM", "ME"),) * 3))
    async with bench.session() as session:
        await session.list_store("XX")  # refused: each store is selected from now on
        bench.typed.clear()
        await Sweeper(session, bench.recorder, restarted=lambda: False).sweep(announced)
    chosen = {line.removeprefix("+CPMS=") for line in bench.typed if line.startswith("+CPMS=")}
    assert chosen == swept


@pytest.mark.parametrize("status", [Status.UNSENT, Status.SENT])
async def test_what_was_written_on_the_device_is_left_alone(
    bench: Bench, sweeper: Sweeper, status: Status
) -> None:
    keep(bench, "SM", b"\0draft", status)
    await sweeper.sweep(None)
    assert bench.recorder.arrivals == []
    assert bench.modem.stores["SM"].used == 1


@pytest.mark.parametrize("status", [Status.UNREAD, Status.READ])
async def test_what_was_read_before_is_taken_too(
    bench: Bench, sweeper: Sweeper, status: Status
) -> None:
    keep(bench, "SM", b"\0text", status)
    await sweeper.sweep(None)
    assert [arrived.pdu for arrived in bench.recorder.arrivals] == [b"\0text"]


async def test_a_record_that_no_list_shows_whole_is_taken_all_the_same(
    bench: Bench, sweeper: Sweeper
) -> None:
    """A service-centre length beyond the PDU: what cannot be decoded must not fill the store."""
    keep(bench, "SM", bytes.fromhex("FF0102"))
    bench.text_in("good")
    await sweeper.sweep(None)
    assert bench.modem.stores["SM"].used == 0
    assert len(bench.recorder.arrivals) == 2


async def test_a_slot_that_cannot_be_deleted_is_not_forgotten(
    bench: Bench, sweeper: Sweeper
) -> None:
    bench.text_in("one")
    bench.text_in("two")
    execute = bench.modem.execute
    bench.answer("+CMGD", lambda asked: cms(321) if asked.number(0) == 1 else execute(asked))
    with capture_logs() as logs:
        await sweeper.sweep(None)
    ((_, slots),) = bench.recorder.seen("deleted")
    assert [slot.index for slot in slots] == [2]  # type: ignore[attr-defined]  # a dict of slots
    assert [entry["index"] for entry in logs if entry["event"] == "slot_not_deleted"] == [1]


async def test_what_was_deleted_before_an_unplug_is_forgotten(
    bench: Bench, sweeper: Sweeper
) -> None:
    bench.text_in("one")
    bench.text_in("two")
    execute = bench.modem.execute

    def unplug(asked: object) -> object:
        if asked.number(0) == 2:  # type: ignore[attr-defined]  # a request
            bench.line.unplug()
        return execute(asked)  # type: ignore[arg-type]  # as above

    bench.answer("+CMGD", unplug)  # type: ignore[arg-type]  # an outcome
    with pytest.raises(PortLostError):
        await sweeper.sweep(None)
    ((_, slots),) = bench.recorder.seen("deleted")
    assert [slot.index for slot in slots] == [1]  # type: ignore[attr-defined]  # a dict of slots


@pytest.mark.parametrize("says_so", [False, True])
async def test_a_restart_amid_it_deletes_nothing_of_another_store(
    bench: Bench, session: Session, *, says_so: bool
) -> None:
    """A restarted modem has its own choice selected again: the same slots, other messages."""
    restarted = False

    def restart(_: Request) -> Outcome:
        nonlocal restarted
        bench.obeys("+CMGD")
        bench.modem.reboot()
        restarted = says_so
        return OK if says_so else Silence()

    report = bytes.fromhex("0006010B915141550521F362303041000004623030410000040000")
    for index in (1, 2):
        keep(bench, "SR", report)
        bench.text_in(f"unread {index}")
    bench.answer("+CMGD", restart)
    await Sweeper(session, bench.recorder, restarted=lambda: restarted).sweep(["SR"])
    assert bench.modem.stores["SM"].used == 2
    assert bench.modem.stores["SR"].used == 2
    restarted = False
    await Sweeper(session, bench.recorder, restarted=lambda: restarted).sweep(None)
    assert {store.used for store in bench.modem.stores.values()} == {0}
