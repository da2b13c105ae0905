"""Webhooks over HTTP; the posting itself is tests/unit/gatewayd/webhooks' matter."""

from typing import Any

import pytest

from storage import changes, deliveries, webhooks
from storage.deliveries import DeliveryState, Tried

URL = "https://crm.example/sms"


async def make(api: Any, **fields: Any) -> dict[str, Any]:
    body: dict[str, Any] = await api.admin(
        "POST", "/v1/webhooks", status=201, json={"url": URL} | fields
    )
    return body


async def happens(api: Any, *, minute: int, modem: str = "counter") -> str:
    now_ms = api.clock.now_ms() + minute * 60_000
    async with api.context.store.write() as tx:
        data = {"modem": modem}
        return await changes.record(tx, "modem.state", now_ms=now_ms, subject=modem, data=data)


async def put_on_its_way(api: Any, webhook_id: str) -> None:
    """As the courier does it: from the cursor on."""
    async with api.context.store.write() as tx:
        row = await webhooks.get(tx, webhook_id)
        assert row is not None
        events = await changes.after(tx, row.cursor, 200)
        await deliveries.add(tx, webhook_id, events, now_ms=api.clock.now_ms())
        last = events[-1].id
        assert await webhooks.advance(tx, webhook_id, before=row.cursor, after=last)


async def settle(api: Any, webhook_id: str, state: DeliveryState) -> None:
    """End everything that waits."""
    tried = Tried(tried_at_ms=1, duration_ms=2, status=500, answer="no", error=None)
    async with api.context.store.write() as tx:
        page = await deliveries.list_of(tx, webhook_id, state="pending", limit=200)
        for row in page.items:
            assert await deliveries.settle(tx, row, tried, state, due_at_ms=5)


async def test_its_secret_is_shown_when_it_is_made_and_never_again(api: Any) -> None:
    made = await make(api, types=["message.received"], inbox="spare", ordered=True)
    secret = made.pop("secret")

    assert secret.startswith("whsec_")
    assert made == await api.admin("GET", f"/v1/webhooks/{made['id']}")
    assert (await api.admin("GET", "/v1/webhooks"))["items"] == [made]
    assert made["types"] == ["message.received"]
    assert (made["state"], made["pending"], made["ordered"]) == ("active", 0, True)


