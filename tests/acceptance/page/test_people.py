"""Managing people: an absence in two clicks, a leaver in one dialog, an invitation, a person."""

import re
from typing import Any

from playwright.async_api import expect


def row_of(tab: Any, name: str) -> Any:
    return tab.page.locator(".person-row").filter(
        has=tab.page.get_by_role("link", name=name, exact=True)
    )


def state_of(shop: Any, name: str) -> Any:
    return next(each for each in shop.api("GET", "/v1/users")["items"] if each["name"] == name)


async def test_an_absence_takes_two_clicks_and_a_colleague_takes_over(
    visit: Any, shop: Any
) -> None:
    shop.person("anouk", "agent")
    shop.person("benoit", "agent", delegate=shop.people["anouk"])
    tab = await visit("/settings/people")
    row = row_of(tab, "Benoit")
    await row.get_by_text("Away…").click()
    await row.get_by_role("button", name="Until Monday").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Anouk takes over")
    await expect(row.get_by_text(re.compile("Away until Mon"))).to_be_visible()
    absence = state_of(shop, "benoit")["absences"][0]
    assert absence["delegate"] == shop.people["anouk"]
    await tab.page.get_by_role("button", name="Undo").click()
    await expect(tab.page.locator("#flash")).to_contain_text("Benoit is back")
    assert state_of(shop, "benoit")["absences"] == []


async def test_it_works_without_a_script_and_in_french(visit: Any, shop: Any) -> None:
    shop.person("cyrille", "agent")
    tab = await visit("/settings/people", locale="fr-CA", java_script_enabled=False)
    row = row_of(tab, "Cyrille")
    await row.get_by_text("Absence…").click()
    await row.get_by_role("button", name="Pour une semaine").click()
    await expect(row.get_by_text(re.compile("Absence jusqu’à"))).to_be_visible()
    await row.get_by_role("button", name="Déjà de retour").click()
    await expect(row.get_by_text("Sur place")).to_be_visible()


async def test_a_leaver_goes_in_one_dialog_that_says_what_will_happen(
    visit: Any, shop: Any
) -> None:
    shop.person("dario", "agent")
    shop.person("elise", "agent")
    conversation = shop.conversation()
    assigned = {"to": shop.people["dario"]}
    shop.api("POST", f"/v1/conversations/{conversation}/assign", assigned)
    theirs = await visit("/inbox/mine", person="dario")
    theirs.watch.wants(401)
    tab = await visit("/settings/people")
    await tab.page.get_by_role("link", name="Leaves… Dario").click()
    await expect(tab.page.get_by_text("1 conversation is handed over.")).to_be_visible()
    await tab.page.get_by_label("Who takes over", exact=True).select_option("Elise")
    await tab.page.get_by_label("A note for who takes over").fill("Waits for a part.")
    await tab.page.get_by_role("button", name="End their access now").click()
    await expect(tab.page.locator("#flash")).to_contain_text("handed over: 1")
    row = row_of(tab, "Dario")
    await expect(row.get_by_text("Suspended")).to_be_visible()
    assert state_of(shop, "dario")["state"] == "suspended"
    seen = shop.api("GET", f"/v1/conversations/{conversation}")
    assert seen["assignee"]["id"] == shop.people["elise"]
    # Their page may go to the log-in by itself just now: this looks in another tab.
    await theirs.again("/inbox/mine")
    await expect(theirs.page).to_have_url(re.compile("/login"))
    await row.get_by_role("button", name="Let them work again").click()
    await expect(row.get_by_text("Here")).to_be_visible()


async def test_who_is_invited_gets_a_link_and_a_code_that_are_shown_once(visit: Any) -> None:
    tab = await visit("/settings/people")
    await tab.page.get_by_role("link", name="Invite somebody").click()
    await tab.page.get_by_label("Name", exact=True).fill("Fanny Côté")
    await tab.page.get_by_role("button", name="Add, and make a link").click()
    link = await tab.page.get_by_label("Link", exact=True).input_value()
    await expect(tab.page.get_by_role("img", name="The link as a QR code")).to_be_visible()
    theirs = await visit("/" + link.split("/", 3)[3], person=None)
    await expect(theirs.page.get_by_text("You log in as fanny")).to_be_visible()


async def test_what_cannot_be_so_is_said_beside_the_field_and_nothing_typed_is_lost(
    visit: Any, shop: Any
) -> None:
    shop.person("gaspard", "agent")
    tab = await visit(f"/settings/people/{shop.people['gaspard']}")
    tab.watch.wants(422)
    await tab.page.get_by_label("Their own phone").fill("555")
    await tab.page.get_by_label("Shifts").fill("whenever")
    await tab.page.get_by_label("Name", exact=True).fill("Gaspard <b>Roy</b>")
    await tab.page.get_by_role("button", name="Save").first.click()  # of this device
    await expect(tab.page.get_by_role("alert")).to_be_visible()
    await expect(tab.page.get_by_label("Their own phone")).to_have_attribute("aria-invalid", "true")
    await expect(tab.page.get_by_label("Shifts")).to_have_value("whenever")
    await tab.page.get_by_label("Their own phone").fill("")
    await tab.page.get_by_label("Shifts").fill("Mo-Fr 09:00-17:00")
    await tab.page.get_by_role("button", name="Save").first.click()  # of this device
    await expect(
        tab.page.get_by_role("link", name="Gaspard <b>Roy</b>", exact=True)
    ).to_be_visible()
    assert state_of(shop, "gaspard")["shifts"] == "Mo-Fr 09:00-17:00"


async def test_a_team_has_its_people_and_those_on_call_in_order(visit: Any, shop: Any) -> None:
    shop.person("hector", "agent")
    shop.person("ines", "agent")
    tab = await visit("/settings/teams/new")
    await tab.page.get_by_label("Name").fill("Atelier")
    await tab.page.get_by_label("Hector: Member").fill("2")
    await tab.page.get_by_label("Ines: Member").fill("1")
    await tab.page.get_by_label("Hector: On call").fill("1")
    await tab.page.get_by_role("button", name="Save").first.click()  # of this device
    await expect(tab.page.get_by_text("Ines, Hector")).to_be_visible()
    team = next(t for t in shop.api("GET", "/v1/teams")["items"] if t["name"] == "atelier")
    assert team["members"] == [shop.people["ines"], shop.people["hector"]]
    assert team["on_call"] == [shop.people["hector"]]


async def test_the_settings_are_for_managers(visit: Any, shop: Any) -> None:
    tab = await visit("/inbox/mine", person="julie", role="agent")
    tab.watch.wants(403)
    await expect(tab.page.get_by_role("link", name="Settings")).to_have_count(0)
    for path in ("/settings", "/settings/people", f"/settings/people/{shop.people['julie']}"):
        answer = await tab.page.goto(shop.url + path)
        assert answer is not None
        assert answer.status == 403
