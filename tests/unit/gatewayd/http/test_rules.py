"""The rulebook over HTTP: set whole or in part, each version kept, and previews that do nothing."""

from typing import Any

import pytest

from gatewayd.services.inboxes import seed_inboxes
from gatewayd.services.tokens import Scope
from storage import rulebook

SAINT_JEAN = "2027-06-24T20:00"
BOOK: dict[str, Any] = {
    "inboxes": {
        "main": {
            "hours": {"weekly": "Mo-Fr 09:00-18:00"},
            "answers": {
                "texts": {
                    "holiday": {"en": "Closed: {holiday}.", "fr": "Fermé : {holiday}."},
                    "closed": {"en": "Back {next_opening}.", "fr": "De retour {next_opening}."},
                }
            },
        }
    },
    "templates": {"prices": {"en": "See our page", "fr": "Voir notre page"}},
    "rules": [{"name": "prices", "when": {"words": ["price"]}, "do": {"answer": "prices"}}],
}


@pytest.fixture
async def seeded(api: Any) -> Any:
    context = api.context
    await seed_inboxes(context.settings, store=context.store, clock=context.clock)
    return api


async def put(api: Any, document: Any, *, status: int = 200, **more: Any) -> Any:
    body = {"document": document} | more
    return await api.admin("PUT", "/v1/rules", status=status, json=body)


async def preview(api: Any, *, status: int = 200, **fields: Any) -> Any:
    body = {"from": "514 555 0123", "text": "allo", "at": SAINT_JEAN} | fields
    return await api.admin("POST", "/v1/rules/preview", status=status, json=body)


class TestRules:
    async def test_until_somebody_sets_some_there_are_none(self, api: Any) -> None:
        empty = {"version": 0, "author": None, "created_at": None, "document": {}}
        assert await api.admin("GET", "/v1/rules") == empty

    async def test_what_is_set_is_in_force_and_what_was_is_kept(self, seeded: Any) -> None:
        first = await put(seeded, BOOK, version=0)
        assert (first["version"], first["document"]) == (1, BOOK)
        assert first["author"].startswith("uid:")
        assert first["created_at"] == "2026-12-01T12:00:00.000Z"
        assert (await put(seeded, {}, version=1))["version"] == 2
        assert (await seeded.admin("GET", "/v1/rules"))["document"] == {}
        assert await seeded.admin("GET", "/v1/rules/history/1") == first
        for unknown in ("0", "3", "x", "9999999999"):
            await seeded.admin("GET", f"/v1/rules/history/{unknown}", status=404)
        page = await seeded.admin("GET", "/v1/rules/history?limit=1")
        assert ([row["version"] for row in page["items"]], page["next"]) == ([2], "2")
        page = await seeded.admin("GET", "/v1/rules/history?limit=1&cursor=2")
        assert ([row["version"] for row in page["items"]], page["next"]) == ([1], None)
        events = await seeded.admin(
            "GET", "/v1/events?types=rules.updated", headers={"Accept": "application/json"}
        )
        assert [event["data"]["version"] for event in events["items"]] == [1, 2]

    async def test_a_change_of_another_version_is_refused(self, seeded: Any) -> None:
        await put(seeded, BOOK)
        refused = await put(seeded, {}, status=409, version=0)
        assert refused["code"] == "changed_meanwhile"
        assert (await seeded.admin("GET", "/v1/rules"))["version"] == 1

    @pytest.mark.parametrize(
        ("document", "pointers"),
        [
            ({"rule": []}, ["/document/rule"]),
            (
                {"rules": [{"name": "a"}, {"name": "b", "when": {"words": [1], "kind": "fax"}}]},
                ["/document/rules/1/when/words", "/document/rules/1/when/kind"],
            ),
            ({"rules": [{"name": "a", "do": {"answer": "x"}}]}, ["/document/rules/0/do/answer"]),
            (
                {"templates": {"a.b/c": {"en": "{oops}"}}},
                ["/document/templates/a.b~1c/en"],
            ),
            ({"inboxes": {"front": {}}}, ["/document/inboxes"]),
            (
                {"rules": [{"name": "a", "do": {"assign": "person:lea"}}]},
                ["/document/rules/0/do/assign"],
            ),
            ({"rules": [{"name": "a", "when": {"modem": "x"}}]}, ["/document/rules/0/when/modem"]),
        ],
    )
    async def test_each_problem_is_pointed_at(
        self, seeded: Any, document: Any, pointers: list[str]
    ) -> None:
        for method, path in (("PUT", "/v1/rules"), ("POST", "/v1/rules/check")):
            body = {"document": document}
            refused = await seeded.admin(method, path, status=422, json=body)
            assert refused["code"] == "rules_unfit"
            assert [error["pointer"] for error in refused["errors"]] == pointers
        assert (await preview(seeded, status=422, document=document))["code"] == "rules_unfit"
        assert (await seeded.admin("GET", "/v1/rules"))["version"] == 0

    async def test_looking_over_changes_nothing(self, seeded: Any) -> None:
        async with seeded.unix.post("/v1/rules/check", json={"document": BOOK}) as answer:
            assert answer.status == 204
        assert (await seeded.admin("GET", "/v1/rules"))["version"] == 0

    async def test_whoever_the_rules_name_keeps_that_name(self, seeded: Any) -> None:
        person = {"name": "lea", "display_name": "Léa"}
        lea = await seeded.admin("POST", "/v1/users", status=201, json=person)
        body = {"name": "shop", "display_name": "Shop"}
        team = await seeded.admin("POST", "/v1/teams", status=201, json=body)
        do = {"assign": "team:shop", "forward": "person:lea"}
        await put(seeded, {"rules": [{"name": "a", "do": do}]})
        paths = [f"/v1/users/{lea['id']}", f"/v1/teams/{team['id']}"]
        for path in paths:
            refused = await seeded.admin("PATCH", path, status=422, json={"name": "other"})
            assert refused["code"] == "named_by_rules"
            await seeded.admin("PATCH", path, json={"display_name": "Other"})
        await put(seeded, {})
        for path in paths:
            await seeded.admin("PATCH", path, json={"name": "other"})

    async def test_reading_takes_the_inbox_and_setting_an_administrator(self, api: Any) -> None:
        headers = await api.token(Scope.INBOX)
        async with api.tcp.get("/v1/rules", headers=headers) as answer:
            assert answer.status == 200
        async with api.tcp.put("/v1/rules", headers=headers, json={"document": {}}) as answer:
            assert answer.status == 403


