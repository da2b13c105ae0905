from typing import Any

import pytest

from storage import outbox
from storage.outbox import CancelOutcome, Recovered, ResolveOutcome

NOW = 1_800_000_000_000


async def doubt(desk: Any) -> str:
    part_id = await desk.submit()
    await desk.do(outbox.mark_unknown, part_id=part_id, code="x", detail=None, now_ms=NOW)
    return part_id


async def test_a_start_takes_up_where_the_last_run_ended(desk: Any) -> None:
    submitting = await desk.enqueue()
    claimed = await desk.enqueue()
    queued = await desk.enqueue()
    await desk.submit()
    await desk.claim()
    recovered = await desk.do(outbox.recover, now_ms=NOW + 1)
    assert recovered == Recovered(requeued=1, unknown=1)
    states = [await desk.state(one) for one in (submitting, claimed, queued)]
    assert states == ["unknown", "queued", "queued"]
    assert await desk.value("SELECT outcome FROM attempts") == "unknown"
    assert await desk.do(outbox.recover, now_ms=NOW + 2) == Recovered(requeued=0, unknown=0)


async def test_only_a_message_that_no_modem_has_expires(desk: Any) -> None:
    waiting = await desk.enqueue(parts=2, expires_at_ms=NOW + 10, priority=2)
    started = await desk.enqueue(parts=2, expires_at_ms=NOW + 10)
    await desk.claim()
    assert await desk.do(outbox.expire, now_ms=NOW + 9) == 0
    assert await desk.do(outbox.expire, now_ms=NOW + 10) == 1
    assert await desk.state(waiting) == "expired"
    assert await desk.part_states(waiting) == ["expired", "expired"]
    assert await desk.state(started) == "sending"


async def test_after_the_first_accepted_part_expiry_and_cancel_stop_nothing(desk: Any) -> None:
    message_id = await desk.enqueue(parts=2, expires_at_ms=NOW + 10)
    await desk.do(outbox.accept, part_id=await desk.submit(), reference=1, now_ms=NOW)
    late = NOW + 1000
    assert await desk.do(outbox.expire, now_ms=late) == 0
    outcome = await desk.do(outbox.cancel, message_id=message_id, now_ms=late)
    assert outcome is CancelOutcome.TOO_LATE
    assert (await desk.claim(at=late)).number == 2


async def test_cancel_says_what_it_did(desk: Any) -> None:
    message_id = await desk.enqueue(parts=2)
    for _ in range(2):
        outcome = await desk.do(outbox.cancel, message_id=message_id, now_ms=NOW)
        assert outcome is CancelOutcome.CANCELED
    assert await desk.part_states(message_id) == ["canceled", "canceled"]
    assert await desk.events() == ["message.queued", "message.canceled"]
    outcome = await desk.do(outbox.cancel, message_id="msg_none", now_ms=NOW)
    assert outcome is CancelOutcome.NOT_FOUND


async def test_what_may_be_on_the_air_is_not_canceled(desk: Any) -> None:
    message_id = await desk.enqueue()
    await desk.submit()
    cancel = {"message_id": message_id, "now_ms": NOW}
    assert await desk.do(outbox.cancel, **cancel) is CancelOutcome.TOO_LATE
    await desk.do(outbox.recover, now_ms=NOW)
    assert await desk.do(outbox.cancel, **cancel) is CancelOutcome.TOO_LATE


async def test_a_resent_message_is_never_called_canceled_or_expired(desk: Any) -> None:
    message_id = await desk.enqueue(expires_at_ms=NOW + 10)
    await doubt(desk)
    resolved = await desk.do(
        outbox.resolve, message_id=message_id, as_="resend", now_ms=NOW, by="usr_1"
    )
    assert resolved is ResolveOutcome.RESOLVED
    assert await desk.do(outbox.expire, now_ms=NOW + 100) == 0
    outcome = await desk.do(outbox.cancel, message_id=message_id, now_ms=NOW)
    assert outcome is CancelOutcome.TOO_LATE
    assert (await desk.claim(at=NOW + 100)).attempt == 2


@pytest.mark.parametrize(
    ("as_", "state", "part_states"),
    [
        ("sent", "sending", ["accepted", "queued"]),
        ("failed", "failed", ["failed", "failed"]),
        ("resend", "queued", ["queued", "queued"]),
    ],
)
async def test_a_person_settles_the_unknown(
    desk: Any, as_: str, state: str, part_states: list[str]
) -> None:
    message_id = await desk.enqueue(parts=2)
    await doubt(desk)
    settle = {"message_id": message_id, "as_": as_, "now_ms": NOW, "by": "usr_1"}
    assert await desk.do(outbox.resolve, **settle) is ResolveOutcome.RESOLVED
    assert await desk.state(message_id) == state
    assert await desk.part_states(message_id) == part_states
    assert '"by": "usr_1"' in await desk.value("SELECT data FROM changes ORDER BY seq DESC LIMIT 1")
    assert await desk.do(outbox.resolve, **settle) is ResolveOutcome.NOT_UNKNOWN


async def test_resolving_what_there_is_not(desk: Any) -> None:
    settle = {"message_id": "msg_none", "as_": "sent", "now_ms": NOW, "by": "usr_1"}
    assert await desk.do(outbox.resolve, **settle) is ResolveOutcome.NOT_FOUND


async def test_only_the_policy_resends_and_only_after_its_time(desk: Any) -> None:
    held = await desk.enqueue(on_unknown="hold")
    policy = await desk.enqueue(on_unknown="resend")
    stale = await desk.enqueue(on_unknown="resend", expires_at_ms=NOW + 50)
    for _ in range(3):
        await doubt(desk)
    resend = {"resend_after_ms": 100}
    assert await desk.do(outbox.resend_unknown, now_ms=NOW + 99, **resend) == 0
    assert await desk.do(outbox.resend_unknown, now_ms=NOW + 100, **resend) == 1
    states = [await desk.state(one) for one in (held, policy, stale)]
    assert states == ["unknown", "queued", "unknown"]
    assert await desk.claim(modem="spare", iccid="9999", at=NOW + 100) is None
    assert (await desk.claim(at=NOW + 100)).message_id == policy
