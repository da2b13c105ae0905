"""Another SIM in the stick, a probe, and a busy port: as a person at the terminal meets them."""

import fcntl
import json
import subprocess
from pathlib import Path
from typing import Any


def test_another_sim_waits_until_a_person_confirms_it(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter")
    gateway.configure()
    gateway.start()
    gateway.modem("counter", "ready")
    refused = gateway.cli("modems", "confirm-sim", "counter")
    assert (refused.status, "it is ready" in refused.err) == (1, True)

    stick.order("unplug")
    stick.order("insert_sim", number="+15145550177", iccid="8930272000000000991")
    stick.order("text_in", **{"from": "+15145550661", "text": "For the new number"})
    stick.order("replug")
    gateway.modem("counter", "held")
    sent = gateway.cli("send", "+15145550662", "Wait", "--json").json
    listed = gateway.cli("modems", "list")
    assert "held" in listed.out
    assert "`gatewayd modems confirm-sim counter`" in listed.out
    found = gateway.cli("doctor", "--json").json["findings"]
    (finding,) = (each for each in found if each["code"] == "sim_changed")
    assert "`gatewayd modems confirm-sim counter`" in finding["fix"]

    assert gateway.stop() == 0
    gateway.start()
    gateway.modem("counter", "held")
    assert gateway.message(sent["id"])["state"] == "queued"
    assert gateway.http("GET", "/v1/messages?direction=in").json["items"] == []

    done = gateway.cli("modems", "confirm-sim", "counter")
    assert (done.status, done.out) == (0, "")
    assert "counter serves this SIM from now on." in done.err
    assert gateway.message(sent["id"], "delivered")["from"] == "+15145550177"
    assert gateway.incoming(text="For the new number")["to"] == "+15145550177"


def test_a_probe_of_a_free_modem_and_of_the_daemon_s(new_gateway: Any) -> None:
    gateway = new_gateway()
    ours, free = gateway.stick("counter"), gateway.stick("free", "--personality", "huawei")
    gateway.sticks.pop("free")
    gateway.configure()
    gateway.sticks["free"] = free
    gateway.start()
    gateway.modem("counter", "ready")

    told = gateway.cli("modems", "probe", free.device, "--json").json
    assert (told["manufacturer"], told["registration"]) == ("huawei", "home")
    refused = gateway.cli("modems", "probe", ours.device)
    assert refused.status == 69
    assert f"The daemon uses {ours.device} for its modem counter." in refused.err
    assert json.loads(gateway.cli("modems", "scan", "--json").out) == []  # no USB stick is here


def test_a_busy_port_says_what_holds_it(new_gateway: Any) -> None:
    gateway = new_gateway()
    stick = gateway.stick("counter")
    gateway.configure()
    with Path(stick.device).open("r+b", buffering=0) as port:
        fcntl.flock(port, fcntl.LOCK_EX)
        holder = subprocess.Popen(["sleep", "600"], stdin=port)
        gateway.start()
        reason = gateway.modem("counter", "backoff")["reason"]
        assert reason.startswith("another program holds the port: ")
        assert f"sleep ({holder.pid})" in reason
        probed = gateway.cli("modems", "probe", stick.device)
        assert probed.status == 69
        holder.kill()
        holder.wait()
    gateway.modem("counter", "ready")
