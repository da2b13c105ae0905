"""Troubles in words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gatewayd.story import remedy, sentence, tried, trouble
from modem.ladder import Cause, Step

TORONTO = ZoneInfo("America/Toronto")


def at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("closed_at", "cure", "told"),
    [
        (at(25, 2, 16), "radio", "deaf 02:14–02:16, cured by radio restart"),
        (at(25, 2, 16), None, "deaf 02:14–02:16"),
        (at(26, 0, 5), "radio", "deaf 2026-11-25 02:14–2026-11-26 00:05, cured by radio restart"),
        (None, None, "deaf since 02:14"),
    ],
)
def test_an_incident(closed_at: datetime | None, cure: str | None, told: str) -> None:
    opened_at = at(25, 2, 14)
    assert sentence("modem_deaf", opened_at=opened_at, closed_at=closed_at, cure=cure) == told


def test_each_cause_and_each_step_has_its_words() -> None:
    assert all("_" not in trouble(cause) and "modem" not in trouble(cause) for cause in Cause)
    assert all(remedy(step) != step.value for step in Step)
    assert trouble("parts_not_joined") == "parts not joined"
    assert remedy("what was kept aside has been handled") == "what was kept aside has been handled"


def test_a_step() -> None:
    assert tried("radio", helped=True, seconds=3.4, detail=None) == "radio restart helped (3 s)"
    assert tried("rearm", helped=False, seconds=0.1, detail=None).endswith("did not help (0 s)")
    assert tried("rearm", helped=False, seconds=0, detail="why").endswith("was skipped: why")
