"""Alertmanager and Grafana text their alerts: the real one, and requests as documented."""

import json
import os
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.sharing import shared

ALERTMANAGER = shutil.which("prometheus-alertmanager")


@pytest.fixture(scope=shared)
def token(gateway: Any) -> str:
    body = {"name": "alerts", "scopes": ["messages:send"]}
    made: str = gateway.http("POST", "/v1/tokens", body).json["token"]
    return made


def notice(key: str, *, status: str = "firing", **more: Any) -> dict[str, Any]:
    """A notification as Alertmanager's documents have it, version 4."""
    alert = {
        "status": status,
        "labels": {"alertname": key, "instance": "web1"},
        "annotations": {"summary": f"{key} is bad"},
        "startsAt": "2026-11-25T10:00:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9090/graph",
        "fingerprint": f"f-{key}",
    }
    return {
        "version": "4",
        "groupKey": f'{{}}:{{alertname="{key}"}}',
        "truncatedAlerts": 0,
        "status": status,
        "receiver": "texts",
        "groupLabels": {"alertname": key},
        "commonLabels": {"alertname": key},
        "commonAnnotations": {"where": "Laval"},
        "externalURL": "http://alertmanager:9093",
        "alerts": [alert],
    } | more


def post(gateway: Any, token: str, body: Any, path: str = "/compat/alertmanager/oncall") -> Any:
    return gateway.http("POST", path, body, headers={"Authorization": f"Bearer {token}"})


def texts(gateway: Any, number: str) -> list[str]:
    path = f"/v1/messages?contact={quote(number)}&direction=out"
    for message in gateway.http("GET", path).json["items"]:
        gateway.message(message["id"], "delivered")
    return [entry["text"] for entry in gateway.sticks["counter"].ledger("text", number)]


def test_an_alert_reaches_each_phone_once_and_its_end_too(gateway: Any, token: str) -> None:
    first = post(gateway, token, notice("Disk"))
    again = post(gateway, token, notice("Disk"))
    over = post(gateway, token, notice("Disk", status="resolved"))

    assert (first.status, again.status, over.status) == (200, 200, 200)
    assert first.json == again.json != over.json
    assert [one["to"] for one in first.json["sent"]] == ["+15145557001", "+15145557002"]
    for number in ("+15145557001", "+15145557002"):
        said = [text for text in texts(gateway, number) if "Disk" in text]
        assert said == ["FIRING: Disk: Disk is bad", "RESOLVED: Disk: Disk is bad"]


def test_a_template_of_one_s_own_cut_to_one_part(gateway: Any, token: str) -> None:
    body = notice(
        "Long", title="A" * 300, message="not seen", version="1", orgId=1, state="alerting"
    )
    assert post(gateway, token, body, "/compat/grafana/owner").status == 200

    (said,) = [text for text in texts(gateway, "+15145557003") if "Long" in text]
    assert said.startswith("FIRING 1 Long at Laval: AAA")
    assert said.endswith("AAA...")
    assert len(said) == 160


def test_grafana_may_log_in_by_user_and_password(gateway: Any, token: str) -> None:
    import base64  # noqa: PLC0415 - of this test alone

    basic = base64.b64encode(f"alerts:{token}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}"}
    body = notice("Basic", title="t", message="m")
    assert gateway.http("POST", "/compat/grafana/owner", body, headers=headers).status == 200
    wrong = base64.b64encode(f"other:{token}".encode()).decode()
    headers = {"Authorization": f"Basic {wrong}"}
    assert gateway.http("POST", "/compat/grafana/owner", body, headers=headers).status == 401


@pytest.mark.parametrize(
    ("given", "path", "body", "status", "code"),
    [
        ("gw_no", "/compat/alertmanager/oncall", notice("x"), 401, "token_invalid"),
        ("", "/compat/alertmanager/oncall", notice("x"), 401, "token_invalid"),
        ("TOKEN", "/compat/alertmanager/nobody", notice("x"), 404, "not_found"),
        ("TOKEN", "/compat/alertmanager/oncall", {"status": "firing"}, 422, "invalid_request"),
        ("TOKEN", "/compat/alertmanager/oncall", [], 400, "not_json"),
    ],
)
def test_what_is_wrong_is_not_tried_again(
    gateway: Any, token: str, given: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = post(gateway, given.replace("TOKEN", token), body, path)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_over_the_limit_is_tried_again_later(gateway: Any) -> None:
    made = {"name": "flood", "scopes": ["messages:send"]}
    token = gateway.http("POST", "/v1/tokens", made).json["token"]
    # None of its twenty numbers can be sent to, so that only the limit is tried.
    answers = (post(gateway, token, notice("N"), "/compat/alertmanager/nowhere") for _ in range(99))
    last = next(answer for answer in answers if answer.status != 422)
    assert (last.status, last.json["code"]) == (503, "too_many_requests")
    assert int(last.headers["Retry-After"]) > 0


def test_the_real_alertmanager_texts_once_though_the_first_try_fails(
    new_gateway: Any, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    """It tries again while the gateway is down, and does not text twice."""
    if ALERTMANAGER is None:
        assert "CI" not in os.environ, ".ci/run installs prometheus-alertmanager"
        pytest.skip("prometheus-alertmanager is not installed")
    gateway = new_gateway()
    stick = gateway.stick()
    port = free_port()
    tables = (
        "[compat]\nalertmanager = true\n"
        '[[alert_receivers]]\nname = "oncall"\nto = ["+15145557011"]\n'
    )
    gateway.configure(tables=tables)
    gateway.file.write_text(gateway.file.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"))
    gateway.start()
    gateway.modem("counter", "ready")
    gateway.stop()

    theirs = free_port()
    file = tmp_path / "alertmanager.json"  # JSON is YAML
    hook = {
        "url": f"http://127.0.0.1:{port}/compat/alertmanager/oncall",
        "max_alerts": 20,
        "http_config": {"authorization": {"credentials": gateway.token}},
    }
    route = {"receiver": "texts", "group_wait": "0s", "group_by": ["alertname"]}
    file.write_text(
        json.dumps({"route": route, "receivers": [{"name": "texts", "webhook_configs": [hook]}]})
    )
    process = gateway.spawn_other(
        *(ALERTMANAGER, f"--config.file={file}", f"--storage.path={tmp_path}"),
        *(f"--web.listen-address=127.0.0.1:{theirs}", "--cluster.listen-address="),
        sign="Listening",
    )
    raise_alert(theirs)
    process.until("Notify attempt failed")

    gateway.start()
    (text,) = gateway.until(lambda: stick.ledger("text", "+15145557011") or None)
    assert text["text"] == "FIRING: Till: the till is offline"
    again = gateway.http("GET", "/v1/messages?direction=out").json["items"]
    assert len(again) == 1


def raise_alert(port: int) -> None:
    alert = {
        "labels": {"alertname": "Till", "site": "Laval"},
        "annotations": {"summary": "the till is offline"},
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v2/alerts",
        json.dumps([alert]).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - our own address
        assert answer.status == 200
