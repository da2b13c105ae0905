"""The form of the hours: what it shows, what it takes, what it says and what it keeps."""

from typing import Any

import pytest

HOURS = "/settings/hours/main"
NINE = {"mode": "week", "Mo-open": "yes", "Mo-1-from": "09:00", "Mo-1-to": "17:00"}
CLOSED_TEXT = {"en": "{business}: closed, open {next_opening}.", "fr": "{business} : fermé."}
HOLIDAY_TEXT = {"en": "Closed for {holiday}.", "fr": "Fermé pour {holiday}."}


async def rules(desk: Any) -> Any:
    return await desk.ask("/v1/rules")


async def put(desk: Any, document: Any) -> None:
    await desk.browser.ask("PUT", "/v1/rules", json={"document": document})


async def hours(desk: Any) -> Any:
    return (await rules(desk))["document"]["inboxes"]["main"]["hours"]


async def test_the_form_of_the_first_inbox_is_there(desk: Any) -> None:
    async with desk.browser.client.get("/settings/hours") as answer:
        assert answer.url.path == HOURS
    page = await desk.see(HOURS)
    assert "Christmas Day" in page
    await desk.see("/settings/hours/nowhere", status=404)


async def test_several_ranges_a_day_and_a_lunch_break(desk: Any) -> None:
    week = {
        **NINE,
        "Mo-1-to": "12:00",
        "Mo-2-from": "13:00",
        "Mo-2-to": "18:00",
        "Mo-3-from": "19:00",
        "Mo-3-to": "00:00",
    }
    assert await desk.send(HOURS, **week) == HOURS
    assert (await hours(desk))["weekly"] == "Mo 09:00-12:00,13:00-18:00,19:00-24:00"
    page = await desk.see(HOURS)
    assert 'name="Mo-3-to" value="00:00"' in page


async def test_monday_s_hours_go_until_friday_before_they_are_saved(desk: Any) -> None:
    page = await desk.send(HOURS, status=200, **NINE, do="copy")
    assert page.count('value="17:00"') == 5
    assert (await rules(desk))["version"] == 0


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("Mo-1-to", "09:00", "The hours of Monday cannot be right"),
        ("Mo-1-to", "<b>", "The hours of Monday cannot be right"),
        ("Tu-open", "yes", "The hours of Tuesday cannot be right"),
        ("dated-0-first", "2026-13-40", "This is no day"),
        ("dated-0-first", "9999-01-01", "This is no day"),
        ("dated-0-times", "noon", "This is no day"),
        ("holiday-2026-12-25", "other", "Write times such as"),
    ],
)
async def test_what_is_wrong_is_said_and_kept(desk: Any, field: str, value: str, said: str) -> None:
    page = await desk.send(HOURS, status=422, **(NINE | {field: value, "dated-0-en": "<i>Fair"}))
    assert said in page
    assert 'value="<i>Fair"' in page
    assert (await rules(desk))["version"] == 0


async def test_a_closure_that_ends_before_it_begins_is_said(desk: Any) -> None:
    dated = {"dated-0-first": "2026-12-30", "dated-0-last": "2026-12-28"}
    assert "ends before it begins" in await desk.send(HOURS, status=422, **NINE, **dated)


async def test_closures_and_openings_are_taken_and_shown_and_removed(desk: Any) -> None:
    dated = {
        "dated-0-first": "2026-12-28",
        "dated-0-last": "2026-12-30",
        "dated-0-fr": "Inventaire",
        "dated-1-first": "2026-12-06",
        "dated-1-times": "10:00-14:00",
    }
    await desk.send(HOURS, **NINE, **dated)
    found = await hours(desk)
    assert found["closures"] == [
        {"first": "2026-12-28", "last": "2026-12-30", "text": {"fr": "Inventaire"}}
    ]
    assert found["openings"] == [
        {"first": "2026-12-06", "last": "2026-12-06", "times": "10:00-14:00"}
    ]
    page = await desk.see(HOURS)
    assert 'value="Inventaire"' in page
    await desk.send(HOURS, **NINE, **dated, **{"dated-0-gone": "yes", "dated-1-gone": "yes"})
    assert "closures" not in await hours(desk)


