"""Conversations and contacts that another system names by ids of its own."""

from typing import Any

import pytest

CRM_ID = "crm/77 é@x"
NAMED = "external:crm%2F77%20%C3%A9@x"


async def contact_of(floor: Any, conversation: str) -> str:
    shown = await floor.api.admin("GET", f"/v1/conversations/{conversation}")
    return str(shown["contact"]["id"])


async def known(floor: Any) -> str:
    """A customer wrote whom the CRM knows; gives the conversation."""
    conversation: str = await floor.receive()
    contact = await contact_of(floor, conversation)
    await floor.api.admin("PATCH", f"/v1/contacts/{contact}", json={"external_id": CRM_ID})
    return conversation


async def test_a_note_is_written_and_read_by_the_crms_id(floor: Any) -> None:
    crm = await floor.program("crm")
    conversation = await known(floor)
    noted = await crm.do(NAMED, "notes", {"text": "Invoice 12 is open"})
    assert noted["id"] == conversation
    shown = await crm.show(NAMED)
    assert shown["id"] == conversation
    assert shown["timeline"]["items"][0]["text"] == "Invoice 12 is open"


async def test_an_answer_goes_by_the_crms_id_and_is_one_with_ours(floor: Any) -> None:
    crm = await floor.program("crm")
    conversation = await known(floor)
    key = {"Idempotency-Key": "k"}
    sent = await crm.answer(NAMED, headers=key)
    assert sent["conversation_id"] == conversation
    assert await crm.answer(conversation, headers=key) == sent


async def test_the_contact_too(floor: Any) -> None:
    crm = await floor.program("crm")
    contact = await contact_of(floor, await known(floor))
    assert (await crm.ask("GET", f"/v1/contacts/{NAMED}"))["id"] == contact
    await crm.ask("PATCH", f"/v1/contacts/{NAMED}", {"name": "Amélie"})
    assert (await crm.ask("GET", f"/v1/contacts/{contact}"))["name"] == "Amélie"


@pytest.mark.parametrize("name", ["external:nobody", "external:", "external:%FF", "External:crm"])
async def test_what_nobody_has_is_not_there(floor: Any, name: str) -> None:
    crm = await floor.program("crm")
    await known(floor)
    problem = await crm.ask("GET", f"/v1/conversations/{name}", status=404)
    assert problem["code"] == "not_found"
    assert (await crm.ask("GET", f"/v1/contacts/{name}", status=404))["code"] == "not_found"
    await crm.do(name, "notes", {"text": "lost"}, status=404)


async def test_of_several_conversations_none_is_guessed(floor: Any) -> None:
    crm = await floor.program("crm")
    first = await known(floor)
    second = await floor.receive(inbox="spare")
    problem = await crm.do(NAMED, "notes", {"text": "where?"}, status=409)
    assert problem["code"] == "several_conversations"
    assert f"{first} in main, {second} in spare" in problem["detail"]
    assert (await crm.ask("GET", f"/v1/contacts/{NAMED}"))["external_id"] == CRM_ID


async def test_who_sees_one_inbox_means_the_conversation_there(floor: Any) -> None:
    luc = await floor.person("luc")
    await known(floor)
    second = await floor.receive(inbox="spare")
    floor.limit("luc", {"spare"})
    assert (await luc.show(NAMED))["id"] == second
    floor.limit("luc", {"elsewhere"})
    await luc.ask("GET", f"/v1/conversations/{NAMED}", status=404)
    await luc.ask("GET", f"/v1/contacts/{NAMED}", status=404)


async def test_without_a_token_nobody_learns_who_is_known(floor: Any) -> None:
    await known(floor)
    for name in (NAMED, "external:nobody"):
        async with floor.api.tcp.get(f"/v1/contacts/{name}") as answer:
            assert answer.status == 401
