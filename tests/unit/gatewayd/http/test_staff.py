"""People, their absences, teams and inboxes over HTTP."""

from typing import Any

import pytest

from gatewayd.services.inboxes import seed_inboxes

NOON = "2026-12-01T12:00:00.000Z"
TOMORROW = "2026-12-02T12:00:00.000Z"
LATER = "2026-12-09T12:00:00.000Z"


async def add_user(api: Any, name: str = "marie", *, status: int = 201, **more: Any) -> Any:
    body = {"name": name, "display_name": name.title()} | more
    return await api.admin("POST", "/v1/users", status=status, json=body)


async def add_absence(api: Any, user: Any, *, status: int = 201, **fields: Any) -> Any:
    path = f"/v1/users/{user['id']}/absences"
    return await api.admin("POST", path, status=status, json=fields)


class TestUsers:
    async def test_a_person_is_added_and_changed(self, api: Any) -> None:
        user = await add_user(api, language="fr", phone="514 555 0177", shifts="Mo-Fr 08:00-16:00")
        user_id = user.pop("id")
        assert user_id.startswith("usr_")
        assert user == {
            "name": "marie",
            "display_name": "Marie",
            "language": "fr",
            "phone": "+15145550177",
            "shifts": "Mo-Fr 08:00-16:00",
            "delegate": None,
            "role": "agent",
            "state": "active",
            "inboxes": None,
            "email": None,
            "notify": None,
            "signature": None,
            "teams": [],
            "absences": [],
            "version": 1,
        }
        path = f"/v1/users/{user_id}"
        changed = await api.admin("PATCH", path, json={"phone": None, "name": "m.roy"})
        assert (changed["name"], changed["phone"], changed["language"]) == ("m.roy", None, "fr")
        assert await api.admin("GET", path) == changed
        stale = {"name": "x", "version": 1}
        refused = await api.admin("PATCH", path, status=409, json=stale)
        assert refused["code"] == "changed_meanwhile"

    async def test_somebody_stands_in_for_another(self, api: Any) -> None:
        marie = await add_user(api)
        jean = await add_user(api, "jean", delegate=marie["id"])
        assert jean["delegate"] == marie["id"]
        path = f"/v1/users/{jean['id']}"
        refused = await api.admin("PATCH", path, status=422, json={"delegate": jean["id"]})
        assert (refused["code"], refused["errors"][0]["pointer"]) == (
            "delegate_is_absent",
            "/delegate",
        )
        changed = await api.admin("PATCH", path, json={"delegate": None})
        assert (changed["delegate"], changed["version"]) == (None, 2)

    async def test_two_have_not_one_name_or_phone(self, api: Any) -> None:
        await add_user(api, phone="514 555 0177")
        jean = await add_user(api, "jean")
        for fields, pointer in (
            ({"name": "marie"}, "/name"),
            ({"phone": "+15145550177"}, "/phone"),
        ):
            refused = await api.admin("PATCH", f"/v1/users/{jean['id']}", status=409, json=fields)
            assert (refused["code"], refused["errors"][0]["pointer"]) == ("already_taken", pointer)
        refused = await add_user(api, "marie", status=409)
        assert refused["code"] == "already_taken"
        own = await api.admin("PATCH", f"/v1/users/{jean['id']}", json={"name": "jean"})
        assert own["name"] == "jean"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"phone": "24365"}, "phone_is_short_code"),
            ({"phone": "call me"}, "number_has_letters"),
            ({"language": "de"}, "invalid_request"),
            ({"shifts": "always"}, "hours_unreadable"),
            ({"delegate": "usr_none"}, "user_unknown"),
        ],
    )
    async def test_what_no_person_has(self, api: Any, fields: dict[str, str], code: str) -> None:
        assert (await add_user(api, status=422, **fields))["code"] == code
        jean = await add_user(api, "jean")
        path = f"/v1/users/{jean['id']}"
        assert (await api.admin("PATCH", path, status=422, json=fields))["code"] == code

    @pytest.mark.parametrize("name", ["", "Marie", "two words", "x" * 33])
    async def test_a_name_can_be_typed(self, api: Any, name: str) -> None:
        refused = await add_user(api, name, status=422)
        assert refused["errors"][0]["pointer"] == "/name"

    async def test_all_are_listed_by_name(self, api: Any) -> None:
        for name in ("zoe", "anne"):
            await add_user(api, name)
        page = await api.admin("GET", "/v1/users")
        assert [user["name"] for user in page["items"]] == ["anne", "zoe"]


