"""`make screenshots`: every screen, on a desktop and a phone, light and dark, English and French.

Not a test: pytest runs it because the shop and the browser are its fixtures. Add a screen to
SCREENS when you make one, and look at all of them before you call it done.
"""

import os
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(os.environ.get("SCREENSHOTS", "build/screenshots"))
LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "dark-french": {"color_scheme": "dark", "locale": "fr-CA"},
    "phone": {"viewport": {"width": 360, "height": 740}},
    "tablet-french": {"viewport": {"width": 1024, "height": 768}, "locale": "fr-CA"},
}
SCREENS = {
    "inbox": "/inbox/all",
    "nothing": "/inbox/snoozed",
    "conversation": "/inbox/all/{conversation}",
    "contact": "/inbox/all/{conversation}/contact",
    "overdue": "/inbox/overdue",
    "new-message": "/new?contact={contact}",
    "new-message-choose": "/new?to=gagnon",
    "contacts": "/contacts",
    "contact-new": "/contacts/new",
    "contact-page": "/contacts/{contact}",
    "contact-choose": "/contacts/{contact}/merge?q=gagnon",
    "contact-merge": "/contacts/{contact}/merge?other={other}",
    "contact-erase": "/contacts/{contact}/erase",
    "contacts-import": "/contacts/import",
    "contact-split": "/contacts/{other}/split",
    "me": "/me",
    "supervision": "/supervision",
    "supervision-days": "/supervision?by=day",
    "api": "/docs",
    "audit": "/audit?verify=1",
    "exports": "/exports?conversation={conversation}",
    "modems": "/modems",
    "modem": "/modems/counter",
    "doctor": "/doctor",
    "welcome": "{welcome}",
    "start-modems": "/start/modems",
    "start-hours": "/start/hours",
    "start-answer": "/start/answer",
    "start-people": "/start/people",
    "start-test": "/start/test",
    "settings": "/settings",
    "hours": "/settings/hours/main?at=2027-06-24T20:00",
    "answers": "/settings/answers/main",
    "rules": "/settings/rules",
    "replies": "/settings/replies",
    "reply": "/settings/replies/{reply}",
    "templates": "/settings/templates",
    "template": "/settings/templates/prices",
    "digest": "/settings/digest",
    "inboxes": "/settings/inboxes",
    "inbox-settings": "/settings/inboxes/main",
    "rules-file": "/settings/rules/file",
    "people": "/settings/people",
    "invite": "/settings/people/new",
    "person": "/settings/people/{person}",
    "leaver": "/settings/people/{person}/leave",
    "teams": "/settings/teams",
    "team": "/settings/teams/{team}",
}
TALK = (
    ("in", "Bonjour! Est-ce que mon vélo est prêt?"),
    ("note", "Le câble arrière est en commande, livraison jeudi. https://example.com/orders/7"),
    (
        "out",
        "Bonjour! Presque : il manque un câble, qui arrive jeudi. On vous écrira ensuite.",
    ),
    ("in", "Parfait, merci! Jeudi soir, vous fermez à quelle heure?"),
)
REPLIES = (
    ("hours", "We are open from 9 to 18.", "Nous sommes ouverts de 9 h à 18 h."),
    ("ready", "{contact_first_name}, it is ready!", "{contact_first_name}, c’est prêt!"),
)
RULES = {
    "inboxes": {
        "main": {
            "hours": {
                "weekly": "Mo-Fr 09:00-12:00,13:00-18:00; Sa 10:00-16:00",
                "closures": [
                    {
                        "first": "2027-07-19",
                        "last": "2027-07-30",
                        "text": {"en": "We are on holiday.", "fr": "Nous sommes en vacances."},
                    }
                ],
            },
            "answers": {
                "texts": {
                    "closed": {
                        "en": "{business} is closed until {next_opening}.",
                        "fr": "{business} rouvre {next_opening}.",
                    },
                    "holiday": {
                        "en": "{business} is closed for {holiday}, and opens {next_opening}.",
                        "fr": "{business} est fermé : {holiday}. Ouverture {next_opening}.",
                    },
                }
            },
        }
    },
    "templates": {"prices": {"en": "See shop.example/prices", "fr": "Voir shop.example/prix"}},
    "rules": [
        {"name": "suppliers", "when": {"sender": ["+1450*"]}, "do": {"assign": "on_duty"}},
        {"name": "prices", "when": {"words": ["price", "prix"]}, "do": {"answer": "prices"}},
        {"name": "old campaign", "enabled": False, "do": {"tag": ["spring"]}},
    ],
}


