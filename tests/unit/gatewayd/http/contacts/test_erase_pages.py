"""The page that erases a contact: what goes and stays is said before, and what was done after."""

from typing import Any

from storage import copies

AMELIE = "+15145550123"


async def contact_of(room: Any) -> str:
    message = await room.receive("My secret order", sender=AMELIE)
    place = f"/v1/conversations/{message['conversation_id']}"
    await room.api.admin("POST", f"{place}/notes", json={"text": "a note"})
    answer = {"text": "later", "send_at": "2026-12-01T15:00:00Z"}
    await room.api.admin("POST", f"{place}/messages", status=202, json=answer)
    found: str = (await room.api.admin("GET", place))["contact"]["id"]
    return found


async def test_what_would_be_erased_is_said_then_done(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    context = staffroom.api.context
    folder = context.settings.gateway.data_dir
    now_ms = context.clock.now_ms()
    for name, at_ms in (("old.db", now_ms - 1), ("new.db", now_ms + 1)):
        copies.remember(folder, folder / name, now_ms=at_ms)
    place = f"/contacts/{amelie}/erase"
    page = await desk.see(place)
    for said in ("The words of 2 messages", "1 note of ours", "1 message still waits", "new.db"):
        assert said in page
    assert "old.db" not in page

    for written, said in (
        ({"reason": "", "sure": "yes"}, "Write how they asked for it"),
        ({"reason": "by e-mail"}, "Tick the box"),
        ({"reason": "x" * 201, "sure": "yes"}, "at most 200 characters"),
    ):
        assert said in await desk.send(place, status=422, **written)
    assert (await desk.ask(f"/v1/contacts/{amelie}"))["id"] == amelie

    page = await desk.send(place, status=200, reason="by e-mail on 1 December", sure="yes")
    for said in (
        "It is erased",
        "The words of 2 messages",
        "1 message that still waited",
        "new.db",
    ):
        assert said in page
    assert "Erased" in await desk.see(f"/contacts/{amelie}", status=410)
    await desk.see(place, status=404)
    messages = (await desk.ask("/v1/messages"))["items"]
    assert "secret" not in str(messages)


async def test_an_agent_erases_nobody(desk: Any, staffroom: Any) -> None:
    amelie = await contact_of(staffroom)
    agnes = type(desk)(browser=await staffroom.enter("agnes", role="agent"))
    await agnes.see(f"/contacts/{amelie}/erase", status=403)
    await agnes.send(f"/contacts/{amelie}/erase", status=403, reason="x", sure="yes")
    assert "/erase" not in await agnes.see(f"/contacts/{amelie}")
    assert "/erase" in await desk.see(f"/contacts/{amelie}")


async def test_everybody_unknown_is_not_erased(desk: Any, staffroom: Any) -> None:
    message = await staffroom.receive("?", sender="unknown")
    place = f"/v1/conversations/{message['conversation_id']}"
    unknown = (await staffroom.api.admin("GET", place))["contact"]["id"]
    await desk.see(f"/contacts/{unknown}/erase", status=404)
    await desk.send(f"/contacts/{unknown}/erase", status=404, reason="x", sure="yes")
