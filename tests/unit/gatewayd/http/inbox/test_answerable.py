"""Whether a conversation can be answered, said beforehand as it is when somebody tries."""

from typing import Any

import pytest

from config.schema import Settings
from gatewayd.services.inboxes import seed_inboxes
from storage import modems, rulebook

LATER, LATEST = "2026-12-02T09:00:00Z", "2026-12-03T09:00:00Z"


class Desk:
    """A customer who wrote."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.api = room.api

    async def begin(self) -> "Desk":
        await self.room.inboxes("main", "spare")
        self.id = (await self.room.receive())["conversation_id"]
        self.path = f"/v1/conversations/{self.id}"
        self.contact = f"/v1/contacts/{(await self.shown())['id']}"
        return self

    async def shown(self) -> Any:
        return (await self.api.admin("GET", self.path))["contact"]

    async def stop(self, what: str = "opted_out") -> None:
        said = {"what": what, "reason": "said so"}
        await self.api.admin("POST", f"{self.contact}/consent", json=said)

    async def answer(self, status: int, **more: Any) -> Any:
        body = {"text": "Yes", **more}
        return await self.api.admin("POST", f"{self.path}/messages", status=status, json=body)


@pytest.fixture
async def desk(staffroom: Any) -> Desk:
    return await Desk(staffroom).begin()


async def test_it_is_said_as_it_is_refused(desk: Desk) -> None:
    assert (await desk.shown())["why_not_answerable"] is None
    await desk.stop()
    shown = await desk.shown()
    assert (shown["answerable"], shown["why_not_answerable"]) == (False, "opted_out")
    assert (await desk.answer(409))["code"] == "opted_out"
    await desk.stop("opted_in")
    await desk.api.admin("POST", f"{desk.contact}/block")
    assert (await desk.shown())["why_not_answerable"] == "contact_blocked"
    assert (await desk.answer(409))["code"] == "contact_blocked"
    await desk.api.admin("POST", f"{desk.contact}/unblock")
    shown = await desk.shown()
    assert (shown["answerable"], shown["why_not_answerable"]) == (True, None)
    await desk.answer(202)
    (listed,) = (await desk.api.admin("GET", "/v1/conversations"))["items"]
    assert listed["contact"]["answerable"] is True


async def test_an_opt_out_of_who_asked_may_be_answered_where_the_rules_say_so(desk: Desk) -> None:
    await desk.stop()
    book = {"consent": {"staff_may_answer_opted_out": True}}
    async with desk.api.context.store.write() as tx:
        at: dict[str, Any] = {"version": None, "by": "tok", "now_ms": desk.api.clock.now_ms()}
        await rulebook.add(tx, book, **at)
    assert (await desk.shown())["why_not_answerable"] is None
    await desk.answer(202)
    # It is answered: what comes now is no answer to anything.
    assert (await desk.shown())["why_not_answerable"] == "opted_out"
    assert (await desk.answer(409))["code"] == "opted_out"


async def test_who_was_erased_cannot_be_answered(desk: Desk) -> None:
    await desk.api.admin("POST", f"{desk.contact}/erase", json={"reason": "asked"})
    shown = await desk.shown()
    assert (shown["answerable"], shown["why_not_answerable"]) == (False, "contact_erased")
    assert (await desk.answer(409))["code"] == "contact_erased"


async def test_an_inbox_without_a_modem_cannot_answer(desk: Desk) -> None:
    await desk.room.inboxes("attic")
    there = await desk.room.receive(sender="+15145550188", inbox="attic")
    path = f"/v1/conversations/{there['conversation_id']}"
    contact = (await desk.api.admin("GET", path))["contact"]
    assert contact["why_not_answerable"] == "inbox_without_modem"
    said = {"text": "Yes"}
    refused = await desk.api.admin("POST", f"{path}/messages", status=409, json=said)
    assert refused["code"] == "inbox_without_modem"


async def carry(desk: Desk, *, counter: str, spare: str) -> None:
    """Let the modems be ready with the SIMs of these numbers."""
    async with desk.api.context.store.write() as tx:
        for name, number in (("counter", counter), ("spare", spare)):
            row = modems.ModemRow(name=name, number=number)
            await modems.upsert(tx, row, now_ms=desk.api.clock.now_ms())


async def test_an_opt_out_goes_along_with_the_number_to_another_inbox(desk: Desk) -> None:
    """They said STOP to the number whose SIM is in another inbox's modem now."""
    context, (first, second) = desk.api.context, ("+15145550100", "+15145550101")
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)
    await carry(desk, counter=first, spare=second)
    await desk.stop()
    there = (await desk.room.receive(inbox="spare"))["conversation_id"]
    desk.path = f"/v1/conversations/{there}"
    assert (await desk.shown())["why_not_answerable"] is None  # two inboxes, two numbers
    await carry(desk, counter=second, spare=first)
    assert (await desk.shown())["why_not_answerable"] == "opted_out"
    assert (await desk.answer(409))["code"] == "opted_out"
    consent = await desk.api.admin("GET", f"{desk.contact}/consent")
    assert {each["inbox"] for each in consent["opted_out"]} == {"main", "spare"}
    headers = {"Accept": "text/html"}
    agent = await desk.room.enter("paul", inboxes=["spare"])
    async with agent.client.get(f"/inbox/all/{there}", headers=headers) as answer:
        assert "This customer asked for no more messages." in await answer.text()
    # What they say to the number there ends it, also where the inbox has no other opt-out.
    said = {"what": "opted_in", "reason": "asked again", "inbox": "spare"}
    await desk.api.admin("POST", f"{desk.contact}/consent", json=said)
    assert (await desk.shown())["why_not_answerable"] is None
    await desk.answer(202)


