"""Automatic answers and rules in forms: hostile input, lines of mistakes, nothing typed is lost."""

import re
from typing import Any

import pytest

ANSWERS = "/settings/answers/main"
RULES = "/settings/rules"
FILE = "/settings/rules/file"
TWO = """[templates.prices]
en = "See shop.example"

[[rules]]
name = "first <b>"

[rules.when]
words = ["price"]

[rules.do]
answer = "prices"

[[rules]]
name = "second"

[rules.do]
tag = ["all"]
"""


async def document(desk: Any) -> Any:
    return (await desk.ask("/v1/rules"))["document"]


async def order(desk: Any) -> list[tuple[str, bool]]:
    return [(rule["name"], rule.get("enabled", True)) for rule in (await document(desk))["rules"]]


async def test_an_answer_is_switched_on_with_both_languages_and_off_again(desk: Any) -> None:
    texts = {"closed-on": "yes", "closed-en": "Closed <b>", "closed-fr": "Fermé"}
    assert await desk.send(ANSWERS, **texts) == ANSWERS
    answers = (await document(desk))["inboxes"]["main"]["answers"]
    assert answers == {"texts": {"closed": {"en": "Closed <b>", "fr": "Fermé"}}}
    assert "Closed <b>" not in await desk.see_raw(ANSWERS)
    await desk.send(ANSWERS, **(texts | {"closed-on": ""}))
    assert "answers" not in (await document(desk)).get("inboxes", {}).get("main", {})
    # What was off shows its words of before.
    assert "Closed <b>" in await desk.see(ANSWERS)


async def test_while_one_writes_it_is_read_aloud_and_nothing_is_saved(desk: Any) -> None:
    closure = {"first": "2027-07-19", "last": "2027-07-30", "text": {"en": "Summer.", "fr": "Été."}}
    hours = {"weekly": "Mo-Fr 09:00-18:00", "closures": [closure]}
    await desk.browser.ask(
        "PUT", "/v1/rules", json={"document": {"inboxes": {"main": {"hours": hours}}}}
    )
    written = {
        "do": "try",
        "at": "2027-07-20T10:00",
        "closed-en": "{business} opens {next_opening}.",
        "closed-fr": "<b> ê, ouvre {next_opening}",
        "closure-en": "{notice}",
        "holiday-on": "yes",
        "holiday-en": "{nobody}",
    }
    part = await desk.send(ANSWERS, status=200, part="preview", **written)
    assert "<form" not in part
    assert "Closed on these dates" in part
    assert re.search(r"Shop opens [^<]*August 2 at 9:00\.", part)
    assert re.search(r"<b> ê, ouvre [^<]*2 août à 9 h 00", part)
    assert "Summer." in part
    assert "This text cannot be used" in part
    assert (await document(desk))["inboxes"]["main"] == {"hours": hours}


async def test_what_else_is_set_about_answers_stays(desk: Any) -> None:
    before = {"inboxes": {"main": {"answers": {"daily_cap": 2}}}}
    await desk.browser.ask("PUT", "/v1/rules", json={"document": before})
    await desk.send(ANSWERS, **{"closed-on": "yes", "closed-en": "Closed"})
    answers = (await document(desk))["inboxes"]["main"]["answers"]
    assert answers == {"daily_cap": 2, "texts": {"closed": {"en": "Closed"}}}


@pytest.mark.parametrize(
    ("text", "said"),
    [("{nobody}", "This text cannot be used"), ("{", "cannot be used"), ("", "Write a text in")],
)
async def test_a_text_that_cannot_be_used_is_said(desk: Any, text: str, said: str) -> None:
    fields = {"closed-on": "yes", "closed-en": text, "holiday-fr": "<i>gardé"}
    page = await desk.send(ANSWERS, status=422, **fields)
    assert said in page
    assert "<i>gardé" in page
    assert await document(desk) == {}


async def test_answers_are_read_as_they_would_be_at_a_moment(desk: Any) -> None:
    fields = {"closed-on": "yes", "closed-fr": "{business} rouvre {next_opening}", "do": "try"}
    hours = {"inboxes": {"main": {"hours": {"weekly": "Mo-Fr 09:00-17:00"}}}}
    await desk.browser.ask("PUT", "/v1/rules", json={"document": hours})
    page = await desk.send(ANSWERS, status=200, **fields, at="2027-06-23T20:00")
    assert "Shop rouvre vendredi à 9 h 00" in page
    assert "closed" not in str(await document(desk))


async def test_rules_are_told_in_words_switched_and_moved(desk: Any) -> None:
    await desk.send(FILE, text=TWO)
    page = await desk.see(RULES)
    assert "has the words “price”" in page
    assert "the answer is the template “prices”" in page
    assert "is anything at all" in page
    assert "first <b>" not in await desk.see_raw(RULES)
    await desk.send(RULES, rule="second", do="up", version="1")
    assert await order(desk) == [("second", True), ("first <b>", True)]
    await desk.send(RULES, rule="second", do="up", version="2")
    await desk.send(RULES, rule="second", do="off", version="3")
    assert await order(desk) == [("second", False), ("first <b>", True)]
    # Made for a version that is another by now.
    await desk.send(RULES, rule="second", do="on", version="1")
    assert "Somebody else changed the rules" in await desk.see(RULES)
    assert (await order(desk))[0] == ("second", False)
    await desk.send(RULES, status=404, rule="third", do="on", version="4")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('words = ["price"]', 'words = "', "Line 8"),
        ('words = ["price"]', 'wirds = ["price"]', "Line 8"),
        ('answer = "prices"', 'answer = "nothing"', "Line 11"),
        ('tag = ["all"]', 'assign = "person:nobody"', "Line 17"),
        ('name = "second"', 'name = "first <b>"', "Line 4"),
    ],
)
async def test_mistakes_in_the_file_are_told_by_line(
    desk: Any, old: str, new: str, line: str
) -> None:
    page = await desk.send(FILE, status=422, text=TWO.replace(old, new))
    assert line in page
    assert new in page
    assert await document(desk) == {}


async def test_the_file_is_checked_without_being_saved(desk: Any) -> None:
    assert "no mistake in it" in await desk.send(FILE, status=200, text=TWO, do="check")
    assert await document(desk) == {}


async def test_an_earlier_version_is_shown_to_be_put_in_force_again(desk: Any) -> None:
    await desk.send(FILE, text=TWO)
    await desk.send(FILE, text="")
    page = await desk.see(f"{FILE}?version=1")
    assert 'name = "second"' in page
    assert 'name="version" value="2"' in page
    await desk.see(f"{FILE}?version=9999999999999")


async def test_a_file_that_somebody_changed_meanwhile_is_kept_as_written(desk: Any) -> None:
    await desk.send(FILE, text=TWO)
    page = await desk.send(FILE, status=422, text='urgent_words = ["fire"]', version="0")
    assert "Somebody else changed this meanwhile" in page
    assert 'urgent_words = ["fire"]' in page
