"""A shop without teams, as most begin: who is told of what waits, and where it goes."""

from typing import Any

import pytest

from storage import inboxes
from storage.people import AbsenceKind

CUSTOMER = "+15145550123"
WAITED = f"{CUSTOMER} has waited 30 min for an answer."
OVERDUE = f"Overdue: {CUSTOMER} has waited 1 h 00 for an answer."


@pytest.fixture(autouse=True)
async def without_team(team: Any) -> None:
    async with team.shop.store.write() as tx:
        values = {"team_id": None}
        await inboxes.change(
            tx, "main", values, fields=values, version=None, by="tok", now_ms=team.now_ms
        )


async def test_what_nobody_has_is_everybody_s_to_be_reminded_of(team: Any) -> None:
    await team.writes("2026-12-03T10:00", to=None)
    await team.at("2026-12-03T10:30")
    assert (await team.sms("lea"), await team.sms("max")) == ([WAITED], [WAITED])


async def test_what_is_overdue_is_told_to_all_who_could_answer(team: Any) -> None:
    await team.writes("2026-12-03T10:00", to="lea")
    await team.at("2026-12-03T10:30")
    assert await team.sms("max") == []
    await team.at("2026-12-03T11:00")
    assert await team.sms("max") == [OVERDUE]


async def test_it_is_told_once_that_it_goes_and_that_it_is_due(team: Any) -> None:
    """In the morning both come together."""
    place = await team.writes("2026-12-03T16:35", to="lea")
    team.shop.clock.ms += 1_800_000
    await team.absent("lea", AbsenceKind.SICK)
    await team.at("2026-12-04T09:05")
    assert await team.holder(place) == "max"
    assert await team.told() == ["reassigned", "reminder", "due_soon"]
    assert await team.sms("max") == [
        f"The conversation with {CUSTOMER} is yours now; they have waited 30 min."
    ]
