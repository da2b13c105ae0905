"""Five minutes, without a terminal: from the first link to a text both ways."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.async_api import expect

PHONE_NUMBER = "+15145557777"


@pytest.fixture
def new_shop(make_gateway: Callable[[Path], Any]) -> Iterator[Any]:
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure()
        gateway.start()
        yield gateway


async def test_the_owner_begins_alone_and_ends_with_a_text_both_ways(
    new_context: Any, new_shop: Any
) -> None:
    owner = {"name": "aline", "display_name": "Aline", "role": "admin"}
    person = new_shop.http("POST", "/v1/users", owner).json
    path = new_shop.http("POST", f"/v1/users/{person['id']}/link").json["path"]
    host, port = new_shop.address
    context = await new_context(locale="en-CA")
    page = await context.new_page()
    await page.goto(f"http://{host}:{port}{path}")
    await page.get_by_label("Your name", exact=True).fill("Aline Côté")
    await page.get_by_label("Password").fill("three blue bicycles")
    await page.get_by_role("button", name="Begin").click()

    await expect(page.get_by_text("Ready")).to_be_visible()
    await expect(page.get_by_text("(514) 555-0100")).to_be_visible()
    await page.get_by_role("link", name="Go on").click()

    await page.get_by_label("Open on Saturday").check()
    await page.get_by_label("Saturday, from").first.fill("10:00")
    await page.get_by_label("Saturday, to").first.fill("16:00")
    await page.get_by_role("button", name="Save and go on").click()

    await expect(page.get_by_label("In English")).to_have_value(re.compile("closed now"))
    await page.get_by_label("In French").fill("{business} est fermé. Réponse {next_opening}.")
    await page.get_by_role("button", name="Save and go on").click()

    await page.get_by_label("Name", exact=True).fill("Luc Roy")
    await page.get_by_role("button", name="Add, and make a link").click()
    link = await page.get_by_label("Link").input_value()
    assert re.fullmatch(rf"http://{host}:{port}/welcome/[\w-]+", link)
    await page.get_by_role("link", name="Go on").click()

    await page.get_by_label("Your own number").fill("514 555-7777")
    await page.get_by_role("button", name="Send a test").click()
    await expect(page.get_by_text("It arrived.")).to_be_visible()
    new_shop.sticks["counter"].order("text_in", **{"from": PHONE_NUMBER, "text": "I have it"})
    await expect(page.get_by_text("I have it")).to_be_visible()
    await page.get_by_role("link", name="To the inbox").click()
    await expect(page).to_have_url(re.compile("/inbox/"))
    await context.close()

    inbox = new_shop.http("GET", "/v1/inboxes/main").json
    assert inbox["hours"] == "Mo-Fr 09:00-17:00; Sa 10:00-16:00"
    texts = new_shop.http("GET", "/v1/rules").json["document"]["inboxes"]["main"]["answers"][
        "texts"
    ]
    assert texts["closed"]["fr"] == "{business} est fermé. Réponse {next_opening}."


async def test_hours_that_cannot_be_are_shown_again_with_the_day(visit: Any) -> None:
    tab = await visit("/start/hours")
    tab.watch.wants(422)
    await tab.page.get_by_label("Tuesday, to").first.fill("08:00")
    await tab.page.get_by_label("Tuesday, from").last.fill("07:00")
    await tab.page.get_by_label("Tuesday, to").last.fill("07:30")
    await tab.page.get_by_role("button", name="Save and go on").click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("Tuesday")
    await expect(tab.page.get_by_label("Tuesday, to").first).to_have_value("08:00")


async def test_who_only_answers_does_not_set_the_shop_up(visit: Any) -> None:
    tab = await visit("/me", person="luc", role="agent")
    answer = await tab.page.request.get(f"{tab.url}/start/hours", headers={"Accept": "text/html"})
    assert answer.status == 403
    assert "This is not yours to see" in await answer.text()
