from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from config.schema import ModemSettings
from modem import discovery
from modem.discovery import DeviceFinder
from modem.errors import OpenFailure, PortUnavailableError
from modem.known import KnownStick, ShortMemory
from modem.probe import Asked
from modem.state import State
from modem.ttys import FoundPort
from modem.virtual.links import PtyLink

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from conftest import Bench

pytestmark = pytest.mark.machine_clock
IMEI, OTHER_IMEI = "490154203237518", "356938035643809"
Finder = Callable[..., DeviceFinder]


def auto(name: str = "counter", **fields: object) -> ModemSettings:
    return ModemSettings(**{"name": name, "device": "auto", **fields})  # type: ignore[arg-type]  # a test's shorthand


@pytest.fixture
def plugged() -> list[FoundPort]:
    """What the system lists; fill it by `usb`."""
    return []


@pytest.fixture
def finder(plugged: list[FoundPort]) -> Finder:
    def make(*modems: ModemSettings, **fields: object) -> DeviceFinder:
        return DeviceFinder(modems, ports=lambda: list(plugged), **fields)  # type: ignore[arg-type]  # a test's shorthand

    return make


def usb(device: object, **fields: object) -> FoundPort:
    facts = {
        "device": str(device),
        "description": "HUAWEI Mobile",
        "vid": 0x12D1,
        "pid": 0x1001,
        "serial": None,
        "location": "1-2",
        "interface": None,
    }
    return FoundPort(**{**facts, **fields})  # type: ignore[arg-type]  # as above


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which ports were really asked."""
    ask, found = discovery.ask_imei, []

    async def listen(device: str) -> Asked:
        found.append(device)
        return await ask(device)

    monkeypatch.setattr(discovery, "ask_imei", listen)
    return found


@pytest.fixture
async def stick(bench: Bench, tmp_path: Path, plugged: list[FoundPort]) -> AsyncIterator[PtyLink]:
    """A modem on a real pseudo-terminal that the system lists as a USB port."""
    link = PtyLink(path=tmp_path / "ttyUSB1", modem=bench.modem)
    await link.plug()
    plugged.append(usb(link.path))
    yield link
    link.unplug()


async def test_two_entries_never_get_two_ports_of_one_stick(
    tmp_path: Path, plugged: list[FoundPort], finder: Finder
) -> None:
    first, second, third = (tmp_path / f"ttyUSB{number}" for number in range(3))
    for path, location in ((first, "1-2:1.0"), (second, "1-2:1.1"), (third, "1-3:1.0")):
        path.touch()
        plugged.append(usb(path, location=location))
    one = finder()
    assert await one.locate(auto("counter", device=str(first))) == str(first)
    sibling = auto("spare", device=str(second))
    assert await one.locate(sibling) is None
    assert one.obstacle(sibling) == "modem counter uses this stick already"
    assert await one.locate(auto("third", device=str(third))) == str(third)
    assert one.obstacle(auto("third")) is None


@pytest.mark.usefixtures("stick")
async def test_auto_finds_the_modem_that_answers(
    stick: PtyLink, plugged: list[FoundPort], finder: Finder
) -> None:
    plugged.insert(0, usb("/dev/null", location="1-1"))
    assert await finder().locate(auto()) == str(stick.path)
    assert await finder().locate(auto(imei=IMEI)) == str(stick.path)


@pytest.mark.usefixtures("stick")
async def test_auto_leaves_another_imei_alone_and_free(finder: Finder) -> None:
    one = finder()
    assert await one.locate(auto(imei=OTHER_IMEI)) is None
    assert await one.locate(auto("other", imei=IMEI)) is not None


@pytest.mark.usefixtures("stick")
async def test_a_modem_that_no_entry_names_is_told_once(finder: Finder) -> None:
    named = auto(imei=OTHER_IMEI)
    one = finder(named)
    with capture_logs() as logs:
        for _ in range(2):
            assert await one.locate(named) is None
            one._not_before.clear()
    told = [entry for entry in logs if entry["event"] == "modem_not_configured"]
    assert [entry["imei"] for entry in told] == [IMEI]


@pytest.mark.usefixtures("stick")
async def test_what_was_not_the_one_is_left_alone_for_a_while(
    finder: Finder, asked: list[str]
) -> None:
    one = finder()
    for _ in range(2):
        assert await one.locate(auto(imei=OTHER_IMEI)) is None
    assert len(asked) == 1


@pytest.mark.parametrize(("answer", "asked_again"), [(OTHER_IMEI, False), (None, True)])
async def test_a_clone_is_left_alone_and_what_may_be_booting_is_not(
    plugged: list[FoundPort],
    finder: Finder,
    answers: Answers,
    answer: str | None,
    *,
    asked_again: bool,
) -> None:
    plugged.append(usb("/dev/tty0"))
    answers["/dev/tty0"] = Asked(imei=answer)
    memory = ShortMemory()
    await memory.remember("counter", known())
    one = finder(memory=memory)
    for _ in range(2):
        assert await one.locate(auto(imei=IMEI)) is None
    assert len(answers.order) == 1 + asked_again

    # Another stick in the same socket is asked at once.
    plugged.clear()
    assert await one.locate(auto(imei=IMEI)) is None
    plugged.append(usb("/dev/tty0"))
    answers["/dev/tty0"] = Asked(imei=IMEI)
    assert await one.locate(auto(imei=IMEI)) == "/dev/tty0"


async def test_auto_leaves_alone_what_is_configured_for_another(
    stick: PtyLink, plugged: list[FoundPort], finder: Finder
) -> None:
    plugged.append(usb("/dev/null"))  # another port of the same stick
    by_path, sibling = auto("by_path", device=str(stick.path)), auto("by", device="/dev/null")
    by_imei = auto("by_imei", imei=IMEI)
    for other in (by_path, sibling, by_imei):
        assert await finder(auto(), other).locate(auto()) is None
    assert await finder(auto(), by_imei).locate(by_imei) == str(stick.path)


async def test_auto_does_not_ask_a_stick_in_use(
    stick: PtyLink, plugged: list[FoundPort], finder: Finder, asked: list[str]
) -> None:
    plugged.append(usb("/dev/null"))
    one = finder()
    await one.locate(auto("user", device=str(stick.path)))
    assert await one.locate(auto()) is None
    assert asked == []


async def test_a_stick_is_reserved_while_it_is_asked(
    stick: PtyLink, finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = asyncio.Event()

    async def think(_: str) -> None:
        inside.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(discovery, "ask_imei", think)
    one = finder()
    searching = asyncio.create_task(one.locate(auto()))
    await inside.wait()
    named = auto("named", device=str(stick.path))
    assert await one.locate(named) is None
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert await one.locate(named) == str(stick.path)


async def test_two_workers_share_two_modems(
    make_bench: Callable[..., Bench],
    tmp_path: Path,
    plugged: list[FoundPort],
    finder: Finder,
) -> None:
    benches = [make_bench(imei=imei) for imei in (IMEI, OTHER_IMEI)]
    links = [
        PtyLink(path=tmp_path / f"ttyUSB{number}", modem=bench.modem)
        for number, bench in enumerate(benches)
    ]
    for number, link in enumerate(links):
        await link.plug()
        plugged.append(usb(link.path, location=f"1-{number}"))
    one = finder()
    workers = [bench.worker(finder=one, device="auto") for bench in benches]
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    for bench, worker in zip(benches, workers, strict=True):
        await bench.recorder.until(lambda worker=worker: worker.status.state is State.READY)
    assert {worker.status.identity.imei for worker in workers} == {IMEI, OTHER_IMEI}
    for worker in workers:
        worker.stop()
    await asyncio.gather(*tasks)
    for link in links:
        link.unplug()


# What is remembered


def known(**fields: object) -> KnownStick:
    facts = {
        "imei": IMEI,
        "vid": 0x12D1,
        "pid": 0x1001,
        "serial": None,
        "place": "1-2",
        "answers": "",
    }
    return KnownStick(**{**facts, **fields})  # type: ignore[arg-type]  # as above


class Answers(dict[str, Asked]):
    """What each port says when it is asked; others say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.order: list[str] = []

    async def ask(self, device: str) -> Asked:
        self.order.append(device)
        return self.get(device, Asked())


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    found = Answers()
    monkeypatch.setattr(discovery, "ask_imei", found.ask)
    return found