async def test_exports_say_the_same(desk: Desk) -> None:
    await desk.stop()
    exported = await desk.api.admin("GET", f"{desk.path}/export?format=json")
    assert exported["contact"]["why_not_answerable"] == "opted_out"


async def scheduled(desk: Desk) -> list[str]:
    shown = await desk.api.admin("GET", desk.path)
    return [each["id"] for each in shown["scheduled"]]


async def test_what_is_to_go_later_is_listed_until_it_is_due_or_canceled(desk: Desk) -> None:
    assert await scheduled(desk) == []
    await desk.answer(202)
    last = (await desk.answer(202, send_at=LATEST))["id"]
    first = (await desk.answer(202, send_at=LATER))["id"]
    assert await scheduled(desk) == [first, last]
    await desk.api.admin("POST", f"/v1/messages/{last}/cancel")
    assert await scheduled(desk) == [first]
    desk.api.clock.ms += 86_400_000
    assert await scheduled(desk) == []


async def test_another_conversation_s_is_not_among_them(desk: Desk, settings: Settings) -> None:
    assert settings.sending is not None
    await desk.api.send(to="+15145550199", send_at=LATER)
    mine = await desk.api.send(send_at=LATER)
    assert await scheduled(desk) == [mine["id"]]


async def test_the_page_shows_both_and_keeps_notes(desk: Desk) -> None:
    agent = await desk.room.enter("paul", inboxes=None)
    await desk.answer(202, send_at=LATER)
    page = f"/inbox/all/{desk.id}"
    headers = {"Accept": "text/html"}
    async with agent.client.get(page, headers=headers) as answer:
        text = await answer.text()
    assert "1 answer waits for its time" in text
    await desk.stop()
    async with agent.client.get(page, headers=headers) as answer:
        text = await answer.text()
    assert "This customer asked for no more messages." in text
    assert "waits for its time" not in text  # the opt-out canceled it
    form = {"csrf_token": agent.session["csrf_token"], "as": "note", "text": "rang them instead"}
    async with agent.client.post(f"{page}/answer", data=form, headers=headers) as answer:
        assert "rang them instead" in await answer.text()
