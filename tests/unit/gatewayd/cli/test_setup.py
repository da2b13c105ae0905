import json
import stat
from pathlib import Path
from typing import Any

import pytest

from config import load
from gatewayd.cli import place
from gatewayd.tls import authority
from modem.ttys import FoundPort


def port(device: str) -> FoundPort:
    return FoundPort(
        device=device,
        description="HUAWEI Mobile",
        vid=0x12D1,
        pid=0x1506,
        serial=None,
        location="1-1",
        interface=None,
    )


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder without a configuration, on a machine without modems, in Canada."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAYD_CONFIG", raising=False)
    monkeypatch.setattr("modem.ttys.scan", list)
    monkeypatch.setattr("gatewayd.cli.init.guess_country", lambda: "CA")
    monkeypatch.setattr("gatewayd.cli.init.local_zone", lambda: "America/Toronto")
    return tmp_path


def test_init_writes_a_configuration_that_is_right_and_a_token_that_is_valid(
    empty: Path, run: Any
) -> None:
    ran = run("init", "--yes")

    assert ran.status == 0
    settings = load(empty / "gatewayd.toml")
    assert settings.gateway.country == "CA"
    assert settings.gateway.timezone == "America/Toronto"
    assert settings.gateway.data_dir == empty / "gatewayd-data"
    assert settings.modems[0].device == "auto"
    assert stat.S_IMODE(settings.gateway.data_dir.stat().st_mode) == 0o750
    secret = dict(line.split("\t") for line in ran.out.splitlines())["token"]
    assert secret.startswith("gw_")
    assert "Start it with `gatewayd run`" in ran.err
    (listed,) = json.loads(run("token", "list", "--json").out)
    assert (listed["name"], listed["scopes"]) == ("administrator", ["admin"])


def test_init_asks_and_asks_again(empty: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(['Chez "Léa" \\1', "QC", "CA-QC", "2"])
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _prompt="": next(answers))
    monkeypatch.setattr("modem.ttys.scan", lambda: [port("/dev/ttyUSB0"), port("/dev/ttyUSB1")])

    ran = run("init")

    assert ran.status == 0, ran.err
    assert "'QC': expected an ISO 3166 country" in ran.err
    assert "2. /dev/ttyUSB1  HUAWEI Mobile" in ran.err
    settings = load(empty / "gatewayd.toml")
    assert settings.gateway.name == 'Chez "Léa" \\1'
    assert settings.gateway.country == "CA-QC"
    assert settings.modems[0].device == "/dev/ttyUSB1"


def test_init_for_the_network_encrypts_and_tells_what_phones_compare(empty: Path, run: Any) -> None:
    ran = run("init", "--yes", "--lan")

    assert ran.status == 0, ran.err
    assert ":8766/trust" in ran.err
    settings = load(empty / "gatewayd.toml")
    assert str(settings.http.listen) == "0.0.0.0:8767"
    assert len(settings.http.allowed_hosts) == 2
    assert settings.http_tls.local_authority
    told = dict(line.split("\t") for line in ran.out.splitlines())["fingerprint"]
    assert told == authority.authority_of(settings)[1]
    assert run("config", "check").status == 0


def test_a_dry_run_for_the_network_names_the_files_and_makes_none(empty: Path, run: Any) -> None:
    ran = run("init", "--yes", "--lan", "--dry-run")

    assert "local_authority = true" in ran.out
    assert "gatewayd-data/tls: authority.crt" in ran.err
    assert list(empty.iterdir()) == []


def test_a_dry_run_changes_nothing(empty: Path, run: Any) -> None:
    ran = run("init", "--yes", "--dry-run")

    assert ran.out.startswith("# gatewayd")
    assert "Nothing was changed" in ran.err
    assert list(empty.iterdir()) == []


def test_init_overwrites_nothing(empty: Path, run: Any) -> None:
    (empty / "gatewayd.toml").write_text("mine", encoding="utf-8")

    ran = run("init", "--yes")

    assert ran.status == 1
    assert "nothing was changed" in ran.err
    assert (empty / "gatewayd.toml").read_text(encoding="utf-8") == "mine"


def test_init_that_cannot_make_the_token_leaves_no_half_set_up(empty: Path, run: Any) -> None:
    (empty / "gatewayd-data").write_text("a file where the folder should be", encoding="utf-8")

    ran = run("init", "--yes")

    assert ran.status == 78
    assert "gatewayd-data cannot be a folder: there is a file of that name" in ran.err
    assert not (empty / "gatewayd.toml").exists()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "fr_CA.UTF-8"}, "CA"),
        ({"LC_ALL": "C", "LANG": "en_GB"}, "GB"),
        ({"LANG": "C.UTF-8"}, None),
        ({"LANG": "en_XX"}, None),
        ({}, None),
    ],
)
def test_the_country_is_guessed_from_the_language(
    environment: dict[str, str], expected: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "local_zone", lambda: None)

    assert place.guess_country(environment) == expected


def test_the_country_is_guessed_from_the_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "zone.tab"
    table.write_text("# comment\nCA\t+4339-07923\tAmerica/Toronto\tEastern\n", encoding="utf-8")
    link = tmp_path / "localtime"
    link.symlink_to("/usr/share/zoneinfo/America/Toronto")
    monkeypatch.setattr(place, "_LOCALTIME", link)

    zone = place.local_zone()

    assert zone == "America/Toronto"
    assert place._from_zone(zone, table) == "CA"
    assert place._from_zone("Mars/Base", table) is None
    assert place._from_zone(zone, tmp_path / "absent") is None


def test_config_check_says_right_or_each_error(folder: Path, run: Any) -> None:
    good = run("config", "check")
    assert (good.status, good.out) == (0, f"{folder}/gatewayd.toml is right.\n")
    assert "No [[modems]] is named" in good.err
    assert json.loads(run("config", "check", "--json").out)["ok"] is True

    (folder / "gatewayd.toml").write_text('[gateway]\ncountry = "QC"\n', encoding="utf-8")

    bad = run("config", "check")
    assert bad.status == 78
    assert f'{folder}/gatewayd.toml:2: [gateway] country = "QC": expected' in bad.err
    assert "The configuration has 1 error." in bad.err
    as_json = run("config", "check", "--json")
    assert as_json.status == 78
    (problem,) = json.loads(as_json.out)["problems"]
    assert (problem["line"], problem["key"]) == (2, "[gateway] country")


def test_config_show_tells_where_each_value_comes_from(folder: Path, run: Any) -> None:
    with (folder / "gatewayd.toml").open("a", encoding="utf-8") as file:
        file.write('[[modems]]\nname = "a"\npin_file = "a.pin"\n')

    lines = run("config", "show").out.splitlines()

    assert "gateway.country\tCA\tfile\t" in lines
    assert "sending.validity\t2d\tdefault\t" in lines
    assert f"modems.0.pin_file\t{folder}/a.pin (hidden)\tfile\t" in lines
    assert json.loads(run("config", "show", "--json").out)["file"] == f"{folder}/gatewayd.toml"


def test_config_example_can_be_used_as_it_is(folder: Path, run: Any) -> None:
    (folder / "gatewayd.toml").write_text(run("config", "example").out, encoding="utf-8")

    assert run("config", "check").status == 0
