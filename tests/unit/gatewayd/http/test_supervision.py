"""What was done in a time, over HTTP: figures in opening time, as JSON and as CSV."""

import csv
import io
from dataclasses import dataclass
from typing import Any

import pytest

from gatewayd.followups import Followups
from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.tokens import Scope
from storage import consents
from storage.consents import ConsentKind, NewConsent
from storage.conversations import filing
from storage.conversations.states import Turn
from storage.conversations.timeline import Author
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

MINUTE_MS = 60_000
CUSTOMER = "+15145550123"
PATH = "/v1/supervision"


@dataclass(kw_only=True)
class Week:
    """Marie and Zoé answer at a shop that is open from 9 to 17; it is noon on a Tuesday."""

    api: Any
    marie: Any
    zoe: Any

    async def hears(self, number: str = CUSTOMER, *, inbox: str = "main") -> str:
        now_ms = self.api.clock.now_ms()
        message = NewIncoming(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            from_=number,
            to_number="+15145550100",
            text="Is it ready?",
            encoding="gsm7",
            inbox=inbox,
            modem="counter",
            iccid="89",
            kind="text",
            sc_time_ms=now_ms,
            parts_total=1,
            parts_present=1,
            complete=True,
        )
        async with self.api.context.store.write() as tx:
            place = await insert_incoming(tx, message, now_ms=now_ms)
            assert place is not None
            return str(place.conversation_id)

    async def looks(self) -> None:
        context = self.api.context
        task = Followups(
            settings=context.settings, store=context.store, bus=context.bus, clock=context.clock
        )
        while await task.round() == 0:
            pass

    async def later(self, minutes: float) -> None:
        await self.looks()
        self.api.clock.ms += round(minutes * MINUTE_MS)
        await self.looks()

    async def answers(self, who: Any, conversation_id: str, state: str = "delivered") -> None:
        path = f"/v1/conversations/{conversation_id}/messages"
        sent = await who.ask("POST", path, status=202, json={"text": "Yes"})
        async with self.api.context.store.write() as tx:
            await tx.exec_driver_sql(
                "UPDATE messages SET state = ? WHERE id = ?", (state, sent["id"])
            )

    async def report(self, group: str, **more: str) -> dict[str, Any]:
        await self.looks()
        self.api.clock.ms += 1
        asked = {"group": group, **more}
        report: dict[str, Any] = await self.api.admin("GET", PATH, params=asked)
        return report

    async def of(self, group: str, key: str) -> dict[str, Any]:
        (row,) = [one for one in (await self.report(group))["items"] if one["key"] == key]
        return dict(row)


@pytest.fixture
async def week(api: Any, staffroom: Any) -> Week:
    context = api.context
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)
    await api.admin("PATCH", "/v1/inboxes/main", json={"hours": "Mo-Fr 09:00-17:00"})
    marie, zoe = await staffroom.enter("marie"), await staffroom.enter("zoe")
    body = {"name": "sales", "display_name": "Sales", "members": [marie.person["id"]]}
    await api.admin("POST", "/v1/teams", status=201, json=body)
    return Week(api=api, marie=marie, zoe=zoe)


async def busy(week: Week) -> None:
    """Marie answers after 10 and 20 minutes, Zoé the next morning, late."""
    one, two = await week.hears(), await week.hears("+15145550124")
    await week.later(10)
    await week.answers(week.marie, one)
    await week.later(10)
    await week.answers(week.marie, two, state="undelivered")
    three = await week.hears("+15145550125")  # 12:20
    await week.later(21 * 60)  # 9:20
    await week.answers(week.zoe, three)
    await week.marie.ask("POST", f"/v1/conversations/{one}/close")


async def closes(week: Week, conversation_id: str) -> None:
    await week.marie.ask("POST", f"/v1/conversations/{conversation_id}/close")


async def test_what_is_closed_is_measured_by_its_own_conversation_alone(week: Week) -> None:
    """Neither another's closing, nor what came after, nor what was closed before, is in it."""
    one = await week.hears()
    await week.later(30)
    await closes(week, one)
    two = await week.hears("+15145550124")
    await week.later(10)
    await closes(week, two)
    assert await week.hears() == one
    await week.later(20)
    await closes(week, one)
    await week.later(1)
    await week.hears()
    marie = await week.of("person", week.marie.person["id"])
    assert (marie["resolved"], marie["resolution_median_seconds"]) == (3, 20 * 60)
    assert marie["resolution_p90_seconds"] == 30 * 60


