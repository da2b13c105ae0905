"""The recipes of docs/integrations.md: what these programs post, against the running daemon."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.sharing import shared

DOCUMENT = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text(encoding="utf-8")


@pytest.fixture(scope=shared)
def token(gateway: Any) -> str:
    body = {"name": "recipes", "scopes": ["messages:send"]}
    made: str = gateway.http("POST", "/v1/tokens", body).json["token"]
    return made


def texts(gateway: Any, number: str) -> list[str]:
    path = f"/v1/messages?contact={quote(number)}&direction=out"
    for message in gateway.http("GET", path).json["items"]:
        gateway.message(message["id"], "delivered")
    return [entry["text"] for entry in gateway.sticks["counter"].ledger("text", number)]


def recipe(program: str, language: str) -> str:
    """The block of code that the document shows for a program."""
    section = DOCUMENT.split(f"### {program}\n")[1].split("\n### ")[0].split("\n## ")[0]
    found = re.search(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    assert found, program
    return found[1]


def filled(gateway: Any, token: str, text: str, number: str) -> str:
    host, port = gateway.address
    text = text.replace("127.0.0.1:8767", f"{host}:{port}").replace(
        "gateway:8767", f"{host}:{port}"
    )
    text = text.replace("gw_…", token).replace("%2B15145550123", quote(number))
    return text.replace("+15145550123", number)


@pytest.mark.parametrize("scheme", ["json", "form", "smseagle"])
def test_apprise(gateway: Any, token: str, scheme: str) -> None:
    number = {"json": "+15145554001", "form": "+15145554002", "smseagle": "+15145554003"}[scheme]
    lines = recipe("Apprise", "text").splitlines()
    url = next(line for line in lines if line.startswith(f"{scheme}://"))
    assert notified(filled(gateway, token, url, number), "The disk is full")

    (text,) = texts(gateway, number)
    assert text.removeprefix("[i] ") == "The disk is full"


@pytest.mark.parametrize("scheme", ["json", "form", "smseagle"])
def test_apprise_is_told_that_it_failed(gateway: Any, scheme: str) -> None:
    lines = recipe("Apprise", "text").splitlines()
    url = next(line for line in lines if line.startswith(f"{scheme}://"))
    assert not notified(filled(gateway, "gw_no", url, "+15145554004"), "x")


def notified(url: str, body: str) -> bool:
    """Run Apprise as a script does; whether it says that all was sent."""
    program = Path(sys.executable).with_name("apprise")
    return subprocess.run([program, "--body", body, url], check=False).returncode == 0


@pytest.fixture
def token_file(tmp_path: Path, token: str) -> Path:
    file = tmp_path / "sms.token"
    file.write_text(token + "\n")  # as an editor leaves it
    return file


def test_nagios(gateway: Any, token_file: Path) -> None:
    """The command as Nagios runs it: by a shell, with its macros in place."""
    line = re.search(r"command_line\s+(.+?)\n}", recipe("Nagios", "text"), re.DOTALL)
    assert line
    words = line[1].replace("/etc/nagios/sms.token", str(token_file))
    macros = {
        "NOTIFICATIONTYPE": "PROBLEM",
        "HOSTALIAS": "web1",
        "SERVICEDESC": "HTTP & TLS",
        "SERVICESTATE": "CRITICAL",
        "SERVICEOUTPUT": "timeout after 10 s; 50 % + more",
        "CONTACTPAGER": "+15145554011",
    }
    for name, value in macros.items():
        words = words.replace(f"${name}$", value)
    shell("-c", filled(gateway, "", words, ""))
    (text,) = texts(gateway, "+15145554011")
    assert text == "PROBLEM: web1/HTTP & TLS is CRITICAL: timeout after 10 s; 50 % + more"


def test_zabbix(gateway: Any, token_file: Path, tmp_path: Path) -> None:
    """The script as Zabbix runs it, with two arguments."""
    words = recipe("Zabbix", "bash").replace("/etc/zabbix/sms.token", str(token_file))
    script = tmp_path / "sms.sh"
    script.write_text(filled(gateway, "", words, ""))
    shell(str(script), "+15145554021", 'Problem: "disk" is full\n& more')
    assert texts(gateway, "+15145554021") == ['Problem: "disk" is full\n& more']

    token_file.write_text("gw_no")
    refused = shell(str(script), "+15145554022", "x", status=22)
    assert "401" in refused


def shell(*words: str, status: int = 0) -> str:
    done = subprocess.run(["sh", *words], capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


def test_uptime_kuma(gateway: Any, token: str) -> None:
    """Its webhook with a body of one's own: the template as it renders it."""
    template = filled(gateway, token, recipe("Uptime Kuma", "json"), "+15145554031")
    # It renders with Liquid, where `json` writes a JSON string.
    said = "[Shop] [🔴 Down] Request failed"
    body = template.replace("{{ msg | json }}", json.dumps(said))
    kind = "application/x-www-form-urlencoded"  # it says so of its custom bodies
    headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
    assert gateway.http("POST", "/v1/messages", raw=body.encode(), headers=headers).status == 202
    assert texts(gateway, "+15145554031") == [said]


def test_home_assistant(gateway: Any, token: str) -> None:
    """What notify: rest posts for this configuration, as its documentation has it."""
    yaml = pytest.importorskip("yaml")  # comes with apprise
    configured = yaml.safe_load(filled(gateway, token, recipe("Home Assistant", "yaml"), "+1"))
    (notify,) = configured["notify"]
    assert (notify["platform"], notify["method"]) == ("rest", "POST_JSON")
    posted = {
        notify["message_param_name"]: "The door is open",
        notify["target_param_name"]: "+15145554041",
    } | notify.get("data", {})
    host, port = gateway.address
    assert notify["resource"] == f"http://{host}:{port}/v1/messages"
    answer = gateway.http("POST", "/v1/messages", posted, headers=notify["headers"])
    assert answer.status == 202
    assert texts(gateway, "+15145554041") == ["The door is open"]


def test_a_wrong_token_is_refused_in_our_own_form(gateway: Any) -> None:
    headers = {"Authorization": "Bearer gw_no"}
    body = {"to": "+15145554051", "text": "x"}
    answer = gateway.http("POST", "/v1/messages", body, headers=headers)
    assert (answer.status, answer.json["code"]) == (401, "token_invalid")
