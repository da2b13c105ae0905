"""Consent over HTTP: the ledger, set by hand, and what is refused because of it."""

from typing import Any

import pytest

from storage import people, rulebook
from storage.inbound import NewIncoming, insert_incoming
from storage.people import NewPerson

CUSTOMER = "+15145550123"
LATER = "2026-12-01T13:00:00.000Z"


async def contact_of(api: Any, text: str = "Hello?") -> str:
    """Let a customer write, and give their contact's id."""
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=f"msg_{text}",
        from_=CUSTOMER,
        to_number="+15145550100",
        text=text,
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with api.context.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)
    (contact,) = (await api.admin("GET", f"/v1/contacts?number={CUSTOMER[1:]}"))["items"]
    return str(contact["id"])


async def opt_out(api: Any, contact_id: str, **fields: Any) -> dict[str, Any]:
    body = {"what": "opted_out", "reason": "said so at the counter"} | fields
    answer: dict[str, Any] = await api.admin(
        "POST", f"/v1/contacts/{contact_id}/consent", json=body
    )
    return answer


async def set_book(api: Any, document: dict[str, Any]) -> None:
    async with api.context.store.write() as tx:
        now_ms = api.clock.now_ms()
        await rulebook.add(tx, document, version=None, by="tok_1", now_ms=now_ms)


async def conversation_of(api: Any) -> dict[str, Any]:
    (found,) = (await api.admin("GET", "/v1/conversations"))["items"]
    body: dict[str, Any] = await api.admin("GET", f"/v1/conversations/{found['id']}")
    return body


async def test_an_opt_out_by_hand_is_written_down_and_holds(api: Any) -> None:
    contact_id = await contact_of(api)
    consent = await opt_out(api, contact_id)
    assert await api.admin("GET", f"/v1/contacts/{contact_id}/consent") == consent
    (entry,) = consent["ledger"]
    assert entry.pop("id").startswith("cst_")
    assert entry.pop("author")["type"] == "local"
    assert entry == {
        "what": "opted_out",
        "at": "2026-12-01T12:00:00.000Z",
        "number": CUSTOMER,
        "inbox": "main",
        "business_number": None,
        "source": "said so at the counter",
        "message_id": None,
        "expires_at": None,
    }
    assert [row["inbox"] for row in consent["opted_out"]] == ["main"]
    conversation = await conversation_of(api)
    assert conversation["contact"]["opted_out"] is True
    newest = conversation["timeline"]["items"][0]
    assert (newest["type"], newest["consent"]) == ("consent", "opted_out")
    assert newest["author"]["type"] == "local"

    back = await opt_out(api, contact_id, what="opted_in", reason="asked for it again")
    assert back["opted_out"] == []
    assert [entry["what"] for entry in back["ledger"]] == ["opted_in", "opted_out"]
    await api.send()


async def test_of_who_was_erased_nothing_is_written_down(api: Any) -> None:
    contact_id = await contact_of(api)
    gone = {"reason": "asked for it"}
    await api.admin("POST", f"/v1/contacts/{contact_id}/erase", json=gone)
    said = {"what": "opted_out", "reason": "said so at the counter"}
    path = f"/v1/contacts/{contact_id}/consent"
    assert (await api.admin("POST", path, status=404, json=said))["code"] == "not_found"


async def test_what_they_do_not_want_is_refused_with_the_reason(api: Any) -> None:
    contact_id = await contact_of(api)
    await opt_out(api, contact_id)
    to = {"to": "514 555-0123", "text": "Sale!"}
    refused = await api.admin("POST", "/v1/messages", status=422, json=to)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("opted_out", "/to")
    conversation = await conversation_of(api)
    path = f"/v1/conversations/{conversation['id']}/messages"
    refused = await api.admin("POST", path, status=409, json={"text": "It is ready"})
    assert refused["code"] == "opted_out"
    # The scope is the number that they wrote to.
    await api.send(inbox="spare")


