"""Troubles as the command line tells them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

STEP = {"step": "rearm", "helped": False, "seconds": 0.2, "at": "2026-12-01T12:00:01Z"}
INCIDENT = {
    "id": "inc_1",
    "kind": "modem_deaf",
    "detail": "nothing is announced",
    "opened_at": "2026-12-01T12:00:00.000Z",
    "closed_at": "2026-12-01T12:02:00.000Z",
    "cure": "radio",
    "story": "deaf 07:00–07:02, cured by radio restart",
    "steps": [STEP | {"detail": None}, STEP | {"step": "radio", "detail": "why"}],
    "recording": "inc_1.at",
}
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC).astimezone()  # where the tests run
PATH = "/v1/modems/counter/incidents"


def test_a_modem_s_troubles(daemon: Any, run: Any, script: Any) -> None:
    bare = INCIDENT | {"steps": [], "recording": None, "detail": ""}
    daemon.on("GET", PATH, script.answer({"items": [INCIDENT, bare], "next": None}))
    assert run("modems", "incidents", "counter", "--limit", "2").out.splitlines() == [
        "2026-12-01  deaf 07:00–07:02, cured by radio restart: nothing is announced",
        "    turning its announcements on did not help (0 s)",
        "    radio restart was skipped: why",
        "    recorded in troubles/inc_1.at",
        "2026-12-01  deaf 07:00–07:02, cured by radio restart",
    ]
    assert daemon.asked[0].query == {"limit": "2"}
    assert json.loads(run("modems", "incidents", "counter", "--json").out) == [INCIDENT, bare]


def test_no_trouble(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("GET", PATH, script.answer({"items": [], "next": None}))
    assert "no trouble" in run("modems", "incidents", "counter").err


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"state": "open"}, "counter: deaf since 12:02"),
        (
            {"state": "step", "step": "radio", "helped": True, "seconds": 2.0},
            "counter: deaf, radio restart helped (2 s)",
        ),
        (
            {"state": "closed", "seconds": 120.0, "cure": "radio"},
            "counter: deaf 12:00–12:02, cured by radio restart",
        ),
    ],
)
def test_an_event_is_a_sentence(daemon: Any, run: Any, script: Any, data: Any, told: str) -> None:
    event = {
        "id": "evt_1",
        "type": "modem.incident",
        "created_at": "2026-12-01T12:02:00.000Z",
        "data": {"modem": "counter", "id": "inc_1", "code": "modem_deaf", **data},
    }
    daemon.on("GET", "/v1/events", script.answer({"items": [event], "next": None}))
    shown = run("events").out.splitlines()[1].split("\t")[2]
    assert shown == told.replace("12:0", f"{NOON:%H}:0")
