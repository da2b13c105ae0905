"""Evenings: the customer gets an answer by itself, in their language, and nobody is called."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.async_api import Response, Route, expect

# What the browser would show, kept where a test can read it.
NOTICES = """
window.Notification = class {
  static permission = "granted";
  constructor(title, { body }) { window.told(`${title}: ${body}`); }
  addEventListener() {}
  close() {}
};
document.hasFocus = () => false;
"""
TOLD_WITHIN_SECONDS = 60
CLOSED = {"en": "Closed until {next_opening}.", "fr": "Fermé, réouverture {next_opening}."}


@pytest.fixture
def closed_shop(make_gateway: Callable[[Path], Any]) -> Iterator[Any]:
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure()
        gateway.start()
        gateway.modem("counter", "ready")
        hours = {"hours": {"weekly": "off"}, "answers": {"texts": {"closed": CLOSED}}}
        changed = gateway.http("PUT", "/v1/rules", {"document": {"inboxes": {"main": hours}}})
        assert changed.status == 200, changed.body
        yield gateway


async def test_after_hours_the_answer_is_there_and_told_apart(
    new_context: Any, closed_shop: Any
) -> None:
    order = closed_shop.sticks["counter"].order
    order("text_in", **{"from": "+15145552001", "text": "Bonjour, êtes-vous ouverts demain?"})
    closed_shop.incoming(text="Bonjour, êtes-vous ouverts demain?")
    conversation = closed_shop.http("GET", "/v1/conversations").json["items"][0]["id"]
    person = {"name": "aline", "display_name": "Aline", "language": "fr"}
    made = closed_shop.http("POST", "/v1/users", person).json
    link = closed_shop.http("POST", f"/v1/users/{made['id']}/link").json["path"]
    host, port = closed_shop.address
    context = await new_context(locale="fr-CA", viewport={"width": 360, "height": 740})
    page = await context.new_page()
    await page.goto(f"http://{host}:{port}{link}")
    await page.get_by_label("Mot de passe").fill("trois vélos bleus")
    await page.get_by_role("button", name="Commencer").click()
    await page.wait_for_url("**/inbox/mine")
    await page.goto(f"http://{host}:{port}/inbox/waiting/{conversation}")
    answer = page.locator(".message.out.automatic")
    await expect(answer.locator(".by")).to_contain_text("Réponse automatique")
    await expect(answer.locator(".text")).to_contain_text("Fermé, réouverture")
    await expect(answer).to_contain_text("Remis")
    await context.close()


async def with_notices(
    visit: Any, shop: Any, person: str, *, path: str = "/inbox/unassigned", **more: str
) -> tuple[Any, Any]:
    """Open the page of somebody whose browser allows notices; they come out of the queue."""
    told: asyncio.Queue[str] = asyncio.Queue()
    tab = await visit("/login", person=None)
    await tab.context.expose_function("told", told.put_nowait)
    await tab.context.add_init_script(NOTICES)
    cookie = {"name": "gatewayd_session", "value": shop.person(person, "agent", **more)}
    await tab.context.add_cookies([{**cookie, "url": shop.url}])
    # A tab that leads the others has the stream, and then reads its list again; before that nobody
    # tells anything.
    async with tab.page.expect_response(is_list):
        await tab.go(path)
    await expect(tab.page.locator("#list")).to_be_visible()
    return tab, told


def is_list(response: Response) -> bool:
    return response.request.headers.get("x-gatewayd-part") == "list"


async def test_what_is_new_is_told_by_the_browser(visit: Any, shop: Any) -> None:
    _, told = await with_notices(visit, shop, "rosa")
    shop.conversation("Anybody at the counter?")
    async with asyncio.timeout(TOLD_WITHIN_SECONDS):
        assert (await told.get()).endswith(": Anybody at the counter?")


async def test_a_notice_waits_until_it_is_known_whom_it_is_about(visit: Any, shop: Any) -> None:
    """A list that is read meanwhile shows what is new before the stream tells of it."""
    tab, told = await with_notices(visit, shop, "vera")
    kept: list[Route] = []

    def keep(stream: Route) -> None:
        kept.append(stream)

    await tab.page.route("**/v1/events?*", keep)
    await tab.go("/inbox/unassigned")
    # It waits two seconds: here they are not over before the stream comes.
    await tab.page.clock.install()
    await tab.page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    conversation = shop.conversation("Here before I am announced")
    await tab.page.get_by_role("link", name="All", exact=True).click()
    row = tab.page.locator(f'a.row.unread[href*="{conversation}"]')
    await expect(row).to_contain_text("Here before I am announced")
    assert told.empty()
    for stream in kept:
        await stream.continue_()
    async with asyncio.timeout(TOLD_WITHIN_SECONDS):
        assert (await told.get()).endswith(": Here before I am announced")


async def test_a_notice_names_nobody_else(visit: Any, shop: Any) -> None:
    """What is new may be in another list than the one that is open."""
    shop.person("uma", "agent")
    hers = shop.conversation("This one is mine and unread")
    shop.api("POST", f"/v1/conversations/{hers}/assign", {"to": shop.people["uma"]})
    tab, told = await with_notices(visit, shop, "uma", path="/inbox/mine")
    await expect(tab.page.locator("a.row.unread")).to_contain_text("This one is mine")
    shop.conversation("And this is nobody's")
    async with asyncio.timeout(TOLD_WITHIN_SECONDS):
        assert await told.get() == "New message: "


async def test_what_is_handed_to_one_is_told_although_it_is_not_unread(
    visit: Any, shop: Any
) -> None:
    tab, told = await with_notices(visit, shop, "tess")
    conversation = shop.conversation("Who will look after this?")
    row = tab.page.locator(f'a.row[href*="{conversation}"]')
    await expect(row).to_contain_text("Who will look after this?")
    async with asyncio.timeout(TOLD_WITHIN_SECONDS):
        assert (await told.get()).endswith("Who will look after this?")

    async def handed(stream: Route) -> None:
        """Stand for the minute after which the gateway tells of it."""
        data = {"id": conversation, "kind": "handed", "people": [shop.people["tess"]]}
        envelope = {"id": "evt_handed", "type": "conversation.reminder", "data": data}
        event = f"id: evt_handed\nevent: conversation.reminder\ndata: {json.dumps(envelope)}\n\n"
        await stream.fulfill(content_type="text/event-stream", body=event)

    await tab.page.route("**/v1/events?*", handed)
    await tab.go("/inbox/unassigned")
    async with asyncio.timeout(TOLD_WITHIN_SECONDS):
        assert (await told.get()).endswith("Who will look after this?")


async def test_outside_one_s_hours_nothing_calls(visit: Any, shop: Any) -> None:
    tab, told = await with_notices(visit, shop, "sven", shifts="off")
    conversation = shop.conversation("Hello in the evening")
    row = tab.page.locator(f'a.row.unread[href*="{conversation}"]')
    await expect(row).to_contain_text("Hello in the evening")
    assert told.empty()
