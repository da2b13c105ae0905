"""The command line as scripts and people use it: results, exit statuses, JSON, set-up."""

import json
import os
import signal
import subprocess
import tomllib
from typing import Any

import pytest

NOBODY = "+15145550701"


def run(gateway: Any, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the gateway's folder, without --config."""
    return subprocess.run(
        [gateway.program, *words],
        cwd=gateway.folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--version",), 0, ""),
        (("--help",), 0, ""),
        (("sned",), 2, "There is no command 'sned'. Did you mean `gatewayd send`?"),
        (("frobnicate",), 2, "See `gatewayd --help`."),
        (("messages", "lost"), 2, "No such command 'lost'"),
        (("messages", "list", "--limit", "0"), 2, "--limit"),
        (("messages", "list", "--state", "lost"), 2, "is not one of"),
        (("messages", "show", "msg_nope"), 1, "There is no message 'msg_nope'."),
        (("messages", "show", "../../v1/modems"), 1, "There is no message '../../v1/modems'."),
        (("messages", "cancel", "msg_nope"), 1, "There is no outgoing message 'msg_nope'."),
        (("messages", "resolve", "msg_nope", "--as", "sent"), 1, "msg_nope"),
        (("messages", "resolve", "msg_nope"), 2, "Missing option '--as'"),
        (("token", "create", "x", "--scope", "root"), 2, "'root' is not one of 'messages:send'"),
        (("token", "create", "", "--scope", "admin"), 2, "NAME must be one line"),
        (("token", "revoke", "tok_nope"), 1, "There is no token 'tok_nope'"),
        (("events", "--type", "message.lost"), 1, "known: message.received"),
        (("events", "--after", "evt_nope"), 1, "begin again without"),
        (("init",), 1, "is there already; nothing was changed"),
        (("virtual-modem",), 2, "Say where: --link PATH or --tcp HOST:PORT"),
        (("virtual-modem", "--link", "/proc/x"), 1, "/proc/x"),
        (("virtual-modem", "--tcp", "here"), 2, "expected HOST:PORT, as in 127.0.0.1:4000"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_exit_statuses(gateway: Any, words: tuple[str, ...], status: int, says: str) -> None:
    done = gateway.cli(*words)
    assert done.status == status, done.err
    assert says in done.err
    # A result is on stdout, trouble on stderr; never both, and never a traceback.
    assert bool(done.out) == (status == 0)
    assert bool(done.err) == (status != 0)
    assert "Traceback" not in done.err


def test_json_everywhere(gateway: Any) -> None:
    sent = gateway.cli("send", NOBODY, "Hi", "--wait", "--json").json
    later = gateway.cli("send", NOBODY, "Later", "--at", "+1h", "--json").json
    name, document = "counter", dict
    for words, kind in (
        (("messages", "list"), list),
        (("messages", "show", sent["id"]), document),
        (("messages", "cancel", later["id"]), document),
        (("modems", "list"), list),
        (("modems", "unmute", name), document),
        (("token", "list"), list),
        (("token", "create", "a till", "--scope", "events"), document),
        (("config", "check"), document),
        (("config", "show"), document),
    ):
        done = gateway.cli(*words, "--json")
        assert (done.status, done.err) == (0, ""), words
        assert isinstance(done.json, kind), words
    lines = gateway.cli("events", "--limit", "5", "--json").out.splitlines()
    assert [set(json.loads(line)) for line in lines] == [{"id", "type", "created_at", "data"}] * 5


def test_a_pipe_gets_a_line_of_names_and_tabs(gateway: Any) -> None:
    for words in (("messages", "list"), ("modems", "list"), ("token", "list"), ("events",)):
        done = gateway.cli(*words)
        names, *rows = done.out.splitlines()
        assert "\t" in names
        assert all(row.count("\t") == names.count("\t") for row in rows)


def test_lists_are_filtered_and_paged(gateway: Any) -> None:
    with gateway.events(types="message.queued") as events:
        for place in range(7):
            asked = {"to": "+15145550702", "text": f"number {place}", "client_reference": "page"}
            gateway.http("POST", "/v1/messages", asked)
            next(events)

    listed = gateway.cli("messages", "list", "--reference", "page", "--limit", "5", "--json").json
    assert [message["text"] for message in listed] == [
        f"number {place}" for place in (6, 5, 4, 3, 2)
    ]
    found = gateway.cli("messages", "list", "--query", "number 3", "--json").json
    assert [message["text"] for message in found] == ["number 3"]
    first = gateway.http("GET", "/v1/messages?client_reference=page&limit=5").json
    second = gateway.http("GET", f"/v1/messages?client_reference=page&cursor={first['next']}").json
    assert [item["text"] for item in second["items"]] == ["number 1", "number 0"]
    assert second["next"] is None


def test_the_configuration_is_checked_and_shown(gateway: Any) -> None:
    assert gateway.cli("config", "check").out == f"{gateway.file} is right.\n"
    shown = gateway.cli("config", "show", "--json").json
    settings = {row["key"]: (row["value"], row["from"]) for row in shown["settings"]}
    assert settings["gateway.country"] == ("CA-QC", "file")
    assert settings["gateway.data_dir"] == (str(gateway.folder / "data"), "file")
    assert settings["sending.validity"] == ("2d", "default")
    assert settings["modems.0.name"] == ("counter", "file")


def test_the_example_is_a_configuration(gateway: Any, tmp_path: Any) -> None:
    example = gateway.cli("config", "example").out
    assert {"gateway", "http", "modems"} <= tomllib.loads(example).keys()
    file = tmp_path / "example.toml"
    file.write_text(example)
    assert run(gateway, "--config", str(file), "config", "check").returncode == 0


def test_a_key_without_effect_is_told(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure(tables='[sending]\nresend_after = "1h"\n')
    done = gateway.cli("config", "check")
    assert done.status == 0
    assert "resend_after" in done.err
    assert gateway.cli("config", "check", "--json").json["warnings"] != []


def test_tokens_with_the_daemon_running_and_killed(new_gateway: Any) -> None:
    """A killed daemon leaves nothing in the way, neither of the tokens nor of its next start."""
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    before = gateway.cli("token", "create", "before", "--scope", "messages:read")
    assert before.status == 0
    assert "keep it, it is not shown again" in before.err
    gateway.start()
    running = gateway.cli("token", "create", "running", "--scope", "events", "--scope", "admin")
    for done, status in ((before, 403), (running, 200)):
        headers = {"Authorization": f"Bearer {done.out.strip()}"}
        assert gateway.http("GET", "/v1/messages", headers=headers).status == 200
        assert gateway.http("GET", "/v1/tokens", headers=headers).status == status
    online = {row["name"]: row for row in gateway.cli("token", "list", "--json").json}
    assert sorted(online["running"]["scopes"]) == ["admin", "events"]
    assert "token" not in online["running"]
    assert gateway.cli("token", "revoke", online["running"]["id"]).status == 0
    assert gateway.stop(signal.SIGKILL) == -signal.SIGKILL

    left = gateway.cli("modems", "list")
    assert (left.status, "nobody listens at" in left.err) == (69, True)
    stopped = {row["name"]: row for row in gateway.cli("token", "list", "--json").json}
    assert stopped.keys() == {"before", "running", "test"}
    assert stopped["running"]["revoked_at"]
    assert gateway.cli("token", "revoke", stopped["before"]["id"]).status == 0
    again = gateway.cli("token", "revoke", stopped["before"]["id"])
    assert (again.status, "in force" in again.err) == (1, True)
    gateway.start()
    for done in (before, running):
        headers = {"Authorization": f"Bearer {done.out.strip()}"}
        assert gateway.http("GET", "/v1/messages", headers=headers).status == 401
    assert gateway.cli("send", "+15145550712", "Hi", "--wait").status == 0
    # Ctrl-C in the foreground is an orderly end.
    assert gateway.stop(signal.SIGINT) == 0
    assert not (gateway.folder / "data" / "gatewayd.sock").exists()


def test_from_an_empty_folder_to_a_daemon(new_gateway: Any) -> None:
    gateway = new_gateway()
    zone = {"LANG": "fr_CA.UTF-8", "GATEWAYD_CONFIG": ""}
    tried = run(gateway, "init", "--yes", "--dry-run", **zone)
    assert tried.returncode == 0
    assert f"Nothing was changed; this would be {gateway.file}." in tried.stderr
    assert list(gateway.folder.iterdir()) == []

    made = run(gateway, "init", "--yes", **zone)

    assert made.returncode == 0, made.stderr
    facts = dict(line.split("\t") for line in made.stdout.splitlines())
    assert facts["configuration"] == str(gateway.file)
    assert gateway.file.read_text() == tried.stdout
    assert "Start it with `gatewayd run`" in made.stderr
    again = run(gateway, "init", "--yes", **zone)
    assert (again.returncode, "there already; nothing was changed" in again.stderr) == (1, True)
    assert run(gateway, "config", "check", **zone).returncode == 0
    # Another gateway may have the usual port on the machine of this test.
    text = gateway.file.read_text()
    gateway.file.write_text(text.replace('# listen = "127.0.0.1:8767"', 'listen = "127.0.0.1:0"'))
    gateway.token = facts["token"]
    gateway.start()
    assert gateway.http("GET", "/v1/tokens").json["items"][0]["name"] == "administrator"
    (modem,) = gateway.cli("modems", "list", "--json").json
    assert (modem["name"], modem["state"]) == ("counter", "absent")
    assert gateway.stop() == 0


def test_the_api_describes_itself_offline(gateway: Any) -> None:
    nobody = {"Authorization": ""}
    described = gateway.http("GET", "/openapi.json", headers=nobody).json
    assert described["openapi"].startswith("3.1")
    page = gateway.http("GET", "/docs", headers=nobody)
    assert page.status == 200
    assert b"http://" not in page.body.replace(b"http://127.0.0.1", b"").replace(
        b"http://www.w3", b""
    )
    assert b"gatewayd_messages" in gateway.http("GET", "/metrics").body
