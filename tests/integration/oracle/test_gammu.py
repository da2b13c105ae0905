# ruff: noqa: ANN001 - fixtures have their types in conftest.py
"""Debian's gammu, unmodified, on our virtual modem."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("gammu") is None, reason="gammu is not installed")
TO = "+15145550123"


@pytest.fixture
def gammu(
    tmp_path: Path, plain_environment: dict[str, str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(link: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        settings = tmp_path / "gammurc"
        settings.write_text(f"[gammu]\nport = {link}\nconnection = at115200\n")
        return subprocess.run(
            ["gammu", "-c", str(settings), *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
            env=plain_environment,
        )

    return run


def test_sees_the_network(start_modem, gammu) -> None:
    modem = start_modem()
    told = gammu(modem.link, "networkinfo")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "home network" in told.stdout


@pytest.mark.parametrize(
    ("personality", "text"),
    [
        ("generic", "Hello from gammu"),
        ("huawei", "Ça va? Œuf à la coque 😀"),
        ("sim800", "Hello, SIM800"),
        ("quectel", "Ça va?"),
    ],
)
def test_sends(start_modem, gammu, personality: str, text: str) -> None:
    modem = start_modem("--personality", personality)
    unicode = ("-unicode",) if not text.isascii() else ()
    told = gammu(modem.link, "sendsms", "TEXT", TO, "-text", text, *unicode, "-report")
    assert told.returncode == 0, told.stdout + told.stderr
    (accepted,) = modem.ledger("accepted")
    assert (accepted["peer"], accepted["text"], accepted["report"]) == (TO, text, True)


def test_sends_a_long_text(start_modem, gammu) -> None:
    modem = start_modem()
    text = "A long story, part by part. " * 12
    told = gammu(modem.link, "sendsms", "TEXT", TO, "-text", text, "-len", "400")
    assert told.returncode == 0, told.stdout + told.stderr
    assert [entry["text"] for entry in modem.ledger("text")] == [text]
    assert len(modem.ledger("accepted")) == 3


@pytest.mark.parametrize("personality", ["generic", "huawei"])
def test_reads_what_came_in(start_modem, gammu, personality: str) -> None:
    modem = start_modem("--personality", personality)
    modem.order("text_in", **{"from": "+15145550999", "text": "Bonjour, êtes-vous là?"})
    told = gammu(modem.link, "getallsms")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Bonjour, êtes-vous là?" in told.stdout
    assert "+15145550999" in told.stdout


def test_tells_a_refusal(start_modem, gammu) -> None:
    modem = start_modem()
    modem.order("recipient", number=TO, refuse=38)
    told = gammu(modem.link, "sendsms", "TEXT", TO, "-text", "no")
    assert told.returncode != 0
    assert modem.ledger("accepted") == []