class TestHoursOfAnInbox:
    async def test_they_are_those_of_the_rules(self, seeded: Any) -> None:
        await put(seeded, BOOK)
        path = "/v1/inboxes/main"
        assert (await seeded.admin("GET", path))["hours"] == "Mo-Fr 09:00-18:00"
        await seeded.admin("PATCH", path, json={"hours": "Sa 10:00-12:00"})
        rules = await seeded.admin("GET", "/v1/rules")
        main = rules["document"]["inboxes"]["main"]
        assert (rules["version"], main["hours"]) == (2, {"weekly": "Sa 10:00-12:00"})
        assert main["answers"] == BOOK["inboxes"]["main"]["answers"]
        always = await seeded.admin("PATCH", path, json={"hours": None})
        assert (always["hours"], (await seeded.admin("GET", path))["hours"]) == (None, None)


class TestTemplates:
    async def test_they_are_a_part_of_the_rules(self, seeded: Any) -> None:
        await put(seeded, BOOK)
        texts = {"en": "At {next_opening}", "fr": ""}
        made = await seeded.admin("PUT", "/v1/templates/opening hours", json=texts)
        assert made == {"name": "opening hours", **texts}
        page = await seeded.admin("GET", "/v1/templates")
        assert [item["name"] for item in page["items"]] == ["opening hours", "prices"]
        assert page["version"] == 2
        stale = texts | {"version": 1}
        refused = await seeded.admin("PUT", "/v1/templates/opening hours", status=409, json=stale)
        assert refused["code"] == "changed_meanwhile"
        await remove(seeded, "opening hours?version=1", 409)
        await remove(seeded, "opening hours?version=2", 204)
        await remove(seeded, "opening hours", 404)
        assert (await seeded.admin("GET", "/v1/rules"))["document"] == BOOK

    async def test_one_that_a_rule_answers_with_stays(self, seeded: Any) -> None:
        await put(seeded, BOOK)
        assert (await remove(seeded, "prices", 409))["code"] == "template_in_use"

    @pytest.mark.parametrize(
        ("texts", "pointer"), [({"en": "{oops}"}, "/en"), ({"en": "", "fr": ""}, "")]
    )
    async def test_what_no_template_says(self, seeded: Any, texts: Any, pointer: str) -> None:
        refused = await seeded.admin("PUT", "/v1/templates/a.b", status=422, json=texts)
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("rules_unfit", pointer)

    async def test_of_rules_that_cannot_be_read_no_part_is_changed(self, seeded: Any) -> None:
        async with seeded.context.store.write() as tx:
            await rulebook.add(tx, {"magic": 1}, version=None, by="tok_1", now_ms=1)
        texts = {"en": "x"}
        for method in ("GET", "PUT"):
            path = "/v1/templates" if method == "GET" else "/v1/templates/x"
            options = {} if method == "GET" else {"json": texts}
            refused = await seeded.admin(method, path, status=409, **options)
            assert refused["code"] == "rules_unreadable"
        body = {"hours": "24/7"}
        refused = await seeded.admin("PATCH", "/v1/inboxes/main", status=422, json=body)
        assert refused["code"] == "rules_unreadable"
        assert (await put(seeded, BOOK))["version"] == 2


