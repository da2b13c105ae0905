"""No customer is forgotten: over the air, the API and restarts, by a clock that the test sets."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from gatewayd import followups
from gatewayd.clock import SystemClock
from modem.virtual.ledger import Happening

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Gateway, World

    Start = Callable[..., AbstractAsyncContextManager[Gateway]]

SHOP, CUSTOMER = "+15145550100", "+15145550123"
LEA, MAX = "+15145550111", "+15145550112"
FRIDAY = 4
WITHOUT_HOLIDAYS = (2, 8, 11)  # of Québec
HOURS = {"hours": "Mo-Fr 09:00-17:00"}


class SetClock:
    """Shows what the test says; it goes on by itself, so that timers mean something."""

    def __init__(self) -> None:
        self._system = SystemClock()
        self._shift_ms = 0
        now = datetime.now(UTC)
        day = now + timedelta(days=7 + (FRIDAY - now.weekday()) % 7)
        while (day + timedelta(days=3)).month not in WITHOUT_HOLIDAYS:
            day += timedelta(days=7)
        self._friday = day.replace(hour=0, minute=0, second=0, microsecond=0)

    def now_ms(self) -> int:
        return self._system.now_ms() + self._shift_ms

    def set(self, days: int, time: str) -> None:
        """Let it be a time, so many days after the Friday."""
        hour, minute = map(int, time.split(":"))
        moment = self._friday + timedelta(days=days, hours=hour, minutes=minute)
        self._shift_ms = round(moment.timestamp() * 1000) - self._system.now_ms()

    def shows(self, at: str) -> str:
        """Tell how many days after the Friday a time of the API is, and at which minute."""
        moment = datetime.fromisoformat(at)
        return f"{(moment - self._friday).days} {moment:%H:%M}"


@pytest.fixture(autouse=True)
def _watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody tells the daemon that the test has set its clock."""
    monkeypatch.setattr(followups, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(followups, "LONGEST_WAIT_SECONDS", 0.05)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


async def hire(gateway: "Gateway") -> dict[str, str]:
    """Léa and Max work here; Max stands in for Léa and is the manager; both want texts."""
    await gateway.ask("PATCH", "/v1/inboxes/main", json=HOURS)
    ids: dict[str, str] = {}
    for name, phone, role in (("max", MAX, "manager"), ("lea", LEA, "agent")):
        body: dict[str, Any] = {"name": name, "display_name": name.title(), "phone": phone}
        body |= {"role": role, "delegate": ids.get("max")}
        ids[name] = (await gateway.ask("POST", "/v1/users", status=201, json=body))["id"]
        wishes = {each: ["page", "sms"] for each in ("mine", "team", "overdue")}
        await gateway.ask("PUT", f"/v1/users/{ids[name]}/notifications", json=wishes)
    members = [ids["lea"], ids["max"]]
    team = {"name": "shop", "display_name": "Shop", "members": members}
    made = await gateway.ask("POST", "/v1/teams", status=201, json=team)
    await gateway.ask("PATCH", "/v1/inboxes/main", json={"team": made["id"]})
    return ids


async def writes(gateway: "Gateway", world: "World", to: str) -> str:
    """A customer texts, and somebody is to answer; give the conversation."""
    world.network.text_in(to=SHOP, from_=CUSTOMER, text="Est-ce prêt?")
    heard = await gateway.event("message.received")
    conversation = str(heard["conversation_id"])
    await gateway.ask("POST", f"/v1/conversations/{conversation}/assign", json={"to": to})
    return conversation


async def told(world: "World", phone: str, *, times: int) -> list[str]:
    """Wait until somebody's phone has had so many texts; give their first lines."""

    def texts() -> list[str]:
        found = [entry.text for entry in world.of(Happening.TEXT) if entry.peer == phone]
        return [str(text).partition("\n")[0] for text in found]

    enough = asyncio.Event()
    stop = world.network.ledger.watch(lambda _: enough.set() if len(texts()) >= times else None)
    if len(texts()) < times:
        async with asyncio.timeout(60):
            await enough.wait()
    stop()
    return texts()


async def happened(gateway: "Gateway", clock: SetClock, conversation: str) -> list[str]:
    """What the timeline shows of who waits, with the time."""
    shown = await gateway.ask("GET", f"/v1/conversations/{conversation}")
    entries = reversed(shown["timeline"]["items"])
    late = {"due_soon", "overdue", "escalated"}
    return [f"{each['type']} {clock.shows(each['at'])}" for each in entries if each["type"] in late]


async def test_it_escalates_over_a_weekend_and_a_restart(
    world: "World", start: "Start", clock: SetClock
) -> None:
    clock.set(0, "16:40")
    async with start(world, clock=clock) as gateway:
        ids = await hire(gateway)
        conversation = await writes(gateway, world, ids["lea"])
        for days, time in ((0, "17:30"), (1, "12:00"), (2, "12:00"), (3, "09:09")):
            clock.set(days, time)
            await gateway.ask("GET", f"/v1/conversations/{conversation}")
        clock.set(3, "09:10")
        await gateway.event("conversation.reminder", kind="due_soon")
        assert await told(world, LEA, times=1) == [f"{CUSTOMER} has waited 30 min for an answer."]
    clock.set(3, "09:40")  # it is down meanwhile
    async with start(world, clock=clock) as gateway:
        assert await told(world, MAX, times=1) == [
            f"Overdue: {CUSTOMER} has waited 1 h 00 for an answer."
        ]
        assert (await gateway.ask("GET", "/v1/conversations?view=overdue"))["items"]
        clock.set(3, "10:10")
        assert len(await told(world, MAX, times=2)) == 2
        assert await happened(gateway, clock, conversation) == [
            "due_soon 3 09:10",
            "overdue 3 09:40",
            "escalated 3 10:10",
        ]
        # Three rungs: Léa is told of each, since it is hers, and nobody of any twice.
        assert len(await told(world, LEA, times=3)) == 3
    assert len(await told(world, MAX, times=2)) == 2


async def test_a_person_goes_sick_and_the_conversation_moves(
    world: "World", start: "Start", clock: SetClock
) -> None:
    clock.set(0, "10:00")
    async with start(world, clock=clock) as gateway:
        ids = await hire(gateway)
        conversation = await writes(gateway, world, ids["lea"])
        path = f"/v1/users/{ids['lea']}/absences"
        await gateway.ask("POST", path, status=201, json={"kind": "sick"})
        moved = await gateway.event("conversation.reassigned", id=conversation)
        assert (moved["person_id"], moved["reason"]) == (ids["max"], "sick")
        shown = await gateway.ask("GET", f"/v1/conversations/{conversation}")
        assert shown["assignee"]["id"] == ids["max"]
        (text,) = await told(world, MAX, times=1)
        assert text.startswith(f"The conversation with {CUSTOMER} is yours now")


async def test_off_hours_nobody_is_told_until_their_hours_begin(
    world: "World", start: "Start", clock: SetClock
) -> None:
    clock.set(0, "10:00")
    async with start(world, clock=clock) as gateway:
        ids = await hire(gateway)
        shifts = {"shifts": "Mo-Fr 13:00-17:00"}
        await gateway.ask("PATCH", f"/v1/users/{ids['max']}", json=shifts)
        await writes(gateway, world, ids["lea"])
        clock.set(0, "11:00")
        await gateway.event("conversation.overdue")
        assert await told(world, LEA, times=1)
    clock.set(0, "12:59")
    async with start(world, clock=clock) as gateway:
        assert await told(world, MAX, times=0) == []
        clock.set(0, "13:00")
        digest = await gateway.event("user.digest", id=ids["max"])
        assert len(digest["conversations"]) == 1
        (text,) = await told(world, MAX, times=1)
        assert text == f"While you were away: 1 conversation that waits ({CUSTOMER})."
    clock.set(0, "16:00")
    async with start(world, clock=clock) as gateway:
        await gateway.ask("GET", "/v1/conversations/views")
    assert len(await told(world, MAX, times=1)) == 1
