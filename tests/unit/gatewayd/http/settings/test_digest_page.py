"""The page of the daily digest."""

from typing import Any

PAGE = "/settings/digest"


async def test_a_manager_sets_the_time_and_switches_it_off(desk: Any) -> None:
    page = await desk.see(PAGE)
    assert "No mail server is set up yet" in page
    assert "Nobody waits for an answer" in page
    assert await desk.send(PAGE, at="07:15") == PAGE
    assert (await desk.ask("/v1/settings"))["daily_digest_at"] == "07:15"
    assert 'value="07:15"' in await desk.see(PAGE)
    await desk.send(PAGE, at="")
    assert (await desk.ask("/v1/settings"))["daily_digest_at"] is None


async def test_what_is_no_time_is_said_and_kept(desk: Any) -> None:
    page = await desk.send(PAGE, status=422, at="dawn")
    assert "Write a time of day" in page
    assert 'value="dawn"' in page


async def test_each_chooses_for_themselves_and_keeps_their_other_wishes(desk: Any) -> None:
    path = f"/v1/users/{desk.browser.person['id']}/notifications"
    wanted = {"mine": ["sms"], "team": [], "overdue": ["page"], "take_back": True}
    before = await desk.browser.ask("PUT", path, json=wanted)
    assert {each: before[each] for each in wanted} == wanted
    await desk.send(f"{PAGE}/mine", daily_digest="never")
    assert await desk.ask(path) == {**before, "daily_digest": "never", "inherited": False}
    await desk.send(f"{PAGE}/mine", daily_digest="whenever")
    assert (await desk.ask(path))["daily_digest"] == "open_days"
