"""Getting in and out: one-time links, the log-in, and what somebody else's guess is told."""

import re
from typing import Any

from playwright.async_api import expect

PASSWORD = "three blue bicycles"


def invite(shop: Any, name: str) -> str:
    """Make a colleague; gives the path of their link."""
    person = shop.api("POST", "/v1/users", {"name": name, "display_name": name.title()}, 201)
    path: str = shop.api("POST", f"/v1/users/{person['id']}/link", status=201)["path"]
    return path


async def test_a_link_is_followed_once(visit: Any, shop: Any) -> None:
    path = invite(shop, "zoe")
    tab = await visit(path, person=None)
    await expect(tab.page.get_by_text("You log in as zoe")).to_be_visible()
    await tab.page.get_by_label("Your name").fill("Zoé Roy")
    await tab.page.get_by_label("Password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Begin").click()
    await expect(tab.page).to_have_url(re.compile("/inbox/mine"))
    await expect(tab.page.get_by_role("link", name="Zoé Roy")).to_be_visible()
    again = shop.gateway.http("GET", path, headers={"Authorization": ""})
    assert again.status == 410
    assert "This link is over" in again.body.decode()


async def test_a_password_that_everybody_tries_is_not_taken(visit: Any, shop: Any) -> None:
    tab = await visit(invite(shop, "yves"), person=None)
    tab.watch.wants(422)
    await tab.page.get_by_label("Password").fill("password123")
    await tab.page.get_by_role("button", name="Begin").click()
    await expect(tab.page.get_by_text("Take at least 10 characters")).to_be_visible()
    await tab.page.get_by_label("Password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Begin").click()
    await expect(tab.page).to_have_url(re.compile("/inbox/mine"))


async def test_log_in_leads_where_one_wanted_to_go_and_log_out_ends_it(
    visit: Any, shop: Any
) -> None:
    shop.person("xavier", "agent")
    tab = await visit("/inbox/closed", person=None)
    tab.watch.wants(401)
    await expect(tab.page).to_have_url(re.compile(r"/login\?next="))
    await tab.page.get_by_label("Name").fill("xavier")
    await tab.page.get_by_label("Password").fill("not this one")
    await tab.page.get_by_role("button", name="Log in").click()
    await expect(tab.page.get_by_role("alert")).to_contain_text("name or the password is wrong")
    await tab.page.get_by_label("Password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Log in").click()
    await expect(tab.page).to_have_url(re.compile("/inbox/closed$"))
    await tab.go("/me")
    await tab.page.get_by_role("button", name="Log out here").click()
    await expect(tab.page).to_have_url(re.compile("/login$"))
    await tab.go("/inbox/all")
    await expect(tab.page).to_have_url(re.compile("/login"))


async def test_log_out_everywhere_ends_the_other_browser_too(visit: Any, shop: Any) -> None:
    shop.person("wim", "agent")
    here = await visit("/login", person=None)
    await here.page.get_by_label("Name").fill("wim")
    await here.page.get_by_label("Password").fill(PASSWORD)
    await here.page.get_by_role("button", name="Log in").click()
    there = await visit("/inbox/all", person="wim")
    for tab in (here, there):
        tab.watch.wants(401)
    await expect(there.page.get_by_role("heading", level=1)).to_be_visible()
    await here.go("/me")
    await here.page.get_by_role("button", name="Log out everywhere").click()
    await expect(here.page).to_have_url(re.compile("/login$"))
    await there.again("/inbox/all")
    await expect(there.page).to_have_url(re.compile("/login"))


async def test_a_log_in_never_leads_to_another_site(visit: Any, shop: Any) -> None:
    shop.person("vera", "agent")
    tab = await visit("/login?next=//evil.example/", person=None)
    await tab.page.get_by_label("Name").fill("vera")
    await tab.page.get_by_label("Password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Log in").click()
    await expect(tab.page).to_have_url(re.compile("/inbox/mine$"))


async def test_the_language_goes_with_the_person(visit: Any, shop: Any) -> None:
    shop.person("ugo", "agent", language="fr")
    tab = await visit("/login", person=None, locale="en-CA")
    await tab.page.get_by_label("Name").fill("ugo")
    await tab.page.get_by_label("Password").fill(PASSWORD)
    await tab.page.get_by_role("button", name="Log in").click()
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Les miennes")
