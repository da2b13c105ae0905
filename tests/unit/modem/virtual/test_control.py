# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""The control channel: every operation, every refusal."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from modem.virtual import registry
from modem.virtual.control import ControlServer, answer
from modem.virtual.errors import LinkUnavailableError
from modem.virtual.operations import Bench

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path


@pytest.fixture
def bench(computer) -> Iterator[Bench]:
    yield Bench(modem=computer.modem, line=registry.attach("bench", computer.modem))
    registry.detach("bench")


@pytest.fixture
def order(bench: Bench) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def order(op: str, **fields: object) -> dict[str, Any]:
        return await answer(bench, json.dumps({"op": op, **fields}).encode())

    return order


async def test_texts_in_and_the_ledger_out(order, computer) -> None:
    told = await order("text_in", **{"from": "+15145550999", "text": "é" * 300})
    assert told == {"ok": True, "parts": 2}
    entries = (await order("ledger"))["entries"]
    assert [entry["what"] for entry in entries] == ["delivered", "delivered"]
    assert (await order("ledger", since=1))["entries"] == entries[1:]
    assert (await order("counts"))["counts"]["delivered"] == 2
    assert computer.ledger.counts["delivered"] == 2


async def test_faults_are_armed_and_cleared(order, computer) -> None:
    await order("fault", kind="lose_answer", match="+CSQ", forever=True)
    assert computer.types("AT+CSQ") == []
    assert (await order("state"))["faults"] == ["lose_answer"]
    await order("clear", kind="lose_answer")
    assert computer.types("AT+CSQ")[-1] == "OK"


async def test_a_ussd_code_answers_as_ordered(order, computer) -> None:
    page = {"code": "*1#", "text": "1 more", "coding": "octets", "dcs": 0, "replies": {"1": "ok"}}
    assert (await order("ussd", **page)) == {"ok": True}
    assert computer.types('AT+CUSD=1,"*1#",15') == ["OK"]
    assert computer.passes() == [f'+CUSD: 1,"{b"1 more".hex().upper()}",0']
    computer.types('AT+CUSD=1,"1",15')
    assert computer.passes() == [f'+CUSD: 0,"{b"ok".hex().upper()}",0']
    assert [entry.text for entry in computer.ledger.of("ussd")] == ["*1#", "1"]
    for wrong in ({"coding": "morse"}, {"replies": {"1": 1}}, {"replies": []}, {"silent": "yes"}):
        assert not (await order("ussd", **page | wrong))["ok"]
    assert not (await order("ussd", text="which code?"))["ok"]


async def test_a_store_jams_and_is_freed(order, computer) -> None:
    assert await order("full_store") == {"ok": True, "used": 30, "total": 30}
    await order("text_in", **{"from": "1", "text": "x"})
    assert (await order("state"))["waiting"] == 1
    await order("clear")
    computer.passes()
    assert (await order("state"))["waiting"] == 0


async def test_another_sim_comes_with_its_own_messages(order, computer) -> None:
    await order("text_in", **{"from": "1", "text": "on the first card"})
    await order("insert_sim", number="+15145550177", iccid="8930272000000000991")
    assert computer.modem.number == "+15145550177"
    assert (await order("state"))["stores"]["SM"]["used"] == 0
    await order("text_in", **{"from": "1", "text": "one"})
    await order("text_in", **{"from": "1", "text": "two"})
    computer.modem.network.text_in(to="+15145550100", from_="1", text="for the first card")
    assert (await order("state"))["stores"]["SM"]["used"] == 2
    await order("insert_sim", number="+15145550100", iccid="8930272000000000017")
    computer.passes()
    assert (await order("state"))["stores"]["SM"]["used"] == 2  # its own, and what had waited


async def test_what_happens_to_a_modem(order, computer) -> None:
    await order("ring", **{"from": "+15145550177"})
    assert computer.lines() == ["RING"]
    await order("say", line="^MODE:3")
    assert computer.lines() == ["^MODE:3"]
    await order("hang")
    assert computer.types("AT") == []
    await order("wake")
    assert computer.types("AT") == ["OK"]
    await order("set", signal=5, submit_ms=100, report_delay_ms=50, registration=3, smsc="+1")
    assert computer.types("AT+CSQ")[0] == "+CSQ: 5,99"
    assert computer.types("AT+CREG?")[0] == "+CREG: 0,3"
    await order("set", registration=1)
    await order("recipient", number="+15145550123", status=70)
    await order("deliver", tpdu="04" * 20)
    await order("redeliver")
    computer.types("AT+CMEE=1")
    await order("reboot")
    assert computer.types("AT+CMEE?")[0] == "+CMEE: 0"


async def test_unplug_and_replug(order, bench: Bench) -> None:
    assert await order("unplug") == {"ok": True}
    assert not bench.modem.powered
    assert await order("replug") == {"ok": True}
    assert bench.modem.powered


async def test_waiting_for_the_ledger(order, computer) -> None:
    waiting = asyncio.ensure_future(order("wait", what="accepted", count=2))
    await asyncio.sleep(0)
    computer.sends("one")
    computer.sends("two")
    assert await waiting == {"ok": True, "reached": True, "count": 2}
    assert (await order("wait", what="deleted", seconds=0))["reached"] is False


@pytest.mark.parametrize(
    ("request_line", "reason"),
    [
        (b"nonsense", "Expecting value"),
        (b"[]", "JSON object"),
        (b"{}", "unknown operation"),
        (b'{"op": "explode"}', "unknown operation"),
        (b'{"op": "text_in", "text": "x"}', '"from" must be a string'),
        (b'{"op": "text_in", "from": "1", "text": "\\ud800"}', "lone"),
        (b'{"op": "text_in", "from": "1", "text": "x", "colour": 1}', "unknown fields: colour"),
        (b'{"op": "fault", "kind": "gremlin"}', "unknown fault"),
        (b'{"op": "fault", "kind": "noise", "count": true}', '"count" must be a number'),
        (b'{"op": "fault", "kind": "noise", "rate": "x"}', '"rate" must be a number'),
        (b'{"op": "fault", "kind": "noise", "forever": 1}', '"forever" must be a boolean'),
        (b'{"op": "wait", "what": "miracle"}', "unknown 'miracle'"),
        (b'{"op": "full_store", "store": "XX"}', "no store"),
        (b'{"op": "deliver", "tpdu": "zz"}', "hex"),
    ],
)
async def test_what_cannot_be_done_says_why(bench: Bench, request_line: bytes, reason: str) -> None:
    told = await answer(bench, request_line)
    assert told["ok"] is False
    assert reason in told["error"]


async def test_the_socket(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "control"
    server = ControlServer(bench=bench, path=path)
    await server.start()
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b'{"op": "counts"}\n{"op": "nope"}\n')
    assert json.loads(await reader.readline())["ok"] is True
    assert json.loads(await reader.readline())["ok"] is False
    writer.close()
    await writer.wait_closed()
    await server.close()
    await server.close()
    assert not path.exists()
    with pytest.raises(LinkUnavailableError):
        await ControlServer(bench=bench, path=tmp_path / "no" / "folder").start()
