"""The lists that people work with, over HTTP: who sees what in which, how many, how late."""

from dataclasses import dataclass
from typing import Any

import pytest

from gatewayd.followups import Followups
from gatewayd.services.inboxes import seed_inboxes
from storage.conversations import filing, views
from storage.conversations.states import Turn

MINUTE_MS = 60_000
HOURS = {"hours": "Mo-Fr 09:00-17:00"}


@dataclass(kw_only=True)
class Floor:
    """Marie and her team, and customers who write at noon on a Tuesday."""

    api: Any
    marie: Any
    team: str

    async def writes(self, number: str, *, to: str | None = None, inbox: str = "main") -> str:
        now_ms = self.api.clock.now_ms()
        async with self.api.context.store.write() as tx:
            place = await filing.find_place(
                tx, number=number, inbox=inbox, turn=Turn.CUSTOMER, now_ms=now_ms
            )
            entry = await filing.add_missed_call(
                tx, number=number, inbox=inbox, modem="counter", now_ms=now_ms
            )
            assert entry.place.conversation_id == place.conversation_id
        if to is not None:
            await self.do(place.conversation_id, "assign", {"to": to})
        return place.conversation_id

    async def do(self, conversation_id: str, what: str, body: object = None) -> None:
        options = {} if body is None else {"json": body}
        await self.api.admin("POST", f"/v1/conversations/{conversation_id}/{what}", **options)

    async def later(self, minutes: float) -> None:
        """Let time pass, and the daemon's task look."""
        self.api.clock.ms += round(minutes * MINUTE_MS)
        context = self.api.context
        task = Followups(
            settings=context.settings, store=context.store, bus=context.bus, clock=context.clock
        )
        while await task.round() == 0:
            pass

    async def view(self, name: str, **more: str) -> set[str]:
        path, asked = "/v1/conversations", {"view": name, **more}
        return {row["id"] for row in (await self.marie.ask("GET", path, params=asked))["items"]}

    async def counts(self) -> dict[str, int]:
        counts: dict[str, int] = await self.marie.ask("GET", "/v1/conversations/views")
        assert counts.pop("most_counted") == 1000
        return counts


@pytest.fixture
async def floor(api: Any, staffroom: Any) -> Floor:
    context = api.context
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)
    await api.admin("PATCH", "/v1/inboxes/main", json=HOURS)
    marie = await staffroom.enter("marie")
    body = {"name": "sales", "display_name": "Sales", "members": [marie.person["id"]]}
    team = (await api.admin("POST", "/v1/teams", status=201, json=body))["id"]
    return Floor(api=api, marie=marie, team=team)


async def test_each_view_has_what_it_is_called(floor: Floor) -> None:
    mine = await floor.writes("+15145550121", to=floor.marie.person["id"])
    teams = await floor.writes("+15145550122", to=floor.team)
    nobodys = await floor.writes("+15145550123")
    asleep = await floor.writes("+15145550124")
    over = await floor.writes("+15145550125", to=floor.marie.person["id"])
    await floor.do(asleep, "snooze", {"until": "2026-12-02T12:00:00Z"})
    await floor.do(over, "close")
    found = {view: await floor.view(view) for view in views.View}
    assert found == {
        "mine": {mine},
        "team": {teams},
        "mentions": set(),
        "unassigned": {nobodys, asleep},
        "waiting": {mine, teams, nobodys},
        "due_soon": set(),
        "overdue": set(),
        "snoozed": {asleep},
        "closed": {over},
        "all": {mine, teams, nobodys, asleep, over},
    }
    counts = await floor.counts()
    assert counts == {view: len(found[views.View(view)]) for view in counts}
    assert await floor.view("waiting", assignee="none") == {nobodys}


async def test_what_is_late_is_shown_as_late(floor: Floor) -> None:
    waits = await floor.writes("+15145550121")
    await floor.later(0)
    path = f"/v1/conversations/{waits}"
    shown = await floor.marie.ask("GET", path)
    assert (shown["waiting_seconds"], shown["due_at"]) == (0, "2026-12-01T13:00:00.000Z")
    assert (shown["due_soon"], shown["overdue"]) == (False, False)
    await floor.later(30)
    assert (await floor.view("due_soon"), await floor.view("overdue")) == ({waits}, set())
    assert (await floor.counts())["due_soon"] == 1
    await floor.later(30)
    assert (await floor.view("due_soon"), await floor.view("overdue")) == (set(), {waits})
    await floor.later(20 * 60)  # over a night: half past eight in the morning
    shown = await floor.marie.ask("GET", path)
    assert (shown["waiting_seconds"], shown["overdue"]) == (5 * 3600, True)
    entries = [entry["type"] for entry in shown["timeline"]["items"]]
    assert entries == ["escalated", "overdue", "due_soon", "missed_call"]
    await floor.do(waits, "close")
    shown = await floor.marie.ask("GET", path)
    assert (shown["waiting_seconds"], shown["due_at"], shown["overdue"]) == (None, None, False)
    assert await floor.view("overdue") == set()


async def test_what_waits_in_an_inbox_that_is_not_theirs_is_counted_to_nobody(
    floor: Floor, staffroom: Any
) -> None:
    await floor.writes("+15145550121", inbox="spare")
    floor.marie = await staffroom.enter("zoe", inboxes=["main"])
    assert (await floor.counts())["waiting"] == 0


async def test_the_blocked_are_in_no_list_and_no_count(floor: Floor) -> None:
    waits = await floor.writes("+15145550121")
    contact = (await floor.marie.ask("GET", f"/v1/conversations/{waits}"))["contact"]["id"]
    await floor.api.admin("POST", f"/v1/contacts/{contact}/block")
    assert set((await floor.counts()).values()) == {0}
    assert await floor.view("waiting") == set()


async def test_a_count_stops_where_it_would_cost(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_COUNTED", 2)
    for last in range(3):
        await floor.writes(f"+1514555012{last}")
    assert (await floor.counts())["waiting"] == 2


@pytest.mark.parametrize("view", ["mine", "team", "mentions"])
async def test_a_program_has_nothing_of_its_own(floor: Floor, view: str) -> None:
    await floor.writes("+15145550120")  # nobody has it
    refused = await floor.api.admin("GET", f"/v1/conversations?view={view}", status=422)
    assert refused["code"] == "view_nobodys"
    counts = await floor.api.admin("GET", "/v1/conversations/views")
    assert counts[view] == 0


async def test_there_is_no_view_of_another_name(floor: Floor) -> None:
    await floor.api.admin("GET", "/v1/conversations?view=yours", status=422)
