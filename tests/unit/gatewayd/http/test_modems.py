from datetime import UTC, datetime, timedelta
from typing import Any

from gatewayd.directory import ModemView, PauseView
from gatewayd.http.models.modems import modem_json
from gatewayd.services.tokens import Scope


async def test_modems_are_shown_as_the_contract_says(api: Any) -> None:
    body = await api.admin("GET", "/v1/modems")

    counter, spare = body["items"]
    assert body["next"] is None
    assert counter == {
        "name": "counter",
        "state": "ready",
        "reason": None,
        "number": "+15145550100",
        "imei": None,
        "iccid": None,
        "operator": None,
        "registration": None,
        "signal_dbm": -71,
        "queue": 0,
        "sent_today": 0,
        "limits": {},
        "cost_this_month": None,
        "store_used": None,
        "store_size": None,
        "since": "2026-12-01T12:00:00.000Z",
        "muted": False,
        "paused": None,
        "incidents": [],
    }
    assert spare["incidents"] == [
        {
            "id": "inc_1",
            "kind": "deaf",
            "detail": "no answer",
            "opened_at": "2026-12-01T12:00:00.000Z",
            "closed_at": None,
            "cure": None,
        }
    ]
    assert await api.admin("GET", "/v1/modems/counter") == counter


def test_a_pause_is_shown_with_its_next_try() -> None:
    noon = datetime(2026, 12, 1, 12, tzinfo=UTC)
    pause = PauseView(since=noon, detail="no credit", next_try_at=noon + timedelta(minutes=1))
    view = ModemView(name="counter", state="ready", since=noon, paused=pause)

    assert modem_json(view).model_dump(mode="json")["paused"] == {
        "since": "2026-12-01T12:00:00.000Z",
        "detail": "no credit",
        "next_try_at": "2026-12-01T12:01:00.000Z",
    }


async def test_a_modem_can_be_told_what_to_do(api: Any) -> None:
    await api.admin("POST", "/v1/modems/counter/restart", status=202)
    assert (await api.admin("POST", "/v1/modems/counter/mute"))["muted"] is True
    assert (await api.admin("POST", "/v1/modems/counter/unmute"))["muted"] is False

    assert api.modems.told == [
        ("restart", "counter"),
        ("mute", "counter", "True"),
        ("mute", "counter", "False"),
    ]


async def test_an_unknown_modem_is_not_found(api: Any) -> None:
    for method, path in (("GET", ""), ("POST", "/restart"), ("POST", "/mute"), ("POST", "/unmute")):
        body = await api.admin(method, f"/v1/modems/attic{path}", status=404)
        assert body["detail"] == "there is no modem 'attic'"


async def test_only_an_administrator_tells_modems_what_to_do(api: Any) -> None:
    headers = await api.token(Scope.MESSAGES_READ, Scope.MESSAGES_SEND)

    async with api.tcp.get("/v1/modems", headers=headers) as answer:
        assert answer.status == 200
    async with api.tcp.post("/v1/modems/counter/mute", headers=headers) as answer:
        assert answer.status == 403
    assert api.modems.told == []
