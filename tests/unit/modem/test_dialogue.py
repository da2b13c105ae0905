from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.at import verbs
from modem.dialogue import ask, learn, learn_any, tell
from modem.errors import PortLostError
from modem.virtual.dialect import OK, cme, said
from modem.virtual.faults import FaultKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from conftest import Bench

    from modem.port import Port


@pytest.fixture
async def port(bench: Bench) -> AsyncIterator[Port]:
    opened = bench.port()
    await opened.open()
    yield opened
    await opened.close()


async def test_asking_gives_lines_and_final(port: Port) -> None:
    lines, final = await ask(port, verbs.csq())
    assert lines == (b"+CSQ: 21,99",)
    assert final is not None
    assert final.ok


async def test_silence_has_no_final(bench: Bench, port: Port) -> None:
    bench.fault(FaultKind.LOSE_ANSWER, match="+CSQ")
    assert await ask(port, verbs.csq()) == ((), None)


async def test_telling_says_whether_it_was_accepted(bench: Bench, port: Port) -> None:
    assert await tell(port, verbs.clip())
    bench.answer("+CLIP", cme(4))
    assert not await tell(port, verbs.clip())


@pytest.mark.parametrize(
    ("answer", "learnt"),
    [
        (said("+CSQ: 21,99"), -71),
        (said("+CSQ: 99,99"), None),
        (cme(14), None),
        (OK, None),  # no line where one is due: not readable
    ],
)
async def test_learning_is_none_where_nothing_can_be_learnt(
    bench: Bench, port: Port, answer: object, learnt: int | None
) -> None:
    bench.answer("+CSQ", answer)  # type: ignore[arg-type]  # an outcome
    assert await learn(port, verbs.csq(), verbs.parse_csq) == learnt


async def test_the_first_readable_variant_counts(bench: Bench, port: Port) -> None:
    bench.answer("+CCID", cme(4))
    bench.answer("^ICCID", said("^ICCID: 8930272000000000017"))
    found = await learn_any(port, verbs.ccid_variants(), verbs.parse_ccid)
    assert found == "8930272000000000017"
    assert "+QCCID" not in bench.typed


async def test_no_variant_gives_none(bench: Bench, port: Port) -> None:
    bench.answer("+CCID", cme(4))
    assert await learn_any(port, verbs.ccid_variants(), verbs.parse_ccid) is None


async def test_only_a_lost_port_raises(bench: Bench, port: Port) -> None:
    bench.line.unplug()
    await bench.recorder.until(lambda: port._lost is not None)
    with pytest.raises(PortLostError):
        await learn(port, verbs.csq(), verbs.parse_csq)