async def test_figures_of_people_are_in_opening_time(week: Week) -> None:
    await busy(week)
    marie = await week.of("person", week.marie.person["id"])
    assert marie == {
        "key": week.marie.person["id"],
        "name": "Marie",
        "conversations": 2,
        "messages_in": None,
        "messages_out": 2,
        "automatic_answers": None,
        "answers": 2,
        "first_answer_median_seconds": 15 * 60,
        "first_answer_p90_seconds": 20 * 60,
        "overdue": 0,
        "resolved": 1,
        "resolution_median_seconds": (5 * 60 + 20) * 60,
        "resolution_p90_seconds": (5 * 60 + 20) * 60,
        "opt_outs": None,
        "delivered": 1,
        "undelivered": 1,
        "delivery_rate": 0.5,
    }
    zoe = await week.of("person", week.zoe.person["id"])
    assert (zoe["first_answer_median_seconds"], zoe["overdue"]) == (5 * 3600, 1)


async def test_they_add_up_by_team_day_and_inbox(week: Week) -> None:
    await busy(week)
    (team,) = (await week.report("team"))["items"]
    assert (team["name"], team["answers"], team["overdue"]) == ("Sales", 2, 0)
    days = (await week.report("day"))["items"]
    assert [(day["key"], day["messages_in"], day["answers"], day["overdue"]) for day in days] == [
        ("2026-12-01", 3, 2, 1),
        ("2026-12-02", 0, 1, 0),
    ]
    report = await week.report("inbox")
    (main,) = report["items"]
    assert (main["key"], main["messages_in"], main["conversations"]) == ("main", 3, 3)
    assert report["total"] == {**main, "key": "", "name": ""}


async def test_who_still_waits_is_overdue_to_who_has_it(week: Week) -> None:
    waits = await week.hears()
    zoe = week.zoe.person["id"]
    await week.api.admin("POST", f"/v1/conversations/{waits}/assign", json={"to": zoe})
    await week.later(61)
    assert (await week.of("person", zoe))["overdue"] == 1


async def test_opt_outs_and_missed_calls_count_to_their_inbox(week: Week) -> None:
    now_ms = week.api.clock.now_ms()
    async with week.api.context.store.write() as tx:
        place = await filing.find_place(
            tx, number=CUSTOMER, inbox="main", turn=Turn.CUSTOMER, now_ms=now_ms
        )
        said = NewConsent(
            contact_id=place.contact_id,
            number=CUSTOMER,
            inbox="main",
            business_number="",
            what=ConsentKind.OPTED_OUT,
            source="STOP",
            author=Author(type="contact", id=place.contact_id, name=CUSTOMER),
            message_id=None,
        )
        await consents.record(tx, said, now_ms=now_ms)
    assert (await week.of("inbox", "main"))["opt_outs"] == 1


async def test_what_is_not_of_the_time_is_not_in_it(week: Week) -> None:
    await busy(week)
    day = {"from": "2026-12-02T00:00:00Z", "to": "2026-12-03T00:00:00Z"}
    report = await week.report("person", **day)
    assert [row["name"] for row in report["items"]] == ["Marie", "Zoe"]
    assert report["total"]["answers"] == 1
    assert report["from"] == "2026-12-02T00:00:00.000Z"
    none = {"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T00:00:00Z"}
    report = await week.report("day", **none)
    assert (report["items"], report["total"]["delivery_rate"]) == ([], None)


@pytest.mark.parametrize(
    "bounds",
    [
        {"from": "2026-12-02T00:00:00Z", "to": "2026-12-01T00:00:00Z"},
        {"from": "2024-12-02T00:00:00Z"},
        {"group": "colour"},
    ],
)
async def test_what_makes_no_sense_is_refused(week: Week, bounds: dict[str, str]) -> None:
    await week.api.admin("GET", PATH, status=422, params=bounds)


@pytest.mark.parametrize("how", ["format", "accept"])
async def test_csv_is_a_table_that_no_spreadsheet_runs(week: Week, how: str, api: Any) -> None:
    hostile = {"display_name": '=HYPERLINK("http://x","y")'}
    await api.admin("PATCH", f"/v1/users/{week.marie.person['id']}", json=hostile)
    await busy(week)
    week.api.clock.ms += 1
    params = {"format": "csv"} if how == "format" else {}
    headers = {"Accept": "text/csv"} if how == "accept" else {}
    async with api.unix.get(PATH, params=params, headers=headers) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/csv"
        rows = list(csv.DictReader(io.StringIO(await answer.text())))
    assert {row["name"] for row in rows} == {f"'{hostile['display_name']}", "Zoe"}
    assert all(not value.startswith("=") for row in rows for value in row.values())


async def test_the_document_tells_of_the_table(api: Any) -> None:
    document = await api.admin("GET", "/openapi.json")
    content = document["paths"][PATH]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/csv"}


async def test_only_who_supervises_sees_it(week: Week, api: Any, staffroom: Any) -> None:
    await week.marie.ask("GET", PATH, status=403)
    headers = await api.token(Scope.SUPERVISE)
    async with api.tcp.get(PATH, headers=headers) as answer:
        assert answer.status == 200
    await busy(week)
    branch = await staffroom.enter("max", role="manager", inboxes=["spare"])
    assert (await branch.ask("GET", PATH))["items"] == []