@pytest.fixture(scope="session")
def places(shop: Any) -> dict[str, str]:
    """A shop with a few customers, one of whom has a longer talk."""
    for name, text in (
        (None, "Do you have the city bike in blue? http://xn--le-6kc8da.com/deal"),
        ("Sofia Nguyen", "Can I change my appointment to Friday at 10?"),
        ("Jean-Marc Pelletier", "Merci beaucoup, à bientôt!"),
    ):
        other = shop.api("GET", f"/v1/conversations/{shop.conversation(text)}")["contact"]["id"]
        shop.api("PATCH", f"/v1/contacts/{other}", {"name": name})
    shop.person("luc", "agent", display_name="Luc Bélanger", phone="514 555-0177")
    number = shop.customer()
    shop.text_in(number, TALK[0][1])
    conversation = shop.conversation_of(number)
    contact = shop.api("GET", f"/v1/conversations/{conversation}")["contact"]["id"]
    shop.api("PATCH", f"/v1/contacts/{contact}", {"name": "Camille Gagnon", "language": "fr"})
    for kind, text in TALK[1:]:
        if kind == "in":
            shop.text_in(number, text)
        elif kind == "note":
            shop.say("luc", conversation, text, what="notes")
        else:
            sent = shop.say("marie", conversation, text)
            shop.gateway.message(sent["id"], "delivered")
    made = shop.api("POST", "/v1/users", {"name": "new", "display_name": "Alex"}, 201)
    welcome = shop.api("POST", f"/v1/users/{made['id']}/link", status=201)["path"]
    for shortcut, en, fr in REPLIES:
        reply = {"shortcut": shortcut, "en": en, "fr": fr}
        made = shop.api("POST", "/v1/saved-replies", reply, 201)
    found = {"conversation": conversation, "contact": contact, "welcome": welcome}
    found["reply"] = made["id"]
    return found | acquaintances(shop, contact) | colleagues(shop)


def acquaintances(shop: Any, contact: str) -> dict[str, str]:
    """Contacts with names and tags; one who noted by telephone that they want no texts."""
    more = {"tags": ["vélo électrique", "fidèle"], "notes": "Appeler après 17 h"}
    shop.api("PATCH", f"/v1/contacts/{contact}", more)
    said = {"what": "opted_out", "reason": "au téléphone le 3 juin, à Marie"}
    shop.api("POST", f"/v1/contacts/{contact}/consent", said)
    said = {"what": "opted_in", "reason": "au comptoir, pour son vélo"}
    shop.api("POST", f"/v1/contacts/{contact}/consent", said)
    made = []
    for name, numbers, tags in (
        ("C. Gagnon (bureau)", [shop.customer(), shop.customer()], ["entreprise"]),
        ("Noah Lefebvre", [shop.customer()], []),
        ("Priya Sharma-Desrochers", [shop.customer()], ["location", "fidèle"]),
        ("Garage Saint-Denis", [shop.customer()], ["fournisseur"]),
    ):
        body = {"numbers": numbers, "name": name, "tags": tags}
        made.append(shop.api("POST", "/v1/contacts", body, 201)["id"])
    shop.api("POST", f"/v1/contacts/{made[3]}/block")
    shop.api("POST", f"/v1/contacts/{made[1]}/consent", said | {"what": "opted_out"})
    return {"other": made[0]}


def colleagues(shop: Any) -> dict[str, str]:
    """Some colleagues: one on vacation, one off shift, one on call."""
    shop.person("marie")
    shop.person("lea", "agent", display_name="Léa Roy", shifts="Su 10:00-10:01")
    shop.person("omar", "agent", display_name="Omar Haddad", delegate=shop.people["luc"])
    away = {"kind": "vacation", "until": "2199-01-01T00:00:00Z", "delegate": shop.people["luc"]}
    shop.api("POST", f"/v1/users/{shop.people['omar']}/absences", away)
    members = [shop.people[name] for name in ("luc", "lea")]
    counter = {"name": "counter", "display_name": "Comptoir", "members": members}
    shop.api("PUT", "/v1/rules", {"document": RULES})
    team = shop.api("POST", "/v1/teams", counter | {"on_call": members[:1]}, 201)
    return {"person": shop.people["luc"], "team": team["id"]}


@pytest.mark.parametrize("look", LOOKS)
async def test_screens(visit: Any, places: dict[str, str], look: str) -> None:
    tab = await visit("/inbox/all", **LOOKS[look])
    await tab.page.get_by_role("link").first.wait_for()
    for name, path in SCREENS.items():
        await tab.go(path.format(**places))
        if name == "conversation":
            await tab.page.locator("#text").fill("Jeudi, nous fermons à 21 h… à jeudi!")
            await tab.page.locator("#measure > *").first.wait_for()
        await tab.page.screenshot(path=f"{FOLDER}/{name}-{look}.png")
        if name == "conversation":
            await tab.page.locator("#text").press_sequentially(" /")
            await tab.page.locator("#choices").wait_for()
            await tab.page.screenshot(path=f"{FOLDER}/saved-reply-{look}.png")
            await tab.page.locator("#text").press("Backspace")