async def remove(api: Any, name: str, status: int) -> Any:
    async with api.unix.delete(f"/v1/templates/{name}") as answer:
        assert answer.status == status
        return await answer.json(content_type=None) if status != 204 else None


class TestPreview:
    async def test_the_evening_of_saint_jean_baptiste(self, seeded: Any) -> None:
        await put(seeded, BOOK)
        before = await seeded.admin("GET", "/v1/conversations")
        told = await preview(seeded)
        assert told["rules_version"] == 1
        assert told["incoming"]["sender"] == "+15145550123"
        assert told["incoming"]["at"] == "2027-06-24T20:00:00+00:00"
        assert told["incoming"]["modem"] == "counter"
        decision = told["decision"]
        assert (decision["hours"]["open"], decision["hours"]["cause"]) == (False, "holiday")
        assert decision["hours"]["label"]["fr"] == "Fête nationale du Québec"
        assert decision["answer"]["text"] == "Fermé : Fête nationale du Québec."
        assert decision["rules"][0]["result"] == "not_matched"
        story = "\n".join(told["story"])
        assert "On Thursday 2027-06-24 at 20:00 (UTC), an SMS from +15145550123" in story
        assert "closed by holiday until 2027-06-25T09:00:00+00:00 (Fête nationale" in story
        assert "  - answered (holiday): Fermé : Fête nationale du Québec." in story
        assert await seeded.admin("GET", "/v1/conversations") == before
        assert (await seeded.admin("GET", "/v1/contacts"))["items"] == []

    async def test_a_local_time_is_the_inbox_s_and_now_is_the_default(self, seeded: Any) -> None:
        zone = {"timezone": "America/Toronto"}
        await seeded.admin("PATCH", "/v1/inboxes/main", json=zone)
        told = await preview(seeded)
        assert told["incoming"]["at"] == "2027-06-25T00:00:00+00:00"
        told = await preview(seeded, at="2027-06-24T20:00:00-07:00")
        assert told["incoming"]["at"] == "2027-06-25T03:00:00+00:00"
        told = await preview(seeded, at=None)
        assert told["incoming"]["at"] == "2026-12-01T12:00:00+00:00"

    async def test_what_is_known_of_the_contact_counts(self, seeded: Any) -> None:
        first = await preview(seeded, text="price?")
        assert first["incoming"]["contact"]["first_message"] is True
        await seeded.send(to="+15145550123")
        (contact,) = (await seeded.admin("GET", "/v1/contacts"))["items"]
        path = f"/v1/contacts/{contact['id']}"
        fields = {"name": "Léa", "tags": ["vip"], "language": "en"}
        await seeded.admin("PATCH", path, json=fields)
        known = (await preview(seeded))["incoming"]["contact"]
        assert (known["known"], known["tags"], known["language"]) == (True, ["vip"], "en")
        await seeded.admin("POST", f"{path}/block")
        told = await preview(seeded)
        assert told["incoming"]["contact"]["blocked"] is True
        assert told["decision"]["answer"] is None

    async def test_other_rules_and_other_things_can_be_supposed(self, seeded: Any) -> None:
        do = {"tag": ["called"], "priority": "low"}
        rules = [{"name": "calls", "when": {"kind": "missed_call", "modem": "spare"}, "do": do}]
        told = await preview(
            seeded, document={"rules": rules}, kind="missed_call", modem="spare", **{"from": ""}
        )
        assert (told["rules_version"], told["decision"]["tags"]) == (None, ["called"])
        assert (told["incoming"]["sender"], told["incoming"]["sender_type"]) == ("", "withheld")
        assert "  1. “calls” fired: " in "\n".join(told["story"])
        assert (await seeded.admin("GET", "/v1/rules"))["version"] == 0

    @pytest.mark.parametrize(
        ("fields", "code", "pointer"),
        [
            ({"inbox": "none"}, "inbox_unknown", "/inbox"),
            ({"modem": "none"}, "modem_unknown", "/modem"),
            ({"at": "soon"}, "time_unreadable", "/at"),
            ({"at": "0001-01-01T00:00"}, "time_unreadable", "/at"),
            ({"kind": "fax"}, "invalid_request", "/kind"),
        ],
    )
    async def test_what_cannot_be_supposed(
        self, seeded: Any, fields: Any, code: str, pointer: str
    ) -> None:
        refused = await preview(seeded, status=422, **fields)
        assert (refused["code"], refused["errors"][0]["pointer"]) == (code, pointer)
