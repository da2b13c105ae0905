"""Setting the hours in a browser, and asking what would be sent on 24 June at 20:00."""

from typing import Any

import pytest
from playwright.async_api import expect

WORDS = {
    "en-CA": {
        "mode": "These hours of the week",
        "copy": "Monday’s hours until Friday",
        "monday": ("Monday, from", "Monday, to"),
        "at": "If a customer writes on",
        "show": "Show it",
        "save": "Save",
        "saved": "Saved. It holds from now on.",
        "state": "Closed: Saint Jean Baptiste Day",
    },
    "fr-CA": {
        "mode": "Ces heures de la semaine",
        "copy": "Les heures du lundi jusqu’au vendredi",
        "monday": ("lundi, de", "lundi, à"),
        "at": "Si un client écrit le",
        "show": "Montrer",
        "save": "Enregistrer",
        "saved": "Enregistré. C’est en vigueur dès maintenant.",
        "state": "Fermé : Fête nationale du Québec",
    },
}
TEXTS = {
    "closed": {"en": "{business}: closed.", "fr": "{business} : fermé."},
    "holiday": {
        "en": "Closed for {holiday}, open {next_opening}.",
        "fr": "Fermé : {holiday}. Ouverture {next_opening}.",
    },
}


@pytest.mark.parametrize(("locale", "scripted"), [("en-CA", True), ("fr-CA", False)])
async def test_hours_are_tried_for_a_holiday_before_they_are_saved(
    visit: Any, shop: Any, rules: Any, locale: str, scripted: bool
) -> None:
    says = WORDS[locale]
    rules({"inboxes": {"main": {"answers": {"texts": TEXTS}}}})
    tab = await visit("/settings/hours/main", locale=locale, java_script_enabled=scripted)
    page = tab.page
    await page.get_by_label(says["mode"]).check()
    await page.get_by_label(says["monday"][0]).first.fill("09:30")
    await page.get_by_label(says["monday"][1]).first.fill("12:00")
    await page.get_by_label(says["monday"][0]).nth(1).fill("13:00")
    await page.get_by_label(says["monday"][1]).nth(1).fill("17:30")
    await page.get_by_role("button", name=says["copy"]).click()
    await page.get_by_label(says["at"]).fill("2027-06-24T20:00")
    await page.get_by_role("button", name=says["show"]).click()
    await expect(page.get_by_text(says["state"] + " · ")).to_be_visible()
    english = "Closed for Saint Jean Baptiste Day, open Friday at 9:30."
    french = "Fermé : Fête nationale du Québec. Ouverture vendredi à 9 h 30."
    await expect(page.get_by_text(english)).to_be_visible()
    await expect(page.get_by_text(french)).to_be_visible()
    assert "hours" not in shop.api("GET", "/v1/rules")["document"]["inboxes"]["main"]
    await page.get_by_role("button", name=says["save"], exact=True).click()
    await expect(page.get_by_text(says["saved"])).to_be_visible()
    hours = shop.api("GET", "/v1/rules")["document"]["inboxes"]["main"]["hours"]
    assert hours == {"weekly": "Mo-Fr 09:30-12:00,13:00-17:30"}