class TestAbsences:
    async def test_somebody_is_away_and_comes_back(self, api: Any) -> None:
        user = await add_user(api)
        absence = await add_absence(api, user, kind="break", note="lunch")
        assert (absence["from"], absence["until"], absence["note"]) == (NOON, None, "lunch")
        path = f"/v1/users/{user['id']}"
        shown = await api.admin("GET", path)
        assert (shown["absences"], shown["version"]) == ([absence], 2)

        api.clock.ms += 60_000
        async with api.unix.delete(f"{path}/absences/{absence['id']}") as answer:
            assert answer.status == 204

        assert (await api.admin("GET", path))["absences"] == []
        (ended,) = (await api.admin("GET", f"{path}/absences"))["items"]
        assert ended["until"] == "2026-12-01T12:01:00.000Z"
        again = await api.admin("DELETE", f"{path}/absences/{absence['id']}", status=404)
        assert again["code"] == "not_found"

    async def test_what_has_not_begun_is_taken_back(self, api: Any) -> None:
        user, jean = await add_user(api), await add_user(api, "jean")
        fields = {"kind": "vacation", "from": TOMORROW, "until": LATER, "delegate": jean["id"]}
        absence = await add_absence(api, user, **fields)
        assert {name: absence[name] for name in fields} == fields
        path = f"/v1/users/{user['id']}/absences"
        async with api.unix.delete(f"{path}/{absence['id']}") as answer:
            assert answer.status == 204
        assert (await api.admin("GET", path))["items"] == []

    async def test_one_that_is_over_is_only_in_the_list(self, api: Any) -> None:
        user = await add_user(api)
        await add_absence(api, user, kind="sick", until=TOMORROW)
        api.clock.ms += 2 * 86_400_000
        assert (await api.admin("GET", f"/v1/users/{user['id']}"))["absences"] == []
        page = await api.admin("GET", f"/v1/users/{user['id']}/absences")
        assert [one["kind"] for one in page["items"]] == ["sick"]

    @pytest.mark.parametrize(
        ("fields", "code", "pointer"),
        [
            ({"kind": "vacation"}, "return_date_missing", "/until"),
            ({"kind": "left", "until": LATER}, "left_for_good", "/until"),
            ({"kind": "sick", "until": NOON}, "absence_over", "/until"),
            ({"kind": "sick", "from": LATER, "until": TOMORROW}, "absence_over", "/until"),
            ({"kind": "sick", "delegate": "usr_none"}, "user_unknown", "/delegate"),
            ({"kind": "holiday"}, "invalid_request", "/kind"),
        ],
    )
    async def test_what_is_no_absence(
        self, api: Any, fields: dict[str, str], code: str, pointer: str
    ) -> None:
        refused = await add_absence(api, await add_user(api), status=422, **fields)
        assert (refused["code"], refused["errors"][0]["pointer"]) == (code, pointer)

    async def test_nobody_stands_in_for_themselves(self, api: Any) -> None:
        user = await add_user(api)
        refused = await add_absence(api, user, status=422, kind="sick", delegate=user["id"])
        assert refused["code"] == "delegate_is_absent"

    async def test_there_is_no_such_person(self, api: Any) -> None:
        nobody = {"id": "usr_none"}
        assert (await add_absence(api, nobody, status=404, kind="sick"))["code"] == "not_found"
        await api.admin("GET", "/v1/users/usr_none/absences", status=404)
        await api.admin("PATCH", "/v1/users/usr_none", status=404, json={"name": "x"})


class TestTeams:
    async def test_a_team_is_made_and_changed(self, api: Any) -> None:
        marie, jean = await add_user(api), await add_user(api, "jean")
        body = {"name": "sales", "display_name": "Sales", "members": [marie["id"]]}
        team = await api.admin("POST", "/v1/teams", status=201, json=body)
        assert team["members"] == [marie["id"]]
        shown = await api.admin("GET", f"/v1/users/{marie['id']}")
        assert shown["teams"] == [team["id"]]

        path = f"/v1/teams/{team['id']}"
        changed = await api.admin("PATCH", path, json={"members": [jean["id"]]})

        assert (changed["members"], changed["name"], changed["version"]) == (
            [jean["id"]],
            "sales",
            2,
        )
        renamed = await api.admin("PATCH", path, json={"name": "shop", "display_name": "Shop"})
        assert renamed["members"] == [jean["id"]]
        assert (await api.admin("GET", "/v1/teams"))["items"] == [renamed]
        assert await api.admin("GET", path) == renamed
        stale = {"display_name": "X", "version": 1}
        assert (await api.admin("PATCH", path, status=409, json=stale))["code"] == (
            "changed_meanwhile"
        )

    async def test_its_people_stand_in_an_order(self, api: Any) -> None:
        ids = [(await add_user(api, name))["id"] for name in ("anne", "bob", "chloe")]
        body = {"name": "sales", "display_name": "Sales"}
        order = [ids[2], ids[0], ids[1]]
        more = {"members": order, "on_call": [ids[1], ids[0]]}
        team = await api.admin("POST", "/v1/teams", status=201, json=body | more)
        assert (team["members"], team["on_call"]) == (order, [ids[1], ids[0]])
        path = f"/v1/teams/{team['id']}"
        changed = await api.admin("PATCH", path, json={"on_call": [ids[0]]})
        assert (changed["members"], changed["on_call"]) == (order, [ids[0]])
        refused = await api.admin("PATCH", path, status=422, json={"on_call": [ids[0], "usr_x"]})
        assert refused["errors"][0]["pointer"] == "/on_call/1"

    async def test_what_no_team_has(self, api: Any) -> None:
        body = {"name": "sales", "display_name": "Sales"}
        team = await api.admin("POST", "/v1/teams", status=201, json=body)
        taken = await api.admin("POST", "/v1/teams", status=409, json=body)
        assert taken["code"] == "already_taken"
        other = await api.admin("POST", "/v1/teams", status=201, json=body | {"name": "shop"})
        path = f"/v1/teams/{other['id']}"
        taken = await api.admin("PATCH", path, status=409, json={"name": "sales"})
        assert taken["code"] == "already_taken"
        for method, where, status in (("POST", "/v1/teams", 422), ("PATCH", path, 422)):
            more = {"members": ["usr_none"]}
            asked = body | {"name": "third"} | more if method == "POST" else more
            refused = await api.admin(method, where, status=status, json=asked)
            assert (refused["code"], refused["errors"][0]["pointer"]) == (
                "user_unknown",
                "/members/0",
            )
        assert await api.admin("GET", f"/v1/teams/{team['id']}") == team
        await api.admin("GET", "/v1/teams/tea_none", status=404)


