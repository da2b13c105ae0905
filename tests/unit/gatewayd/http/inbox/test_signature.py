"""The signature under answers: whose, when, and in the preview."""

from typing import Any

import pytest


async def texts(caller: Any, conversation: str) -> list[str]:
    items = (await caller.show(conversation))["timeline"]["items"]
    return [one["message"]["text"] for one in reversed(items) if one["message"]]


async def test_the_first_of_a_stretch_is_signed(floor: Any) -> None:
    marie, luc = await floor.person(), await floor.person("luc")
    conversation = await floor.receive()

    await marie.answer(conversation, "It is")
    await floor.receive("Thanks")
    await marie.answer(conversation, "Welcome")
    await luc.answer(conversation, "Bye")
    await marie.answer(conversation, "Bye bye")
    await floor.wait(hours=13)
    await marie.answer(conversation, "Hello again")

    assert await texts(marie, conversation) == [
        "Is it ready?",
        "It is\nMarie @ Shop",
        "Thanks",
        "Welcome",
        "Bye\nLuc @ Shop",
        "Bye bye\nMarie @ Shop",
        "Hello again\nMarie @ Shop",
    ]


async def test_what_never_went_has_told_nobody(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    sent = await marie.answer(conversation, "It is")
    await marie.ask("POST", f"/v1/messages/{sent['id']}/cancel")
    assert (await marie.answer(conversation, "It is!"))["text"] == "It is!\nMarie @ Shop"


async def test_an_inbox_chooses(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    await floor.inbox(signature_mode="every", signature="- {person}, {business}")
    for _ in range(2):
        assert (await marie.answer(conversation, "Yes"))["text"] == "Yes\n- Marie Roy, Shop"
    await floor.inbox(signature_mode="never")
    assert (await marie.answer(conversation, "Yes"))["text"] == "Yes"


async def test_a_person_may_have_their_own(floor: Any) -> None:
    marie = await floor.person(signature="Dr M. Roy, {business}")
    await floor.inbox(display_name="Chez Nous")
    conversation = await floor.receive()
    assert (await marie.answer(conversation, "Oui"))["text"] == "Oui\nDr M. Roy, Chez Nous"


async def test_it_can_be_left_out_or_asked_for(floor: Any) -> None:
    marie, till = await floor.person(), await floor.program()
    conversation = await floor.receive()
    assert (await marie.answer(conversation, "Yes", sign=False))["text"] == "Yes"
    assert (await till.answer(conversation, "Yes"))["text"] == "Yes"
    assert (await till.answer(conversation, "Yes", sign=True))["text"] == "Yes\ntill @ Shop"
    assert (await till.answer(conversation, "Yes", sign="Zoe Roy"))["text"] == "Yes\nZoe @ Shop"
    await till.answer(conversation, "Yes", sign="two\nlines", status=422)


async def test_the_preview_counts_it_and_changes_nothing(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    text = "x" * 150
    before = await marie.show(conversation)

    preview = await marie.do(conversation, "preview", {"text": text})

    assert preview["text"] == f"{text}\nMarie @ Shop"
    assert (preview["signature"], preview["parts"]) == ("Marie @ Shop", 2)
    assert preview["characters"] == len(preview["text"])
    assert await marie.show(conversation) == before
    plain = await marie.do(conversation, "preview", {"text": text, "sign": False})
    assert (plain["text"], plain["signature"], plain["parts"]) == (text, None, 1)
    sent = await marie.answer(conversation, text)
    assert (sent["text"], sent["parts"]) == (preview["text"], preview["parts"])
    await marie.do(conversation, "preview", {"text": ""}, status=422)


async def test_a_text_that_is_too_long_only_with_it_is_refused(floor: Any) -> None:
    marie = await floor.person()
    conversation = await floor.receive()
    text = "x" * 1530  # ten parts, full
    problem = await marie.answer(conversation, text, status=422)
    assert problem["code"] == "text_too_long"
    assert (await marie.show(conversation))["assignee"] is None
    assert (await marie.answer(conversation, text, sign=False))["parts"] == 10


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{firstname}", "the placeholders are {first_name}, {person}, {business}"),
        ("{person", "without its }"),
        ("a\nb", "more than one line"),
        ("x" * 201, "longer than 200"),
    ],
)
async def test_an_unfit_signature_is_refused_with_the_reason(
    floor: Any, template: str, why: str
) -> None:
    marie = await floor.person()
    for path in ("/v1/inboxes/main", f"/v1/users/{marie.id}"):
        problem = await floor.api.admin("PATCH", path, status=422, json={"signature": template})
        assert (problem["code"], problem["errors"][0]["pointer"]) == (
            "signature_unfit",
            "/signature",
        )
        assert why in problem["errors"][0]["detail"]
    body = {"name": "luc", "display_name": "Luc", "signature": template}
    await floor.api.admin("POST", "/v1/users", status=422, json=body)


async def test_an_inbox_gives_its_signature_back(floor: Any) -> None:
    changed = await floor.inbox(signature="{person}")
    assert (changed["signature"], "signature" in changed["inherited"]) == ("{person}", False)
    back = await floor.inbox(signature=None)
    assert (back["signature"], "signature" in back["inherited"]) == (
        "{first_name} @ {business}",
        True,
    )
