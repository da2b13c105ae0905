"""What the Debian package is made of; tests/integration/boot installs it on a booted machine."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEBIAN = ROOT / "packaging/debian"
RULES = (DEBIAN / "rules").read_text(encoding="utf-8")
BUILD = (ROOT / "packaging/build-deb").read_text(encoding="utf-8")


def script(name: str) -> str:
    return (DEBIAN / f"gatewayd.{name}").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["preinst", "postinst", "postrm"])
def test_a_maintainer_script_is_sound_and_has_debhelper_s_part(name: str) -> None:
    done = subprocess.run(["sh", "-n", DEBIAN / f"gatewayd.{name}"], check=False)

    assert done.returncode == 0
    assert "\nset -e\n" in script(name)
    assert "\n#DEBHELPER#\n" in script(name)


def test_what_is_run_may_be_run() -> None:
    for path in (DEBIAN / "rules", ROOT / "packaging/build-deb"):
        assert os.access(path, os.X_OK)


def test_user_folders_and_configuration_are_there_before_the_service_starts() -> None:
    text = script("postinst")
    steps = ["systemd-sysusers", "systemd-tmpfiles", "init --system --config-only", "#DEBHELPER#"]

    places = [text.index(step) for step in steps]

    assert places == sorted(places)


def test_what_apt_prints_holds_no_secret() -> None:
    """It is kept in apt's log."""
    [line] = [line for line in script("postinst").splitlines() if "init --system" in line]
    assert "--config-only" in line


def test_the_store_is_backed_up_before_an_upgrade_touches_it() -> None:
    text = script("preinst")

    assert re.search(r"upgrade\) old_backup", text)
    assert "runuser -u gatewayd" in text
    assert "return 1" in text  # without a backup dpkg stops


@pytest.mark.parametrize("file", sorted(path.name for path in (ROOT / "systemd").iterdir()))
def test_every_file_for_systemd_is_in_the_package(file: str) -> None:
    assert file in RULES + BUILD


def test_only_a_purge_deletes_what_is_the_shop_s() -> None:
    before, _, after = script("postrm").partition('"$1" = purge')

    assert "rm -rf" not in before
    assert "/var/lib/gatewayd" in after
