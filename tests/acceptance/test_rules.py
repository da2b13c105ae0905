"""A manager's way to the rules: written, looked over, tried, set; and the same after a stop."""

from collections.abc import Callable
from typing import Any

SENDER = "+15145550123"
RULES = """\
[inboxes.main.hours]
weekly = "Mo-Fr 09:00-12:00,13:00-18:00"

[inboxes.main.answers.texts.holiday]
en = "{business} is closed: {holiday}."
fr = "{business} est fermé : {holiday}."

[[rules]]
name = "regulars"

[rules.when]
contact = "known"

[rules.do]
assign = "person:marie"
"""


def test_rules_are_tried_before_they_are_in_force(new_gateway: Callable[[], Any]) -> None:
    shop = new_gateway()
    stick = shop.stick()
    shop.configure()
    shop.start()
    file = shop.folder / "rules.toml"
    file.write_text(RULES, encoding="utf-8")

    def preview(*more: str) -> str:
        words = ("--from", "514-555-0123", "--at", "2027-06-24T20:00", "--text", "allo")
        done = shop.cli("rules", "test", *words, *more)
        assert done.status == 0, done.err
        return str(done.out)

    refused = shop.cli("rules", "import", str(file))
    assert refused.status == 78
    assert "rules.1.do.assign: there is no person 'marie'" in refused.err
    people = [
        shop.http("POST", "/v1/users", {"name": name, "display_name": name.title()}).json["id"]
        for name in ("marie", "jean")
    ]
    team = {"name": "shop", "display_name": "Shop", "members": people, "on_call": people[::-1]}
    team_id = shop.http("POST", "/v1/teams", team).json["id"]
    assert shop.http("PATCH", "/v1/inboxes/main", {"team": team_id}).status == 200

    assert shop.cli("rules", "import", str(file), "--dry-run").status == 0
    tried = preview("--file", str(file))
    assert "they never wrote before" in tried
    assert "closed by holiday" in tried
    assert "answered (holiday): gatewayd est fermé : Fête nationale du Québec." in tried
    assert "closed by holiday" not in preview()

    assert shop.cli("rules", "import", str(file)).status == 0
    stick.order("text_in", **{"from": SENDER, "text": "Is it ready?"})
    shop.incoming(**{"from": SENDER})
    (contact,) = shop.http("GET", "/v1/contacts").json["items"]
    assert shop.http("PATCH", f"/v1/contacts/{contact['id']}", {"name": "Léa"}).status == 200
    away = {"kind": "sick", "delegate": people[1]}
    assert shop.http("POST", f"/v1/users/{people[0]}/absences", away).status == 201
    live = preview()
    assert "somebody gave them a name" in live
    assert "“regulars” fired" in live
    assert "  marie is sick.\n  jean is there.\n" in live
    assert "  - given to jean\n" in live

    shop.stop()
    assert preview() == live
    assert shop.cli("rules", "export").out == RULES
