"""Messages over HTTP: shown, listed, canceled, settled, measured."""

from typing import Any

import pytest

from storage import outbox
from storage.inbound import NewIncoming, insert_incoming
from storage.outbox import ClaimedPart

NOON = "2026-12-01T12:00:00.000Z"


async def _on_air(api: Any, *, unknown: bool = False) -> str:
    """Send a message and take it as a modem's worker would; gives its id."""
    sent = await api.send()
    now_ms = api.clock.now_ms()
    async with api.context.store.write() as tx:
        part = await outbox.claim(tx, modem="counter", iccid="89", inboxes=["main"], now_ms=now_ms)
        assert isinstance(part, ClaimedPart)
        await outbox.mark_submitting(
            tx,
            part_id=part.part_id,
            modem="counter",
            iccid="89",
            imei="35",
            now_ms=now_ms,
            deadline_ms=now_ms + 60_000,
        )
        if unknown:
            await outbox.mark_unknown(
                tx, part_id=part.part_id, code="silence", detail="no answer", now_ms=now_ms + 1
            )
        else:
            await outbox.accept(tx, part_id=part.part_id, reference=7, now_ms=now_ms + 1)
    return str(sent["id"])


async def test_a_message_is_shown_with_its_attempts(api: Any) -> None:
    message_id = await _on_air(api)

    body = await api.admin("GET", f"/v1/messages/{message_id}")

    assert (body["state"], body["modem"], body["error"]) == ("sent", "counter", None)
    assert body["sent_at"] == "2026-12-01T12:00:00.001Z"
    assert (body["priority"], body["on_unknown"], body["delivery_report"]) == (
        "normal",
        "hold",
        True,
    )
    assert body["attempts"] == [
        {
            "part": 1,
            "modem": "counter",
            "started_at": NOON,
            "ended_at": "2026-12-01T12:00:00.001Z",
            "reference": 7,
            "outcome": "accepted",
            "error": None,
        }
    ]


async def test_an_unknown_id_is_not_found(api: Any) -> None:
    for method, path in (
        ("GET", "/v1/messages/msg_x"),
        ("GET", "/v1/messages/a%2Fb"),
        ("POST", "/v1/messages/msg_x/cancel"),
    ):
        assert (await api.admin(method, path, status=404))["code"] == "not_found"
    await api.admin("POST", "/v1/messages/x/resolve", status=404, json={"as": "sent"})


async def test_what_waits_can_be_canceled_also_twice(api: Any) -> None:
    sent = await api.send()

    for _ in range(2):
        body = await api.admin("POST", f"/v1/messages/{sent['id']}/cancel")
        assert body["state"] == "canceled"


async def test_what_is_on_the_air_cannot_be_canceled(api: Any) -> None:
    message_id = await _on_air(api)

    body = await api.admin("POST", f"/v1/messages/{message_id}/cancel", status=409)

    assert body["code"] == "too_late"
    assert "it is sent" in body["detail"]


@pytest.mark.parametrize(
    ("as_", "state"), [("sent", "sent"), ("failed", "failed"), ("resend", "queued")]
)
async def test_a_person_settles_what_is_unknown(api: Any, as_: str, state: str) -> None:
    message_id = await _on_air(api, unknown=True)
    before = await api.admin("GET", f"/v1/messages/{message_id}")

    body = await api.admin("POST", f"/v1/messages/{message_id}/resolve", json={"as": as_})

    assert (before["state"], before["error"]["code"]) == ("unknown", "silence")
    assert body["state"] == state


async def test_only_what_is_unknown_is_settled(api: Any) -> None:
    message_id = await _on_air(api)

    body = await api.admin(
        "POST", f"/v1/messages/{message_id}/resolve", status=409, json={"as": "sent"}
    )
    assert body["code"] == "not_unknown"
    await api.admin(
        "POST", f"/v1/messages/{message_id}/resolve", status=422, json={"as": "delivered"}
    )