async def test_a_refused_key_may_be_used_again(api: Any) -> None:
    contact_id = await contact_of(api)
    await opt_out(api, contact_id)
    asked = {"json": {"to": CUSTOMER, "text": "Hi"}, "headers": {"Idempotency-Key": "k1"}}
    await api.admin("POST", "/v1/messages", status=422, **asked)
    await opt_out(api, contact_id, what="opted_in")
    await api.admin("POST", "/v1/messages", status=202, **asked)
    # The first answer is given again, whatever they have said since.
    await opt_out(api, contact_id)
    await api.admin("POST", "/v1/messages", status=202, **asked)


async def test_staff_may_answer_a_direct_question_where_managers_allow_it(api: Any) -> None:
    await set_book(api, {"consent": {"staff_may_answer_opted_out": True}})
    contact_id = await contact_of(api)
    await opt_out(api, contact_id)
    path = f"/v1/conversations/{(await conversation_of(api))['id']}/messages"
    await api.admin("POST", path, status=202, json={"text": "It is ready"})
    # Answered; a second one would be unasked for.
    refused = await api.admin("POST", path, status=409, json={"text": "And a sale!"})
    assert refused["code"] == "opted_out"
    await api.admin("POST", "/v1/messages", status=422, json={"to": CUSTOMER, "text": "Sale!"})


async def test_a_blocked_contact_is_sent_nothing(api: Any) -> None:
    contact_id = await contact_of(api)
    await api.admin("POST", f"/v1/contacts/{contact_id}/block")
    to = {"to": CUSTOMER, "text": "Sale!"}
    refused = await api.admin("POST", "/v1/messages", status=422, json=to)
    assert refused["code"] == "contact_blocked"


@pytest.mark.parametrize("listed", [False, True])
async def test_our_own_phones_and_alarm_recipients_are_exempt(api: Any, *, listed: bool) -> None:
    contact_id = await contact_of(api)
    await opt_out(api, contact_id)
    if listed:
        await set_book(api, {"lists": {"alarm_recipients": [CUSTOMER]}})
    else:
        async with api.context.store.write() as tx:
            person = NewPerson(name="lea", display_name="Léa", phone=CUSTOMER)
            await people.create(tx, person, by="tok_1", now_ms=api.clock.now_ms())
    await api.send(priority="bulk")


async def test_bulk_messages_wait_for_the_contact_s_morning(api: Any) -> None:
    """Noon in Greenwich is four in the morning in Vancouver."""
    sent = await api.send(to="+16045550123", priority="bulk")
    waiting = await api.admin("GET", f"/v1/messages/{sent['id']}")
    assert waiting["send_at"] == "2026-12-01T16:00:00.000Z"
    later = await api.send(to="+16045550123", priority="bulk", send_at="2026-12-01T20:00:00.000Z")
    waiting = await api.admin("GET", f"/v1/messages/{later['id']}")
    assert waiting["send_at"] == "2026-12-01T20:00:00.000Z"
    asked = await api.send(to="+16045550123")
    assert (await api.admin("GET", f"/v1/messages/{asked['id']}"))["send_at"] is None
    await set_book(api, {"consent": {"quiet_hours": "off"}})
    now = await api.send(to="+16045550123", priority="bulk")
    assert (await api.admin("GET", f"/v1/messages/{now['id']}"))["send_at"] is None


async def test_what_cannot_be_set_is_refused(api: Any) -> None:
    contact_id = await contact_of(api)
    path = f"/v1/contacts/{contact_id}/consent"
    body = {"what": "opted_out", "reason": "by phone"}
    for fields, code in (
        ({"inbox": "nowhere"}, "inbox_unknown"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expiry_in_the_past"),
    ):
        refused = await api.admin("POST", path, status=422, json=body | fields)
        assert refused["code"] == code
    await api.admin("POST", "/v1/contacts/con_none/consent", status=404, json=body)
    await api.admin("GET", "/v1/contacts/con_none/consent", status=404)
    consent = await opt_out(api, contact_id, expires_at=LATER)
    assert consent["opted_out"][0]["until"] == LATER
