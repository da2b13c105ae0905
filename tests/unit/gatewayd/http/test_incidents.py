"""The list of a modem's troubles."""

from __future__ import annotations

from typing import Any

import pytest

from storage import modems

NOON_MS = 1_796_126_400_000


@pytest.fixture
async def incidents(api: Any) -> list[str]:
    """Three, two of them in one millisecond; the oldest first."""
    ids = []
    async with api.context.store.write() as tx:
        for code, at_ms in (("modem_deaf", 0), ("modem_silent", 60_000), ("x_y", 60_000)):
            opening = {"modem": "counter", "detail": code, "now_ms": NOON_MS + at_ms}
            ids.append(await modems.open_incident(tx, code=code, **opening))
        await modems.open_incident(tx, modem="spare", code="other", detail=None, now_ms=NOON_MS)
        step = {"incident_id": ids[0], "now_ms": NOON_MS + 500}
        await modems.note_step(tx, step="rearm", helped=False, seconds=0.5, detail=None, **step)
        await modems.note_step(
            tx, step="usb_reset", helped=False, seconds=0, detail="no helper", **step
        )
        await modems.close_incident(tx, incident_id=ids[0], cure="radio", now_ms=NOON_MS + 120_000)
        await modems.note_step(tx, step="late", helped=True, seconds=9, detail=None, **step)
    return ids


async def test_the_whole_story(api: Any, incidents: list[str]) -> None:
    page = await api.admin("GET", "/v1/modems/counter/incidents?limit=200")
    assert page["next"] is None
    assert [each["id"] for each in page["items"]] == incidents[::-1]
    assert page["items"][1]["story"].startswith("silent since ")
    first = page["items"][-1]
    assert first["steps"] == [
        {
            "step": "rearm",
            "helped": False,
            "seconds": 0.5,
            "at": "2026-12-01T12:00:00.500Z",
            "detail": None,
        },
        {
            "step": "usb_reset",
            "helped": False,
            "seconds": 0,
            "at": "2026-12-01T12:00:00.500Z",
            "detail": "no helper",
        },
    ]
    assert first["recording"] == f"{incidents[0]}.at"
    assert first["story"] == "deaf 12:00–12:02, cured by radio restart"


async def test_page_by_page(api: Any, incidents: list[str]) -> None:
    seen: list[str] = []
    cursor = ""
    while True:
        page = await api.admin("GET", f"/v1/modems/counter/incidents?limit=1{cursor}")
        seen += [each["id"] for each in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == incidents[::-1]


async def test_what_is_no_cursor(api: Any, incidents: list[str]) -> None:
    assert incidents
    for cursor in ("inc_nothing", "evt_1"):
        body = await api.admin("GET", f"/v1/modems/counter/incidents?cursor={cursor}", status=422)
        assert body["errors"][0]["pointer"] == "/query/cursor"
    others = (await api.admin("GET", "/v1/modems/spare/incidents"))["items"][0]["id"]
    await api.admin("GET", f"/v1/modems/counter/incidents?cursor={others}", status=422)


async def test_the_journal_tells_how_long_and_by_what(api: Any, incidents: list[str]) -> None:
    page = await api.admin("GET", "/v1/events?types=modem.incident", headers=JSON)
    told = [event["data"] for event in page["items"] if event["data"]["id"] == incidents[0]]
    assert [event["state"] for event in told] == ["open", "step", "step", "closed"]
    assert told[2]["detail"] == "no helper"
    assert (told[3]["seconds"], told[3]["cure"]) == (120.0, "radio")


JSON = {"Accept": "application/json"}