async def test_holidays_are_closed_or_usual_or_have_other_hours(desk: Any) -> None:
    chosen = {
        "holiday-2026-12-25": "other",
        "holiday-2026-12-25-times": "10:00-12:00",
        "holiday-2027-06-24": "usual",
    }
    await desk.send(HOURS, **NINE, **chosen)
    found = await hours(desk)
    assert found["openings"] == [
        {"first": "2026-12-25", "last": "2026-12-25", "times": "10:00-12:00"}
    ]
    assert len(found["worked_holidays"]) == 1
    page = await desk.see(HOURS)
    assert 'name="holiday-2026-12-25-times" value="10:00-12:00"' in page
    back = {"holiday-2026-12-25": "closed", "holiday-2027-06-24": "closed"}
    await desk.send(HOURS, **NINE, **back)
    assert await hours(desk) == {"weekly": "Mo 09:00-17:00"}


async def test_what_the_form_does_not_show_stays(desk: Any) -> None:
    kept = {
        "weekly": "Mo-Fr 09:00-17:00; Jul-Aug 08:00-16:00",
        "worked_holidays": ["2031-01-01"],
        "closures": [{"first": "2020-01-02", "last": "2020-01-03"}],
    }
    await put(desk, {"inboxes": {"main": {"hours": kept, "both_languages": True}}})
    page = await desk.see(HOURS)
    assert f'value="{kept["weekly"]}"' in page
    await desk.send(HOURS, mode="written", written=kept["weekly"])
    document = (await rules(desk))["document"]
    assert document["inboxes"]["main"] == {"hours": kept, "both_languages": True}


async def test_hours_that_cannot_be_understood_are_said(desk: Any) -> None:
    page = await desk.send(HOURS, status=422, mode="written", written="whenever <b>")
    assert "These hours cannot be understood" in page
    assert 'value="whenever <b>"' in page


async def test_the_book_of_somebody_else_is_not_overwritten_unseen(desk: Any) -> None:
    await put(desk, {"urgent_words": ["fire"]})
    page = await desk.send(HOURS, status=422, **NINE, version="0")
    assert "Somebody else changed this meanwhile" in page
    assert 'name="version" value="1"' in page
    await desk.send(HOURS, **NINE, version="1")
    assert (await rules(desk))["document"]["urgent_words"] == ["fire"]


async def test_what_would_be_sent_on_a_holiday_is_shown_before_it_is_saved(desk: Any) -> None:
    texts = {"closed": CLOSED_TEXT, "holiday": HOLIDAY_TEXT}
    await put(desk, {"inboxes": {"main": {"answers": {"texts": texts}}}})
    week = {f"{day}-open": "yes" for day in ("Mo", "Tu", "We", "Th", "Fr")}
    times = {f"{day}-1-from": "09:00" for day in ("Mo", "Tu", "We", "Th", "Fr")}
    until = {f"{day}-1-to": "17:00" for day in ("Mo", "Tu", "We", "Th", "Fr")}
    fields = {"mode": "week", **week, **times, **until, "do": "try", "at": "2027-06-24T20:00"}
    page = await desk.send(HOURS, status=200, **fields)
    assert "Closed for Saint Jean Baptiste Day." in page
    assert "Fermé pour Fête nationale" in page
    assert (await rules(desk))["version"] == 1
    noon = await desk.send(HOURS, status=200, **(fields | {"at": "2027-06-23T12:00"}))
    assert "people answer" in noon
    evening = await desk.send(HOURS, status=200, **(fields | {"at": "2027-06-23T20:00"}))
    assert "Shop: closed, open Friday at 9:00." in evening
    wrong = await desk.send(HOURS, status=200, **(fields | {"at": "<now>"}))
    assert "This is no time" in wrong
