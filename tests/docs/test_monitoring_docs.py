"""Every metric that an alert or the dashboard asks for is one that the gateway shows."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / "docs" / "monitoring"
GUIDE = (FOLDER.parent / "http.md").read_text(encoding="utf-8")
METRICS = set(re.findall(r"^\| `(gatewayd_\w+)` \|", GUIDE, re.MULTILINE))
HISTOGRAMS = set(re.findall(r"^\| `(gatewayd_\w+)` \|.*histogram", GUIDE, re.MULTILINE))
KNOWN = METRICS | {f"{name}_{end}" for name in HISTOGRAMS for end in ("bucket", "sum", "count")}
ALERTS = yaml.safe_load((FOLDER / "alerts.yaml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
QUERIES = [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])
] + [each["query"] for each in DASHBOARD["templating"]["list"]]


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:gatewayd|process)_\w+", expression))


def labels(expression: str) -> set[tuple[str, str]]:
    """Which labels are asked of which metric."""
    found = re.findall(r"\b(gatewayd_\w+?)(?:_bucket)?\{([^}]*)\}", expression)
    return {(name, label) for name, inside in found for label in re.findall(r"(\w+)[=!]", inside)}


@pytest.mark.parametrize("expression", [rule["expr"] for rule in RULES] + QUERIES)
def test_what_is_asked_for_exists(expression: str) -> None:
    names = asked(expression)
    assert {name for name in names if name.startswith("gatewayd_")} <= KNOWN
    assert all(f"`{name}`" in GUIDE for name in names if name.startswith("process_"))
    for metric, label in labels(expression):
        row = next(row for row in GUIDE.splitlines() if row.startswith(f"| `{metric}` |"))
        assert label in {*row.split("|")[2].strip("` ").split(), "instance", "job"}, metric


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_each_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"]
    assert rule["annotations"]["description"]


def test_every_figure_of_the_issue_is_on_the_dashboard() -> None:
    shown = {name for query in QUERIES for name in asked(query)}
    assert {
        "gatewayd_messages",
        "gatewayd_queue_age_seconds",
        "gatewayd_modem_state",
        "gatewayd_modem_signal_dbm",
        "gatewayd_modem_registration",
        "gatewayd_modem_store_used",
        "gatewayd_modem_limit_left_parts",
        "gatewayd_modem_incidents_open",
        "gatewayd_submit_seconds_bucket",
        "gatewayd_webhook_lag_seconds",
        "gatewayd_database_bytes",
        "gatewayd_event_loop_lag_seconds_bucket",
        "gatewayd_info",
    } <= shown


def test_prometheus_itself_takes_the_alerts() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian's package prometheus) is not installed")
    done = subprocess.run(
        [promtool, "check", "rules", FOLDER / "alerts.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