async def test_the_known_stick_is_asked_first_in_any_socket(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged += [
        usb("/dev/tty0", pid=9, location="1-1"),
        usb("/dev/tty1", location="1-4"),
        usb("/dev/tty2"),
    ]
    answers["/dev/tty2"] = Asked(imei=IMEI)
    memory = ShortMemory()
    await memory.remember("counter", known())
    assert await finder(memory=memory).locate(auto(imei=IMEI)) == "/dev/tty2"
    assert answers.order == ["/dev/tty2"]
    await memory.remember("counter", known(place="1-4"))
    answers["/dev/tty1"] = Asked(imei=OTHER_IMEI)
    one = finder(memory=memory)
    assert await one.locate(auto(imei=IMEI)) == "/dev/tty2"
    assert answers.order[1:] == ["/dev/tty1", "/dev/tty2"]  # a clone sits where it was
    assert await memory.recall("counter") == known()


async def test_what_is_remembered_of_another_modem_s_stick_comes_last(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged += [usb("/dev/tty0"), usb("/dev/tty1", location="1-4")]
    answers |= {"/dev/tty0": Asked(imei=IMEI), "/dev/tty1": Asked(imei=OTHER_IMEI)}
    memory = ShortMemory()
    await memory.remember("other", known())
    one = finder(memory=memory)
    assert await one.locate(auto("other")) == "/dev/tty0"
    one.release(auto("other"))
    assert await one.locate(auto()) == "/dev/tty1"


async def test_what_the_configuration_contradicts_is_forgotten(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged.append(usb("/dev/tty0"))
    answers["/dev/tty0"] = Asked(imei=OTHER_IMEI)
    memory = ShortMemory()
    await memory.remember("counter", known(announces="1.2"))
    assert await finder(memory=memory).locate(auto(imei=OTHER_IMEI)) == "/dev/tty0"
    assert await memory.recall("counter") == known(imei=OTHER_IMEI)


async def test_another_device_is_left_at_once_when_the_known_stick_is_back(
    plugged: list[FoundPort], finder: Finder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each silent port may take 8 s, and a replug has to be answered within 5."""
    monkeypatch.setattr(discovery, "LOOK_SECONDS", 0.01)
    ours = usb("/dev/tty9", location="2-1")

    async def ask(device: str) -> Asked:
        if device == ours.device:
            return Asked(imei=IMEI)
        plugged.append(ours)
        return await asyncio.Event().wait()  # type: ignore[return-value]  # it never comes

    monkeypatch.setattr(discovery, "ask_imei", ask)
    plugged.append(usb("/dev/tty0", pid=9, location="1-1"))
    memory = ShortMemory()
    await memory.remember("counter", known())
    assert await finder(memory=memory).locate(auto()) == "/dev/tty9"


async def test_the_port_that_answered_last_is_asked_first(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    """Many sticks begin with ports that are silent, or stream something else."""
    plugged += [usb(f"/dev/tty{number}", location=f"1-2:1.{number}") for number in range(3)]
    answers["/dev/tty2"] = Asked(imei=IMEI)
    memory = ShortMemory()
    assert await finder(memory=memory).locate(auto()) == "/dev/tty2"
    assert answers.order == ["/dev/tty0", "/dev/tty1", "/dev/tty2"]
    assert await finder(memory=memory).locate(auto()) == "/dev/tty2"
    assert answers.order[3:] == ["/dev/tty2"]


async def test_a_port_that_has_not_appeared_yet_is_waited_for(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    memory = ShortMemory()
    await memory.remember("counter", known(answers="1.2"))
    answers["/dev/tty2"] = Asked(imei=IMEI)
    one = finder(memory=memory)
    plugged.append(usb("/dev/tty0", location="1-2:1.0"))
    assert await one.locate(auto()) is None
    plugged.append(usb("/dev/tty2", location="1-2:1.2"))
    assert await one.locate(auto()) == "/dev/tty2"
    assert answers.order == ["/dev/tty2"]

    # A stick that has become another (its firmware, say) is asked at the second look.
    del plugged[1]
    answers["/dev/tty0"] = Asked(imei=IMEI)
    one.release(auto())
    assert await one.locate(auto()) is None
    assert await one.locate(auto()) == "/dev/tty0"


async def test_what_has_gone_is_noticed(
    tmp_path: Path, plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    one = finder()
    assert not await one.has_gone(auto())  # it was never there
    plugged.append(usb("/dev/tty0"))
    answers["/dev/tty0"] = Asked(imei=IMEI)
    assert await one.locate(auto()) == "/dev/tty0"
    assert not await one.has_gone(auto())
    plugged[:] = [usb("/dev/tty1")]
    assert await one.has_gone(auto())
    path = tmp_path / "ttyUSB0"
    assert await one.has_gone(auto(device=str(path)))
    path.touch()
    assert not await one.has_gone(auto(device=str(path)))
    assert not await one.has_gone(auto("demo", device="virtual:"))


async def test_a_busy_port_is_the_reason(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged.append(usb("/dev/tty0"))
    busy = PortUnavailableError(device="/dev/tty0", failure=OpenFailure.BUSY, detail="held")
    answers["/dev/tty0"] = Asked(failure=busy)
    looked: list[str] = []

    def who_holds(device: str) -> str:
        looked.append(device)
        return f"ModemManager has {device}"

    memory = ShortMemory()
    await memory.remember("counter", known())
    one = finder(memory=memory, who_holds=who_holds)
    for _ in range(2):
        assert await one.locate(auto()) is None
    assert looked == ["/dev/tty0"]
    assert one.obstacle(auto()) == "/dev/tty0: ModemManager has /dev/tty0"
    await memory.remember("counter", known(pid=9))
    other = finder(memory=memory)  # its own stick is out, and this one is another's
    assert await other.locate(auto()) is None
    assert other.obstacle(auto()) is None
    assert await finder().explain(busy) == "held"
    assert await finder(who_holds=lambda _: None).explain(busy) == "held"


# Which port announces


async def test_the_port_that_announces_is_learnt_and_asked_first(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged += [usb(f"/dev/tty{number}", location=f"1-2:1.{number}") for number in range(4)]
    answers |= {f"/dev/tty{number}": Asked(imei=IMEI) for number in (0, 2)}
    memory = ShortMemory()
    one = finder(memory=memory)
    assert await one.locate(auto()) == "/dev/tty0"
    assert await one.may_announce_elsewhere(auto())
    one.release(auto())
    assert await one.locate(auto()) == "/dev/tty2"
    await one.heard(auto())
    assert await memory.recall("counter") == known(answers="1.2", announces="1.2")

    again = finder(memory=memory)  # after a restart of the daemon
    assert await again.locate(auto()) == "/dev/tty2"


async def test_where_no_port_announces_the_search_ends(
    plugged: list[FoundPort], finder: Finder, answers: Answers
) -> None:
    plugged += [usb(f"/dev/tty{number}", location=f"1-2:1.{number}") for number in range(3)]
    answers |= {f"/dev/tty{number}": Asked(imei=IMEI) for number in (0, 2)}
    one = finder()
    visited = []
    while True:
        visited.append(await one.locate(auto()))
        if not await one.may_announce_elsewhere(auto()):
            break
        one.release(auto())
    assert visited == ["/dev/tty0", "/dev/tty2"]
    assert answers.order == ["/dev/tty0", "/dev/tty1", "/dev/tty2"]

    # Until it is plugged in anew.
    ports, plugged[:] = list(plugged), []
    one.release(auto())
    assert await one.locate(auto()) is None
    plugged += ports
    assert await one.locate(auto()) == "/dev/tty2"
    assert await one.may_announce_elsewhere(auto())


async def test_a_path_stays_what_it_is(tmp_path: Path, finder: Finder) -> None:
    path = tmp_path / "ttyUSB0"
    path.touch()
    one, named = finder(), auto(device=str(path))
    assert not await one.may_announce_elsewhere(named)
    await one.heard(named)
    assert await one.locate(named) == str(path)
    assert not await one.may_announce_elsewhere(named)
    await one.heard(named)
