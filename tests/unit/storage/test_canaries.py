from typing import TYPE_CHECKING, Any

import pytest

from storage import canaries
from storage.canaries import Canary, CanaryState, Proof

if TYPE_CHECKING:
    from conftest import Desk

OURS, CUSTOMER = "+15145550100", "+15145550123"
MINUTE_MS = 60_000


async def awaited(desk: "Desk", now: int, *, token: str = "A", modem: str = "counter") -> Canary:  # noqa: S107 - no secret
    canary = Canary(
        message_id=await desk.enqueue(at=now),
        modem=modem,
        token=token,
        from_number=OURS,
        state=CanaryState.AWAITED,
        begun_at_ms=now,
        deadline_ms=now + 15 * MINUTE_MS,
    )
    await desk.do(canaries.begin, canary=canary)
    return canary


async def arrives(desk: "Desk", now: int, **facts: Any) -> object:
    wanted = {"token": "A", "from_number": OURS, "pdu_id": "pdu_1", "now_ms": now} | facts
    return await desk.do(canaries.arrive, **wanted)


async def newest(desk: "Desk", now: int) -> object:
    return await desk.do(canaries.newest, modem="counter", now_ms=now)


async def test_the_token_and_the_number_of_one_that_is_missing_count_once(
    desk: "Desk", now: int
) -> None:
    await awaited(desk, now)

    assert await arrives(desk, now, token="B") is None
    assert await arrives(desk, now, from_number=CUSTOMER) is None
    assert await arrives(desk, now) == "counter"
    assert await arrives(desk, now) is None
    assert await desk.value("SELECT pdu_id FROM canaries") == "pdu_1"


@pytest.mark.parametrize("state", [CanaryState.OVERDUE, CanaryState.WITHDRAWN])
async def test_one_that_was_given_up_may_still_arrive_but_not_the_other_way(
    desk: "Desk", now: int, state: CanaryState
) -> None:
    canary = await awaited(desk, now)

    assert await desk.do(canaries.give_up, canary=canary, state=state, now_ms=now) is True
    assert await desk.do(canaries.give_up, canary=canary, state=state, now_ms=now) is False
    assert await arrives(desk, now) == "counter"
    assert await desk.do(canaries.give_up, canary=canary, state=state, now_ms=now) is False
    assert await desk.value("SELECT state FROM canaries") == "arrived"
    assert (await desk.events()).count("modem.canary") == 3


async def test_a_modem_awaits_one_at_a_time(desk: "Desk", now: int) -> None:
    await awaited(desk, now, token="A")
    other = await awaited(desk, now, token="B", modem="spare")
    last = await awaited(desk, now + 1, token="C")

    states = await desk.column("SELECT state FROM canaries ORDER BY token")
    assert states == ["withdrawn", "awaited", "awaited"]
    assert (await desk.events()).count("modem.canary") == 4
    assert await newest(desk, now + 1) == last
    assert await desk.do(canaries.newest, modem="spare", now_ms=now) == other
    assert await desk.do(canaries.newest, modem="attic", now_ms=now) is None


async def test_none_of_the_future_is_the_newest(desk: "Desk", now: int) -> None:
    first = await awaited(desk, now, token="A")
    await awaited(desk, now + MINUTE_MS, token="B")

    seen = await newest(desk, now)

    assert isinstance(seen, Canary)
    assert seen.message_id == first.message_id


async def test_what_was_proved_is_told_by_modem(desk: "Desk", now: int) -> None:
    assert await desk.do(canaries.proofs) == {}
    await awaited(desk, now)
    await arrives(desk, now + 5)
    await awaited(desk, now + MINUTE_MS, token="B")
    await awaited(desk, now, token="C", modem="spare")

    assert await desk.do(canaries.proofs) == {
        "counter": Proof(last_ok_ms=now + 5, awaiting_since_ms=now + MINUTE_MS),
        "spare": Proof(awaiting_since_ms=now),
    }
