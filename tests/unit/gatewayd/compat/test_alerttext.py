from typing import Any

import pytest
from pydantic import ValidationError

from gatewayd.compat.alerttext import Notice, cut, text_of
from gatewayd.services.drafts import Refusal, measure


def alert(name: str = "DiskFull", status: str = "firing", **annotations: str) -> dict[str, Any]:
    return {
        "status": status,
        "labels": {"alertname": name, "instance": "nas:9100"},
        "annotations": annotations,
        "startsAt": "2026-11-25T10:00:00Z",
        "fingerprint": name,
    }


def notice(*alerts: dict[str, Any], **more: Any) -> Notice:
    return Notice.model_validate({"status": "firing", "alerts": list(alerts) or [alert()]} | more)


@pytest.mark.parametrize(
    ("told", "template", "text"),
    [
        (notice(alert(summary="95 % used")), "{status}: {alerts}", "FIRING: DiskFull: 95 % used"),
        (notice(alert()), "{alerts}", "DiskFull: nas:9100"),
        (
            notice(alert(description="x"), alert("Down", message="y"), alert("Up", "resolved")),
            "{count} {alerts}",
            "2 DiskFull: x; Down: y; (over) Up: nas:9100",
        ),
        (
            notice(alert(status="resolved"), status="resolved"),
            "{status} {count} {alerts}",
            "RESOLVED 1 DiskFull: nas:9100",
        ),
        (
            notice(commonLabels={"site": "Montréal"}, commonAnnotations={"run": "{status}"}),
            "{label.site} {label.none}{annotation.run}",
            "Montréal {status}",
        ),
        (
            notice(receiver="oncall", title="T", message="M", externalURL="http://am:9093"),
            "{receiver} {title} {message} {url}",
            "oncall T M http://am:9093",
        ),
        (notice(), "{title}", "FIRING"),
        (notice({"status": "firing"}), "{alerts}", "alert"),
    ],
)
def test_a_template_is_filled(told: Notice, template: str, text: str) -> None:
    assert text_of(told, template) == text


def test_a_notice_without_alerts_is_none() -> None:
    with pytest.raises(ValidationError):
        Notice.model_validate({"status": "firing", "alerts": []})


@pytest.mark.parametrize("letter", ["a", "é", "œ", "€", "🎁"])
def test_a_text_that_is_too_long_is_cut_to_as_much_as_fits(letter: str) -> None:
    text = cut(letter * 5000, max_parts=2)

    assert not isinstance(measure(text, max_parts=2), Refusal)
    assert text.endswith("...")
    assert isinstance(measure(letter + text, max_parts=2), Refusal)


def test_a_text_that_fits_stays() -> None:
    assert cut("short", max_parts=1) == "short"
