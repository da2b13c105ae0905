"""A note that a program asks for again, since it heard no answer, is written once."""

from typing import Any

KEY = {"Idempotency-Key": "note-1"}
NOTE = {"text": "Called, will come at five"}


async def notes(floor: Any, conversation: str) -> list[str]:
    shown = await floor.api.admin("GET", f"/v1/conversations/{conversation}")
    return [entry["text"] for entry in shown["timeline"]["items"] if entry["type"] == "note"]


async def test_the_same_key_writes_one_note(floor: Any) -> None:
    crm = await floor.program("crm")
    conversation = await floor.receive()
    path = f"/v1/conversations/{conversation}/notes"
    replayed = []
    for _ in range(2):
        headers = crm.headers | KEY
        async with floor.api.tcp.post(path, json=NOTE, headers=headers) as answer:
            assert answer.status == 200
            assert (await answer.json())["id"] == conversation
            replayed.append(answer.headers.get("Idempotency-Replayed"))
    assert replayed == [None, "true"]
    assert await notes(floor, conversation) == [NOTE["text"]]


async def test_a_repeated_note_is_answered_by_what_there_is_by_then(floor: Any) -> None:
    crm = await floor.program("crm")
    conversation = await floor.receive()
    await crm.do(conversation, "notes", NOTE, headers=KEY)
    await crm.do(conversation, "close")
    assert (await crm.do(conversation, "notes", NOTE, headers=KEY))["state"] == "closed"


async def test_a_key_is_for_one_text_in_one_conversation(floor: Any) -> None:
    crm = await floor.program("crm")
    first, second = await floor.receive(), await floor.receive(sender="+15145550124")
    await crm.do(first, "notes", NOTE, headers=KEY)
    for conversation, what, body in (
        (first, "notes", {"text": "another"}),
        (second, "notes", NOTE),
        (first, "messages", NOTE),
    ):
        problem = await crm.do(conversation, what, body, headers=KEY, status=422)
        assert problem["code"] == "idempotency_mismatch"
    assert await notes(floor, first) == [NOTE["text"]]
    assert await notes(floor, second) == []


async def test_keys_are_each_programs_own(floor: Any) -> None:
    conversation = await floor.receive()
    for name in ("crm", "till"):
        program = await floor.program(name)
        await program.do(conversation, "notes", NOTE, headers=KEY)
    assert len(await notes(floor, conversation)) == 2


async def test_what_could_not_be_written_has_not_used_its_key_up(floor: Any) -> None:
    crm = await floor.program("crm")
    async with floor.api.context.store.read() as tx:
        before = (await tx.exec_driver_sql("SELECT count(*) FROM idempotency_keys")).scalar_one()
    await crm.do("cnv_none", "notes", NOTE, headers=KEY, status=404)
    async with floor.api.context.store.read() as tx:
        after = (await tx.exec_driver_sql("SELECT count(*) FROM idempotency_keys")).scalar_one()
    assert after == before
    conversation = await floor.receive()
    await crm.do(conversation, "notes", NOTE, headers=KEY)
    assert await notes(floor, conversation) == [NOTE["text"]]


async def test_a_bad_key_is_refused(floor: Any) -> None:
    crm = await floor.program("crm")
    conversation = await floor.receive()
    problem = await crm.do(
        conversation, "notes", NOTE, headers={"Idempotency-Key": "two words"}, status=422
    )
    assert problem["code"] == "idempotency_key_invalid"
    assert await notes(floor, conversation) == []


async def test_no_answer_is_kept_that_would_outlive_the_customer(floor: Any) -> None:
    crm = await floor.program("crm")
    await crm.do(await floor.receive(), "notes", NOTE, headers=KEY)
    async with floor.api.context.store.read() as tx:
        kept = await tx.exec_driver_sql("SELECT body FROM idempotency_keys")
        assert kept.scalars().all() == [None]