class TestInboxes:
    @pytest.fixture
    async def seeded(self, api: Any) -> Any:
        context = api.context
        await seed_inboxes(context.settings, store=context.store, clock=context.clock)
        return api

    async def test_they_are_those_of_the_configuration(self, seeded: Any) -> None:
        page = await seeded.admin("GET", "/v1/inboxes")
        assert [inbox["name"] for inbox in page["items"]] == ["main", "spare"]
        assert page["items"][0] == {
            "name": "main",
            "display_name": "Shop",
            "timezone": "UTC",
            "language": "en",
            "hours": None,
            "team": None,
            "signature": "{first_name} @ {business}",
            "signature_mode": "first",
            "take_on_answer": True,
            "modems": ["counter"],
            "inherited": ["display_name", "timezone", "language", "signature"],
            "version": 1,
        }

    async def test_what_managers_set_holds_over_a_start(self, seeded: Any) -> None:
        wanted = {"language": "fr", "timezone": "America/Toronto", "hours": "Mo-Fr 09:00-17:00"}
        changed = await seeded.admin("PATCH", "/v1/inboxes/main", json=wanted)
        assert {name: changed[name] for name in wanted} == wanted
        assert changed["inherited"] == ["display_name", "signature"]
        context = seeded.context
        await seed_inboxes(context.settings, store=context.store, clock=context.clock)
        assert await seeded.admin("GET", "/v1/inboxes/main") == changed

        body = {"name": "sales", "display_name": "Sales"}
        team = await seeded.admin("POST", "/v1/teams", status=201, json=body)
        owned = {"team": team["id"], "hours": None}
        owned = await seeded.admin("PATCH", "/v1/inboxes/main", json=owned)
        assert (owned["team"], owned["hours"]) == (team["id"], None)

        back = await seeded.admin("PATCH", "/v1/inboxes/main", json={"language": None})
        inherited = ["display_name", "language", "signature"]
        assert (back["language"], back["inherited"]) == ("en", inherited)

    @pytest.mark.parametrize(
        ("fields", "pointer"),
        [
            ({"timezone": "Montreal"}, "/timezone"),
            ({"timezone": "../etc"}, "/timezone"),
            ({"language": "de"}, "/language"),
            ({"hours": ""}, "/hours"),
            ({"hours": "PH off"}, "/hours"),
            ({"team": "tea_none"}, "/team"),
        ],
    )
    async def test_what_no_inbox_has(
        self, seeded: Any, fields: dict[str, str], pointer: str
    ) -> None:
        refused = await seeded.admin("PATCH", "/v1/inboxes/main", status=422, json=fields)
        assert refused["errors"][0]["pointer"] == pointer

    async def test_changes_are_guarded_and_told(self, seeded: Any) -> None:
        wanted = {"signature": "Shop", "version": 1}
        await seeded.admin("PATCH", "/v1/inboxes/main", json=wanted)
        refused = await seeded.admin("PATCH", "/v1/inboxes/main", status=409, json=wanted)
        assert refused["code"] == "changed_meanwhile"
        await seeded.admin("PATCH", "/v1/inboxes/none", status=404, json=wanted)
        await seeded.admin("GET", "/v1/inboxes/none", status=404)
        page = await seeded.admin(
            "GET", "/v1/events?types=inbox.updated", headers={"Accept": "application/json"}
        )
        (event,) = page["items"]
        assert (event["data"]["name"], event["data"]["fields"]) == ("main", ["signature"])