@pytest.mark.parametrize(
    ("fields", "pointer", "why"),
    [
        ({"url": "http://127.0.0.1:8080/"}, "/url", "private network"),
        ({"url": "file:///etc/passwd"}, "/url", "https://"),
        ({"types": ["message.eaten"]}, "/types", "unknown: 'message.eaten'"),
        ({"types": []}, "/types", "at least 1"),
        ({"inbox": "attic"}, "/inbox", "known: main, spare"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    api: Any, fields: dict[str, Any], pointer: str, why: str
) -> None:
    made = await make(api)
    for method, path in (("POST", "/v1/webhooks"), ("PATCH", f"/v1/webhooks/{made['id']}")):
        answer = await api.admin(method, path, status=422, json={"url": URL} | fields)
        (error,) = answer["errors"]
        assert error["pointer"] == pointer
        assert why in error["detail"]


async def test_a_change_leaves_what_it_does_not_name(api: Any) -> None:
    made = await make(api, types=["message.received"], inbox="spare")
    path = f"/v1/webhooks/{made['id']}"
    changed = await api.admin("PATCH", path, json={"inbox": None, "ordered": True})

    assert (changed["inbox"], changed["ordered"]) == (None, True)
    assert changed["types"] == ["message.received"]
    assert (await api.admin("PATCH", path, json={"types": None}))["types"] is None
    null = await api.admin("PATCH", path, status=422, json={"url": None})
    assert null["errors"] == [{"pointer": "/url", "detail": "input should be a valid string"}]


async def test_it_is_disabled_and_enabled_by_hand(api: Any) -> None:
    made = await make(api)
    path = f"/v1/webhooks/{made['id']}"
    off = await api.admin("PATCH", path, json={"enabled": False})
    assert (off["state"], off["disabled_reason"]) == ("disabled", "disabled by an administrator")

    on = await api.admin("PATCH", path, json={"enabled": True})
    assert (on["state"], on["disabled_reason"]) == ("active", None)
    headers = {"Accept": "application/json"}
    told = await api.admin("GET", "/v1/events?types=webhook.state", headers=headers)
    assert [one["data"]["state"] for one in told["items"]] == ["disabled", "active"]


async def test_a_rotation_gives_a_new_secret(api: Any) -> None:
    made = await make(api)
    rotated = await api.admin("POST", f"/v1/webhooks/{made['id']}/rotate")

    assert rotated["secret"] not in {made["secret"], None}
    assert rotated["previous_secret_until"] > made["created_at"]


async def test_a_removed_one_is_gone_with_its_deliveries(api: Any) -> None:
    made = await make(api)
    await happens(api, minute=0)
    await put_on_its_way(api, made["id"])
    path = f"/v1/webhooks/{made['id']}"
    async with api.unix.delete(path) as answer:
        assert answer.status == 204
    for method in ("GET", "DELETE"):
        await api.admin(method, path, status=404)
    for verb in ("rotate", "resend"):
        body = {"json": {"since": "2026-12-01T00:00:00Z"}} if verb == "resend" else {}
        await api.admin("POST", f"{path}/{verb}", status=404, **body)
    async with api.context.store.read() as tx:
        assert await deliveries.backlogs(tx) == {}


async def test_deliveries_are_listed_by_pages_and_shown_with_their_request(api: Any) -> None:
    made = await make(api)
    events = [await happens(api, minute=minute) for minute in range(3)]
    await put_on_its_way(api, made["id"])
    path = f"/v1/webhooks/{made['id']}/deliveries"
    first = await api.admin("GET", f"{path}?limit=2")
    second = await api.admin("GET", f"{path}?limit=2&cursor={first['next']}")

    listed = first["items"] + second["items"]
    assert [row["event_id"] for row in listed] == events[::-1]
    assert second["next"] is None
    shown = await api.admin("GET", f"{path}/{listed[0]['id']}")
    request = shown.pop("request")
    assert shown == listed[0]
    assert (request["id"], request["data"]) == (events[2], {"modem": "counter"})
    assert (await api.admin("GET", f"{path}?state=failed"))["items"] == []
    wrong = await api.admin("GET", f"{path}?cursor=dlv_x", status=422)
    assert wrong["errors"][0]["pointer"] == "/query/cursor"
    await api.admin("GET", f"{path}/dlv_x", status=404)


async def test_one_is_posted_again_by_hand(api: Any) -> None:
    made = await make(api)
    await happens(api, minute=0)
    await put_on_its_way(api, made["id"])
    path = f"/v1/webhooks/{made['id']}/deliveries"
    (row,) = (await api.admin("GET", path))["items"]
    waits = await api.admin("POST", f"{path}/{row['id']}/resend", status=409)
    assert waits["code"] == "already_waiting"

    await settle(api, made["id"], DeliveryState.FAILED)
    again = await api.admin("POST", f"{path}/{row['id']}/resend", status=202)
    assert (again["state"], again["tries"], again["status"]) == ("pending", 0, 500)

    await settle(api, made["id"], DeliveryState.DELIVERED)
    async with api.context.store.write() as tx:
        await changes.record(tx, "x", now_ms=api.clock.now_ms() + 9_000, subject="x", data={})
        await changes.prune(tx, api.clock.now_ms() + 5_000, now_ms=api.clock.now_ms() + 10_000)
    gone = await api.admin("POST", f"{path}/{row['id']}/resend", status=409)
    assert gone["code"] == "event_gone"


async def test_the_events_of_a_time_are_posted_again_the_never_posted_too(api: Any) -> None:
    made = await make(api, inbox="main", types=["modem.state"])
    path = f"/v1/webhooks/{made['id']}"
    for minute in (1, 2):
        await happens(api, minute=minute)
    await put_on_its_way(api, made["id"])
    await settle(api, made["id"], DeliveryState.FAILED)
    await happens(api, minute=3)
    await put_on_its_way(api, made["id"])
    await settle(api, made["id"], DeliveryState.DELIVERED)
    await api.admin("PATCH", path, json={"enabled": False})
    missed = await happens(api, minute=4)
    await happens(api, minute=4, modem="spare")
    await api.admin("PATCH", path, json={"enabled": True})
    await happens(api, minute=5)  # the courier has not looked at it yet

    span = {"since": "2026-12-01T12:02:00Z", "until": "2026-12-01T12:05:00Z"}
    assert await api.admin("POST", f"{path}/resend", status=202, json=span) == {"count": 2}
    waiting = (await api.admin("GET", f"{path}/deliveries?state=pending"))["items"]
    assert waiting[0]["event_id"] == missed
    whole = {"since": "2026-12-01T00:00:00Z", "until": "2026-12-02T00:00:00Z"}
    everything = whole | {"delivered_too": True}
    assert await api.admin("POST", f"{path}/resend", status=202, json=everything) == {"count": 2}
    assert (await api.admin("GET", path))["pending"] == 4
    assert await api.admin("POST", f"{path}/resend", status=202, json={"since": span["since"]}) == {
        "count": 0
    }


async def test_metrics_tell_what_waits(api: Any) -> None:
    made = await make(api)
    await happens(api, minute=0)
    await put_on_its_way(api, made["id"])
    api.clock.ms += 7_000
    async with api.unix.get("/metrics") as answer:
        text = await answer.text()
    assert f'gatewayd_webhook_pending{{webhook="{made["id"]}"}} 1.0' in text
    assert f'gatewayd_webhook_lag_seconds{{webhook="{made["id"]}"}} 7.0' in text
    assert f'gatewayd_webhook_failing{{webhook="{made["id"]}"}} 0.0' in text
