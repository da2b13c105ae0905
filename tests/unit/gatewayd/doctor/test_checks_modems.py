from dataclasses import replace
from typing import Any

import pytest

from gatewayd.doctor.checks_modems import is_foreign
from gatewayd.doctor.examine import examine
from gatewayd.doctor.findings import Severity, Sign


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"state": "backoff", "reason": "the modem cannot read its SIM: clean it"}, "sim_failure"),
        (
            {"state": "needs_pin", "reason": "the SIM asks for its PIN: name a file …"},
            "pin_missing",
        ),
        ({"state": "needs_pin", "reason": "the SIM refused the PIN: correct …"}, "pin_refused"),
        (
            {"state": "needs_pin", "reason": "only 1 is left for the PIN: unlock …"},
            "pin_attempts",
        ),
        ({"state": "needs_pin", "reason": "/pin does not exist."}, "pin_unreadable"),
        ({"state": "failed", "reason": "the SIM asks for SIM PUK: put it …"}, "sim_puk"),
        ({"state": "failed", "reason": "the SIM asks for PH-NET PIN: put it …"}, "sim_locked"),
        ({"state": "backoff", "reason": "the modem refuses PDU mode (AT+CMGF=0)"}, "modem_unfit"),
        ({"state": "backoff", "reason": "something quite new"}, "modem_not_ready"),
        ({"state": "opening"}, "modem_starting"),
        ({"state": "held", "iccid": "89302000000000000001"}, "sim_changed"),
        ({"state": "degraded", "reason": "deaf", "incidents": ("deaf: …",)}, "modem_sick"),
        (
            {"state": "unregistered", "reason": "the modem has not found its network"},
            "not_registered",
        ),
        (
            {"state": "unregistered", "registration": "denied", "iccid": "89302720000000000001"},
            "registration_denied",
        ),
        (
            {"state": "unregistered", "registration": "denied", "iccid": "8933150000000000001"},
            "roaming_refused",
        ),
        (
            {"state": "unregistered", "reason": "the SIM names no service centre: set smsc …"},
            "no_service_centre",
        ),
        ({"signal_dbm": -105}, "weak_signal"),
        ({"store_used": 8, "store_size": 10}, "store_full"),
        ({"muted": True}, "muted"),
        ({"muted": True, "queue": 3}, "muted_waiting"),
        ({"limits": {"day_left": 0, "hour_left": 3}}, "limit_reached"),
        ({"incidents": ("parts_not_joined: …",)}, "incident_open"),
        ({"incidents": ("low_credit: 3.20 CAD left, less than 5.00",)}, "low_credit"),
        ({"paused": "no credit", "incidents": ("sending_refused: …",)}, "sending_paused"),
    ],
)
def test_each_state_has_its_one_finding(shop: Any, find: Any, different: Any, code: str) -> None:
    found = find(shop.facts(daemon=shop.told(**different)))
    assert list(found) == [code]
    assert found[code].subject == "counter"


@pytest.mark.parametrize(
    "different",
    [
        {"signal_dbm": -104},
        {"signal_dbm": None},
        {"store_used": 7, "store_size": 10},
        {"store_used": 0, "store_size": 0},
        {"limits": {"day_left": 1}},
        {"state": "stopped"},
    ],
)
def test_what_is_well_is_not_told(shop: Any, find: Any, different: Any) -> None:
    assert find(shop.facts(daemon=shop.told(**different))) == {}


def test_a_pin_file_is_named_once(shop: Any, find: Any) -> None:
    daemon = shop.told(state="needs_pin", reason="/pin does not exist.")
    facts = shop.facts(daemon=daemon)
    pins = replace(facts.config, pins={"counter": "/pin does not exist."})
    assert list(find(replace(facts, config=pins))) == ["pin_unreadable"]


def test_the_sim_is_not_named_whole(shop: Any, find: Any) -> None:
    found = find(shop.facts(daemon=shop.told(state="held", iccid="89302000000000000001")))
    assert found["sim_changed"].evidence[Sign.SIM] == "8930200…"


@pytest.mark.parametrize(
    ("iccid", "region", "foreign"),
    [
        ("8933150000000000001", "FR", False),
        ("8933150000000000001", "CA", True),
        ("89302720000000000001", "CA", False),
        ("8901260000000000001", "US", False),
        ("8944100000000000001", "GB", False),
        ("1234", "CA", False),
        (None, "CA", False),
        ("8933150000000000001", "", False),
    ],
)
def test_where_a_sim_is_from(iccid: str | None, region: str, foreign: bool) -> None:
    assert is_foreign(iccid, region) is foreign


def test_what_phones_keep_is_a_note_for_real_modems_only(new_shop: Any) -> None:
    (note,) = examine(new_shop().facts())
    assert (note.code, note.severity) == ("phone_sim", Severity.NOTE)
    assert examine(new_shop(device="virtual:").facts()) == ()


def test_troubles_come_before_notes(shop: Any) -> None:
    facts = shop.facts(daemon=shop.told(muted=True, signal_dbm=-110))
    assert [finding.severity for finding in examine(facts)] == ["trouble", "note", "note"]


def test_messages_in_doubt_are_told(shop: Any, find: Any) -> None:
    daemon = replace(shop.told(), unknown_messages=3)
    (finding,) = find(shop.facts(daemon=daemon)).values()
    assert (finding.code, finding.evidence) == ("messages_unknown", {"messages": "3"})
