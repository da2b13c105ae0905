"""An exception planted in the way of one outgoing part: the next goes on, nothing is hidden."""

from typing import TYPE_CHECKING, Any

import pytest

from gatewayd import validity
from gatewayd.outcomes import Outcomes
from modem.events import Accepted, NotSent, Refused, Unknown
from storage import outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from conftest import Shop

    from modem.events import SubmitOutcome

SILENCE = Unknown(code="no_answer", detail="silence")
REFUSED = Refused(code="cms_38", detail="no", permanent=True, modem_trouble=False)


class PlantedError(Exception):
    """Nobody foresaw it."""


async def explode(*_: Any, **__: Any) -> Any:
    raise PlantedError("a text that no log may quote")


def explode_now(*_: Any, **__: Any) -> Any:
    raise PlantedError("a text that no log may quote")


async def incidents(shop: "Shop") -> list[str]:
    return [row.code for row in await shop.rows("SELECT code FROM incidents")]


async def goes_on(shop: "Shop") -> None:
    message_id = await shop.enqueue()
    await shop.counter.accept(200)
    assert await shop.state(message_id) == "sent"


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted(reference=3), "sent"),
        (SILENCE, "unknown"),
        (REFUSED, "unknown"),
        (NotSent(code="port_lost", detail="lost"), "unknown"),
    ],
)
async def test_an_outcome(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch, outcome: "SubmitOutcome", state: str
) -> None:
    message_id = await shop.enqueue()
    with monkeypatch.context() as planted:
        planted.setattr(Outcomes, "settle", explode)
        await shop.counter.send(outcome)
    message = await shop.message(message_id)
    assert message.state == state
    assert message.error_code == ("internal_error" if state == "unknown" else None)
    assert await incidents(shop) == ["part_set_aside"]
    await goes_on(shop)


async def test_an_outcome_that_cannot_even_be_accepted(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = await shop.enqueue()
    with monkeypatch.context() as planted:
        planted.setattr(outbox, "accept", explode)
        await shop.counter.accept(3)
    assert await shop.state(message_id) == "unknown"
    await goes_on(shop)
    await shop.counter.reported(3)
    assert await shop.state(message_id) == "delivered"


async def test_an_outcome_that_cannot_be_kept_at_all(
    shop: "Shop",
    monkeypatch: pytest.MonkeyPatch,
    reopened: "Callable[[], Awaitable[Shop]]",
) -> None:
    message_id = await shop.enqueue()
    with monkeypatch.context() as planted:
        planted.setattr(outbox, "accept", explode)
        planted.setattr(outbox, "mark_unknown", explode)
        await shop.counter.accept(3)
    assert await shop.state(message_id) == "sending"
    assert await incidents(shop) == ["part_set_aside"]
    await goes_on(shop)
    shop = await reopened()
    await shop.store.shielded(lambda tx: outbox.recover(tx, now_ms=shop.clock.ms))
    assert await shop.state(message_id) == "unknown"


@pytest.mark.parametrize("where", ["preparing it", "marking it"])
async def test_before_ctrl_z(shop: "Shop", monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    message_id = await shop.enqueue(expires_in=3600)
    with monkeypatch.context() as planted:
        if where == "preparing it":
            planted.setattr(validity, "capped", explode_now)
            assert await shop.counter.handler.next_submission() is None
        else:
            planted.setattr(outbox, "mark_submitting", explode)
            assert not await shop.counter.release_body(await shop.counter.next())
    message = await shop.message(message_id)
    assert (message.state, message.error_code) == ("failed", "internal_error")
    assert await incidents(shop) == ["part_set_aside"]
    await goes_on(shop)


async def test_a_claim(shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> None:
    await shop.enqueue()
    with monkeypatch.context() as planted:
        planted.setattr(outbox, "claim", explode)
        for _ in range(3):
            assert await shop.counter.handler.next_submission() is None
    assert await incidents(shop) == ["parts_not_claimed"], "told once"
    await shop.counter.accept(3)
    with monkeypatch.context() as planted:
        planted.setattr(outbox, "claim", explode)
        assert await shop.counter.handler.next_submission() is None
    assert await incidents(shop) == ["parts_not_claimed"] * 2, "and again when it had worked"


async def test_the_part_in_hand_does_not_suffer_for_the_next(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = [await shop.enqueue() for _ in range(2)]
    submission = await shop.counter.next()
    with monkeypatch.context() as planted:
        planted.setattr(outbox, "claim", explode)
        assert await shop.counter.release_body(submission)
        await shop.counter.handler.settled(submission, Accepted(reference=3))
    assert [await shop.state(one) for one in messages] == ["sent", "queued"]
    assert await incidents(shop) == []
    await shop.counter.accept(4)
    assert await shop.state(messages[1]) == "sent"


async def test_a_late_answer(shop: "Shop", monkeypatch: pytest.MonkeyPatch) -> None:
    message_id = await shop.enqueue()
    submission = await shop.counter.send(SILENCE)
    with monkeypatch.context() as planted:
        planted.setattr(Outcomes, "late", explode)
        await shop.counter.handler.late_answer(submission.id, 3)
    assert await shop.state(message_id) == "unknown"
    assert await incidents(shop) == ["part_set_aside"]
    await goes_on(shop)


async def test_the_log_tells_where_and_not_what(
    shop: "Shop", monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.enqueue()
    monkeypatch.setattr(Outcomes, "settle", explode)
    await shop.counter.accept(3)
    told = capsys.readouterr().out
    assert "PlantedError" in told
    assert "explode (test_setaside.py" in told
    assert "no log may quote" not in told
