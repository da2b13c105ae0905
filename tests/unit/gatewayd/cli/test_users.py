"""`gatewayd user`: against a daemon, and on the store while it is stopped."""

import json
from typing import Any

import pytest

MARIE = {
    "id": "usr_1",
    "name": "marie",
    "display_name": "Marie",
    "role": "agent",
    "state": "active",
    "inboxes": None,
}


def test_a_person_is_added_by_the_running_daemon(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("POST", "/v1/users", script.answer(MARIE, 201))
    daemon.on("POST", "/v1/users/usr_1/link", script.answer({"path": "/welcome/secret"}, 201))
    ran = run("user", "add", "marie", "--display-name", "Marie", "--inbox", "main")
    assert ran.status == 0, ran.err
    assert ran.out.strip().endswith("/welcome/secret")
    assert daemon.asked[0].body == {
        "name": "marie",
        "display_name": "Marie",
        "role": "agent",
        "inboxes": ["main"],
    }


def test_people_go_and_come_back_by_name(daemon: Any, run: Any, script: Any) -> None:
    daemon.on("GET", "/v1/users", script.answer({"items": [MARIE], "next": None}))
    team = {"id": "tea_1", "name": "sales"}
    daemon.on("GET", "/v1/teams", script.answer({"items": [team], "next": None}))
    daemon.on("POST", "/v1/users/usr_1/suspend", script.answer({"handed_over": 3}))
    daemon.on("POST", "/v1/users/usr_1/unsuspend", script.answer(MARIE))
    ran = run("user", "suspend", "marie", "--hand-to", "sales", "--note", "has left")
    assert (ran.status, "handed over: 3" in ran.err) == (0, True)
    assert daemon.asked[-1].body == {"hand_over_to": "tea_1", "note": "has left"}
    assert run("user", "unsuspend", "marie").status == 0
    assert run("user", "suspend", "nobody").status == 1
    assert "marie\tMarie\tagent\tactive\tall" in run("user", "list").out


@pytest.mark.usefixtures("folder")
class TestStopped:
    def add(self, run: Any, name: str, *more: str) -> Any:
        return run("user", "add", name, *more)

    def test_people_are_added_and_listed(self, run: Any) -> None:
        added = self.add(run, "anna", "--role", "admin")
        assert added.status == 0, added.err
        assert "/welcome/" in added.out
        added = self.add(run, "marie", "--inbox", "main", "--json")
        made = json.loads(added.out)
        assert (made["role"], made["inboxes"]) == ("agent", ["main"])
        assert "/welcome/" in made["link"]
        listed = json.loads(run("user", "list", "--json").out)
        assert [one["name"] for one in listed] == ["anna", "marie"]
        assert run("user", "passwd", "marie", "--link").out.count("/welcome/") == 1

    @pytest.mark.parametrize(
        "words",
        [
            ("Marie Roy",),
            ("marie", "--inbox", "nowhere"),
            ("marie", "--inbox", "main", "--role", "admin"),
            ("taken",),
        ],
    )
    def test_what_is_no_person_is_refused(self, run: Any, words: tuple[str, ...]) -> None:
        self.add(run, "taken")
        refused = self.add(run, *words)
        assert (refused.status, refused.out) == (1, "")

    def test_people_go_and_come_back(self, run: Any) -> None:
        self.add(run, "anna", "--role", "admin")
        self.add(run, "marie")
        assert run("user", "suspend", "marie", "--hand-to", "anna").status == 0
        states = {
            one["name"]: one["state"] for one in json.loads(run("user", "list", "--json").out)
        }
        assert states == {"anna": "active", "marie": "suspended"}
        assert run("user", "passwd", "marie", "--link").status == 1
        assert run("user", "unsuspend", "marie").status == 0
        assert run("user", "passwd", "marie", "--link").status == 0
        refused = run("user", "suspend", "anna")
        assert (refused.status, "last administrator" in refused.err) == (1, True)
        assert run("user", "suspend", "marie", "--hand-to", "nobody").status == 1

    def test_a_token_may_be_for_some_inboxes(self, run: Any) -> None:
        self.add(run, "anna")
        made = run("token", "create", "till", "--scope", "inbox", "--inbox", "main", "--json")
        assert json.loads(made.out)["inboxes"] == ["main"]
        assert run("token", "create", "x", "--scope", "inbox", "--inbox", "nowhere").status == 1
        assert run("token", "create", "x", "--scope", "admin", "--inbox", "main").status == 1