async def test_the_list_is_newest_first_and_has_pages(api: Any) -> None:
    ids = [(await api.send(client_reference=f"r{n}"))["id"] for n in range(5)]

    first = await api.admin("GET", "/v1/messages?limit=2")
    second = await api.admin("GET", f"/v1/messages?limit=3&cursor={first['next']}")

    assert [item["id"] for item in first["items"]] == [ids[4], ids[3]]
    assert [item["id"] for item in second["items"]] == [ids[2], ids[1], ids[0]]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("direction=out", True),
        ("direction=in", False),
        ("state=queued", True),
        ("state=sent", False),
        ("inbox=main", True),
        ("contact=514-555-0123", True),
        ("contact=%2B15145550123", True),
        ("contact=%2B15145550124", False),
        ("since=2026-12-01T12:00:00Z", True),
        ("since=2026-12-01T12:00:01Z", False),
        ("until=2026-12-01T12:00:00Z", False),
        ("q=ORDER", True),
        ("q=%25", False),
        ("client_reference=r1", True),
        ("client_reference=r2", False),
        ("direction=out&state=queued&q=ready", True),
    ],
)
async def test_the_list_is_filtered(api: Any, query: str, *, found: bool) -> None:
    await api.send(client_reference="r1")

    assert bool((await api.admin("GET", f"/v1/messages?{query}"))["items"]) is found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/query/limit"),
        ("limit=201", "/query/limit"),
        ("state=lost", "/query/state"),
        ("direction=up", "/query/direction"),
        ("cursor=msg_x", "/query/cursor"),
        ("since=yesterday", "/query/since"),
        ("order=asc", "/query/order"),
        ("q=", "/query/q"),
    ],
)
async def test_a_wrong_filter_is_pointed_at(api: Any, query: str, pointer: str) -> None:
    body = await api.admin("GET", f"/v1/messages?{query}", status=422)

    assert [error["pointer"] for error in body["errors"]] == [pointer]


async def test_an_incoming_message_has_the_same_shape(api: Any) -> None:
    sent = await api.send()
    async with api.context.store.write() as tx:
        await insert_incoming(
            tx,
            NewIncoming(
                id="msg_in",
                from_="+15145550177",
                to_number="+15145550100",
                text="Allo […]",
                encoding="gsm7",
                inbox="main",
                modem="counter",
                iccid="89",
                kind="text",
                sc_time_ms=None,
                parts_total=3,
                parts_present=2,
                complete=False,
            ),
            now_ms=api.clock.now_ms(),
        )

    body = await api.admin("GET", "/v1/messages/msg_in")
    listed = (await api.admin("GET", "/v1/messages?direction=in"))["items"]

    assert (body["direction"], body["state"], body["from"]) == ("in", "received", "+15145550177")
    assert (body["kind"], body["complete"], body["missing_parts"]) == ("text", False, 1)
    assert set(listed[0]) == set(sent) - {"failover"} | {"kind", "complete", "missing_parts"}
    assert (body["author"], body["attempts"], body["priority"]) == (None, [], None)
    await api.admin("POST", "/v1/messages/msg_in/cancel", status=404)


async def test_a_preview_tells_what_a_text_costs(api: Any) -> None:
    body = await api.admin("POST", "/v1/messages/preview", json={"text": "l’été " + "a" * 70})

    assert body == {
        "encoding": "ucs2",
        "national": None,
        "parts": 2,
        "max_parts": 10,
        "characters": 76,
        "units_used": 76,
        "units_left": 58,
        "forced": [{"index": 1, "character": "’", "replacement": "'"}],
        "cost": None,
    }


async def test_a_preview_also_measures_what_is_too_long(api: Any) -> None:
    body = await api.admin("POST", "/v1/messages/preview", json={"text": "a" * 50_000})

    assert body["parts"] == 327
    await api.admin("POST", "/v1/messages/preview", status=422, json={"text": ""})
