from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gatewayd.directory import CanaryView, ModemView, PauseView
from gatewayd.http.models.modems import modem_json
from gatewayd.services.tokens import Scope
from gatewayd.survey import FoundStick, StickState


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
        "canary": None,
        "balance": None,
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
            "story": "deaf since 07:00",
            "steps": [
                {
                    "step": "rearm",
                    "helped": False,
                    "seconds": 0.1,
                    "at": "2026-12-01T12:00:00.000Z",
                    "detail": None,
                }
            ],
            "recording": "inc_1.at",
        }
    ]
    assert await api.admin("GET", "/v1/modems/counter") == counter


async def test_what_its_canaries_proved_is_shown_and_measured(api: Any) -> None:
    proof = CanaryView(last_ok_at=datetime(2026, 12, 1, 11, tzinfo=UTC), age_seconds=3600.0)
    api.modems.modems["counter"] = replace(api.modems.modems["counter"], canary=proof)
    api.modems.modems["spare"] = replace(api.modems.modems["spare"], canary=CanaryView())

    counter, spare = (await api.admin("GET", "/v1/modems"))["items"]
    async with api.tcp.get("/metrics") as answer:
        figures = await answer.text()

    assert counter["canary"] == {"last_ok_at": "2026-12-01T11:00:00.000Z", "awaiting_since": None}
    assert spare["canary"] == {"last_ok_at": None, "awaiting_since": None}
    measured = [line for line in figures.splitlines() if "canary_age_seconds{" in line]
    assert measured == ['gatewayd_modem_canary_age_seconds{modem="counter"} 3600.0']


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


async def test_a_sim_is_confirmed_where_one_waits_for_it(api: Any) -> None:
    refused = await api.admin("POST", "/v1/modems/counter/confirm-sim", status=409)
    assert refused["code"] == "sim_not_held"
    assert refused["detail"].endswith("it is ready")
    api.modems.modems["spare"] = replace(api.modems.modems["spare"], state="held")
    shown = await api.admin("POST", "/v1/modems/spare/confirm-sim", status=202)
    assert shown["name"] == "spare"
    assert api.modems.told[-1] == ("confirm-sim", "spare")


async def test_the_sticks_of_the_machine_are_shown(api: Any) -> None:
    api.modems.sticks = [
        FoundStick(
            place="1-2",
            usb_id="12d1:1001",
            description="HUAWEI Mobile",
            ports=("/dev/ttyUSB0",),
            state=StickState.FREE,
            imei="490154203237518",
            table="[[modems]]",
        )
    ]
    body = await api.admin("GET", "/v1/modems/found")
    assert body == {
        "items": [
            {
                "place": "1-2",
                "usb_id": "12d1:1001",
                "description": "HUAWEI Mobile",
                "serial": None,
                "ports": ["/dev/ttyUSB0"],
                "state": "free",
                "modem": None,
                "held_by": None,
                "reason": None,
                "imei": "490154203237518",
                "manufacturer": None,
                "model": None,
                "table": "[[modems]]",
            }
        ],
        "next": None,
    }
    await api.admin("GET", "/v1/modems/found?ask=false")
    await api.admin("GET", "/v1/modems/found?ask=perhaps", status=422)
    assert api.modems.told == [("found", "True"), ("found", "False")]
    headers = await api.token(Scope.MESSAGES_READ)
    async with api.tcp.get("/v1/modems/found", headers=headers) as answer:
        assert answer.status == 403


async def test_an_unknown_modem_is_not_found(api: Any) -> None:
    for method, path in (
        ("GET", ""),
        ("GET", "/incidents"),
        ("POST", "/restart"),
        ("POST", "/mute"),
        ("POST", "/unmute"),
    ):
        body = await api.admin(method, f"/v1/modems/attic{path}", status=404)
        assert body["detail"] == "there is no modem 'attic'"


async def test_only_an_administrator_tells_modems_what_to_do(api: Any) -> None:
    headers = await api.token(Scope.MESSAGES_READ, Scope.MESSAGES_SEND)

    async with api.tcp.get("/v1/modems", headers=headers) as answer:
        assert answer.status == 200
    async with api.tcp.post("/v1/modems/counter/mute", headers=headers) as answer:
        assert answer.status == 403
    assert api.modems.told == []
