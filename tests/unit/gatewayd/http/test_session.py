"""Logging in and out, one-time links, and other sites' pages, over HTTP."""

from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters

from gatewayd.services.links import create_first_admin_link
from storage import inboxes, passwords

DAY_MS = 86_400_000


async def code_of(answer: Any, status: int) -> str:
    assert answer.status == status, await answer.text()
    body = await answer.json(content_type="application/problem+json")
    return str(body["code"])


async def log_in(client: Any, name: str, password: str) -> Any:
    async with client.post("/v1/session", json={"name": name, "password": password}) as answer:
        await answer.read()
        return answer


async def events(api: Any, types: str) -> list[Any]:
    headers = {"Accept": "application/json"}
    page = await api.admin("GET", f"/v1/events?types={types}", headers=headers)
    return [event["data"] for event in page["items"]]


class TestLogIn:
    async def test_a_person_gets_in_and_out(self, api: Any, staffroom: Any) -> None:
        marie = await staffroom.enter("marie", inboxes=None)
        stranger = await staffroom.stranger()
        answer = await log_in(stranger, " Marie ", staffroom.password)
        assert answer.status == 200
        cookie = answer.cookies["gatewayd_session"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
        assert cookie["secure"] == ""
        session = await answer.json()
        assert session["person"] == {
            "id": marie.person["id"],
            "name": "marie",
            "display_name": "Marie",
        }
        assert (session["role"], session["inboxes"]) == ("agent", None)
        assert session["scopes"] == ["messages:send", "messages:read", "inbox", "events"]
        async with stranger.get("/v1/session") as shown:
            assert await shown.json() == session
        headers = {"X-CSRF-Token": session["csrf_token"]}
        async with stranger.delete("/v1/session", headers=headers) as gone:
            assert gone.status == 204
            assert gone.cookies["gatewayd_session"].value == ""
        stolen = {"Cookie": f"gatewayd_session={cookie.value}"}
        async with api.tcp.get("/v1/session", headers=stolen) as late:
            assert await code_of(late, 401) == "session_ended"
        await marie.ask("GET", "/v1/conversations")

    async def test_nobody_is_told_what_is_wrong(self, api: Any, staffroom: Any) -> None:
        await staffroom.enter("marie")
        await staffroom.add("paul")
        stranger = await staffroom.stranger()
        told = set()
        for name in ("marie", "paul", "nobody", "x' OR 1=1 --", "\0"):
            answer = await log_in(stranger, name, "some other long words")
            assert await code_of(answer, 401) == "log_in_refused"
            told.add((await answer.json(content_type=None))["detail"])
        assert len(told) == 1
        refusals = await events(api, "session.refused")
        assert [refusal["person_id"] is None for refusal in refusals] == [False, False] + [True] * 3
        assert all(refusal["address"] == "127.0.0.1" for refusal in refusals)
        assert "OR 1=1" not in str(refusals)

    async def test_guessing_is_slowed_down_and_the_owner_is_not_kept_out(
        self, staffroom: Any
    ) -> None:
        marie = await staffroom.enter("marie")
        stranger = await staffroom.stranger()
        codes = [
            await code_of(answer, answer.status)
            for answer in [await log_in(stranger, "marie", f"guess number {n}") for n in range(12)]
        ]
        assert codes == ["log_in_refused"] * 10 + ["too_many_guesses"] * 2
        late = await log_in(stranger, "marie", staffroom.password)
        assert await code_of(late, 429) == "too_many_guesses"
        assert 1 <= int(late.headers["Retry-After"]) <= 30
        other = await log_in(stranger, "nobody", "guess number 1")
        assert await code_of(other, 401) == "log_in_refused"
        await marie.ask("GET", "/v1/session")

    async def test_a_weaker_hash_is_made_anew(self, api: Any, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(staffroom.password)
        person_id = marie.person["id"]
        async with api.context.store.write() as tx:
            await passwords.store(tx, person_id, weak, now_ms=0)
        await staffroom.log_in(marie.person)
        async with api.context.store.read() as tx:
            kept = await passwords.of_person(tx, person_id)
        assert kept is not None
        assert kept.hash is not None
        assert extract_parameters(kept.hash).time_cost == 2
        await staffroom.log_in(marie.person)

    async def test_a_session_ends_by_disuse_and_by_age(self, api: Any, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        for _ in range(4):
            api.clock.ms += 7 * DAY_MS - 1000
            await marie.ask("GET", "/v1/session")
        api.clock.ms += 3 * DAY_MS
        await marie.ask("GET", "/v1/session", status=401)
        again = await staffroom.log_in(marie.person)
        api.clock.ms += 7 * DAY_MS
        refused = await again.ask("GET", "/v1/session", status=401)
        assert refused["code"] == "session_ended"

    async def test_a_stream_ends_with_its_session(self, api: Any, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        async with marie.client.get("/v1/events") as stream:
            await stream.content.readuntil(b"\n\n")
            api.clock.ms += 7 * DAY_MS
            await stream.content.read()
            assert stream.content.at_eof()

    async def test_ones_own_sessions_are_listed_and_ended(self, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        phone = await staffroom.log_in(marie.person)
        paul = await staffroom.enter("paul")
        listed = (await marie.ask("GET", "/v1/session/all"))["items"]
        assert [one["current"] for one in listed] == [False, True]
        assert listed[0]["id"] == phone.session["id"]
        assert listed[0]["address"] == "127.0.0.1"
        assert "aiohttp" in listed[0]["user_agent"]
        path = f"/v1/session/all/{phone.session['id']}"
        await paul.ask("DELETE", path, status=404)
        await phone.ask("GET", "/v1/session")
        await marie.ask("DELETE", path, status=204)
        await phone.ask("GET", "/v1/session", status=401)
        other = await staffroom.log_in(marie.person)
        await other.ask("DELETE", "/v1/session?all=true", status=204)
        await marie.ask("GET", "/v1/session", status=401)
        await paul.ask("GET", "/v1/session")

    async def test_another_password_ends_the_other_sessions(self, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        phone = await staffroom.log_in(marie.person)
        change = {"current": "not this one at all", "new": "quite another few words"}
        refused = await marie.ask("POST", "/v1/session/password", status=422, json=change)
        assert refused["code"] == "password_wrong"
        change["current"] = staffroom.password
        await marie.ask("POST", "/v1/session/password", status=204, json=change)
        await marie.ask("GET", "/v1/session")
        await phone.ask("GET", "/v1/session", status=401)
        stranger = await staffroom.stranger()
        assert (await log_in(stranger, "marie", staffroom.password)).status == 401
        assert (await log_in(stranger, "marie", change["new"])).status == 200

    async def test_a_program_has_no_session(self, api: Any) -> None:
        token = await api.token()
        async with api.tcp.get("/v1/session", headers=token) as answer:
            assert await code_of(answer, 403) == "session_required"


class TestLinks:
    async def test_the_first_administrator_comes_by_a_link(self, api: Any, staffroom: Any) -> None:
        async with api.context.store.write() as tx:
            made = await create_first_admin_link(tx, by="uid:0", now_ms=api.clock.now_ms())
        assert made is not None
        stranger = await staffroom.stranger()
        wanted = {"link": made.secret, "password": staffroom.password}
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert await code_of(answer, 422) == "name_missing"
        wanted |= {"name": "anna", "display_name": "Anna B."}
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert answer.status == 200
            session = await answer.json()
        assert (session["role"], session["scopes"]) == ("admin", ["admin"])
        assert session["person"]["display_name"] == "Anna B."
        async with stranger.get("/v1/tokens") as answer:
            assert answer.status == 200
        wanted["name"] = "mallory"
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert await code_of(answer, 410) == "link_over"
        async with api.context.store.write() as tx:
            assert await create_first_admin_link(tx, by="uid:0", now_ms=api.clock.now_ms()) is None

    async def test_there_is_one_first_administrator(self, api: Any, staffroom: Any) -> None:
        async with api.context.store.write() as tx:
            made = await create_first_admin_link(tx, by="uid:0", now_ms=api.clock.now_ms())
        assert made is not None
        await staffroom.enter("anna", role="admin")
        wanted = {"link": made.secret, "password": staffroom.password, "name": "mallory"}
        async with api.tcp.post("/v1/session/link", json=wanted) as answer:
            assert await code_of(answer, 410) == "link_over"

    async def test_a_link_works_once_and_not_for_long(self, api: Any, staffroom: Any) -> None:
        marie = await staffroom.add("marie")
        older, link = await staffroom.link(marie), await staffroom.link(marie)
        wanted = {"password": staffroom.password}
        for secret, status in ((older, 410), ("x" * 43, 410), (link, 200), (link, 410)):
            async with api.tcp.post("/v1/session/link", json=wanted | {"link": secret}) as answer:
                assert answer.status == status
        reset = await staffroom.link(marie)
        api.clock.ms += int(timedelta(days=1).total_seconds() * 1000)
        async with api.tcp.post("/v1/session/link", json=wanted | {"link": reset}) as answer:
            assert await code_of(answer, 410) == "link_over"
        told = await events(api, "link.created,link.used")
        assert [one["purpose"] for one in told] == ["invite", "invite", "invite", "reset"]

    async def test_another_password_by_a_link_ends_all_sessions(self, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        stranger = await staffroom.stranger()
        wanted = {"link": await staffroom.link(marie.person), "password": "words of another day"}
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert answer.status == 200
        await marie.ask("GET", "/v1/session", status=401)

    @pytest.mark.parametrize(
        "password",
        [
            "short",
            "MariE-Marie",
            "Password123!",
            "1111111111",
            "1234567890",
            "azertyuiop",
            "x" * 201,
        ],
    )
    async def test_a_weak_password_uses_no_link_up(self, staffroom: Any, password: str) -> None:
        marie = await staffroom.add("marie")
        wanted = {"link": await staffroom.link(marie), "password": password}
        stranger = await staffroom.stranger()
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert await code_of(answer, 422) == "password_unfit"
        wanted["password"] = staffroom.password
        async with stranger.post("/v1/session/link", json=wanted) as answer:
            assert answer.status == 200


class TestOtherSites:
    async def test_a_change_needs_the_token_of_the_session(self, staffroom: Any) -> None:
        marie = await staffroom.enter("marie")
        paul = await staffroom.enter("paul")
        sent = {"to": "+15145550123", "text": "hello"}
        await marie.ask("POST", "/v1/messages", status=202, json=sent)
        for token in ("", "x", "\xe9", paul.session["csrf_token"]):
            headers = {"X-CSRF-Token": token}
            refused = await marie.ask(
                "POST", "/v1/messages", status=403, json=sent, headers=headers
            )
            assert refused["code"] == "csrf_missing"

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:1"},
            {"Origin": "http://[evil"},
        ],
    )
    async def test_another_sites_page_is_refused(
        self, api: Any, staffroom: Any, headers: dict[str, str]
    ) -> None:
        marie = await staffroom.enter("marie")
        refused = await marie.ask("DELETE", "/v1/session", status=403, headers=headers)
        assert refused["code"] == "cross_site"
        said = {"name": "marie", "password": staffroom.password}
        async with api.tcp.post("/v1/session", json=said, headers=headers) as answer:
            assert await code_of(answer, 403) == "cross_site"

    async def test_our_own_page_is_not(self, api: Any, staffroom: Any) -> None:
        await staffroom.enter("marie")
        said = {"name": "marie", "password": staffroom.password}
        for headers in (
            {"Sec-Fetch-Site": "same-origin", "Origin": api.listening.url},
            {"Origin": "https://texts.shop.example", "X-Forwarded-Proto": "https"},
        ):
            async with api.tcp.post("/v1/session", json=said, headers=headers) as answer:
                assert answer.status == 200
                cookie = answer.cookies["gatewayd_session"]
                assert bool(cookie["secure"]) == ("X-Forwarded-Proto" in headers)

    async def test_a_browser_on_the_unix_socket_is_no_administrator(self, api: Any) -> None:
        headers = {"Cookie": "gatewayd_session=made-up"}
        async with api.unix.get("/v1/tokens", headers=headers) as answer:
            assert await code_of(answer, 401) == "session_ended"

    async def test_a_dead_cookie_hides_nothing_that_is_open(self, api: Any) -> None:
        headers = {"Cookie": "gatewayd_session=made-up"}
        async with api.tcp.get("/healthz", headers=headers) as answer:
            assert answer.status == 200


class TestRanks:
    async def test_a_manager_makes_no_administrator(self, api: Any, staffroom: Any) -> None:
        boss = await staffroom.enter("boss", role="manager")
        anna = await staffroom.enter("anna", role="admin")
        body = {"name": "x", "display_name": "X", "role": "admin"}
        marie = await staffroom.add("marie")
        for method, path, fields in (
            ("POST", "/v1/users", body),
            ("PATCH", f"/v1/users/{marie['id']}", {"role": "admin"}),
            ("PATCH", f"/v1/users/{anna.person['id']}", {"display_name": "Nobody"}),
            ("POST", f"/v1/users/{anna.person['id']}/link", None),
        ):
            refused = await boss.ask(method, path, status=403, json=fields)
            assert refused["code"] == "admins_only"
        body["role"] = "manager"
        made = await boss.ask("POST", "/v1/users", status=201, json=body)
        assert made["role"] == "manager"
        updates = await events(api, "user.created")
        assert updates[-1]["role"] == "manager"

    async def test_nobody_raises_themselves_or_gives_what_they_lack(
        self, api: Any, staffroom: Any
    ) -> None:
        async with api.context.store.write() as tx:
            await inboxes.seed(tx, ["main", "spare"], now_ms=api.clock.now_ms())
        boss = await staffroom.enter("boss", role="manager", inboxes=["main"])
        own = f"/v1/users/{boss.person['id']}"
        for fields in ({"role": "admin"}, {"role": "agent"}, {"inboxes": None}):
            refused = await boss.ask("PATCH", own, status=403, json=fields)
            assert refused["code"] in {"own_rank", "admins_only"}
        await boss.ask("PATCH", own, json={"display_name": "The Boss"})
        body = {"name": "x", "display_name": "X"}
        for inboxes_ in (None, ["spare"], ["main", "spare"]):
            refused = await boss.ask(
                "POST", "/v1/users", status=403, json=body | {"inboxes": inboxes_}
            )
            assert refused["code"] == "inbox_not_yours"
        refused = await boss.ask("POST", "/v1/users", status=422, json=body | {"inboxes": ["y"]})
        assert (refused["code"], refused["errors"][0]["pointer"]) == ("inbox_unknown", "/inboxes/0")
        await boss.ask("POST", "/v1/users", status=201, json=body | {"inboxes": ["main"]})

    async def test_who_sees_more_is_not_theirs_to_change_or_to_become(
        self, api: Any, staffroom: Any
    ) -> None:
        """By a link to their password one would see what they see."""
        async with api.context.store.write() as tx:
            await inboxes.seed(tx, ["main", "spare"], now_ms=api.clock.now_ms())
        boss = await staffroom.enter("boss", role="manager", inboxes=["main"])
        for name, sees in (("all", None), ("other", ["spare"]), ("more", ["main", "spare"])):
            path = f"/v1/users/{(await staffroom.add(name, inboxes=sees))['id']}"
            for method, part, fields in (
                ("POST", "/link", None),
                ("PATCH", "", {"phone": "+15145550199"}),
                ("PATCH", "", {"inboxes": ["main"]}),
                ("POST", "/suspend", {}),
            ):
                refused = await boss.ask(method, f"{path}{part}", status=403, json=fields)
                assert refused["code"] == "sees_more", (name, method, part)
        theirs = f"/v1/users/{(await staffroom.add('theirs', inboxes=['main']))['id']}"
        await boss.ask("POST", f"{theirs}/link", status=201)
        await boss.ask("POST", f"{theirs}/suspend", json={})
        await boss.ask("POST", f"{theirs}/unsuspend")

    async def test_somebody_stays_in_charge(self, api: Any, staffroom: Any) -> None:
        anna = await staffroom.enter("anna", role="admin")
        path = f"/v1/users/{anna.person['id']}"
        refused = await api.admin("PATCH", path, status=409, json={"role": "agent"})
        assert refused["code"] == "last_admin"
        await staffroom.add("bea", role="admin")
        await api.admin("PATCH", path, json={"role": "agent"})
        await anna.ask("GET", "/v1/tokens", status=403)
        await anna.ask("GET", "/v1/conversations")
