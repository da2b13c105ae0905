from pathlib import Path
from typing import Any

import pytest

from gatewayd.doctor.facts import ConfigFacts, DaemonFacts, Process, ProcessFacts, Standing
from gatewayd.doctor.findings import Severity, Sign
from storage.checkup import Checkup, Unreadable


def test_nothing_is_found_where_nothing_is_wrong(shop: Any, find: Any) -> None:
    assert find(shop.facts()) == {}


def test_a_configuration_that_is_not_there(shop: Any, find: Any) -> None:
    asked = DaemonFacts(standing=Standing.NOT_ASKED)
    facts = shop.facts(
        config=ConfigFacts(file=None, problems=("There is none.",)), daemon=asked, folder=None
    )
    assert list(find(facts)) == ["config_missing"]


def test_a_wrong_configuration_names_every_problem(shop: Any, find: Any) -> None:
    config = ConfigFacts(file=Path("/g.toml"), problems=("one", "two"))
    asked = DaemonFacts(standing=Standing.NOT_ASKED)
    found = find(shop.facts(config=config, daemon=asked, folder=None))
    assert list(found) == ["config_wrong"]
    assert found["config_wrong"].evidence[Sign.PROBLEMS] == "one\ntwo"


def test_a_key_without_effect_is_a_note(shop: Any, find: Any) -> None:
    config = ConfigFacts(file=Path("/g.toml"), settings=shop.settings(), warnings=("not yet",))
    found = find(shop.facts(config=config))
    assert found["config_odd"].severity is Severity.NOTE


@pytest.mark.parametrize(
    ("now_ms", "wrong"),
    [
        (0, True),
        (1_700_000_000_000, True),
        (1_800_000_000_000 - 7_200_000, True),
        (1_800_000_000_000 - 1_800_000, False),
        (1_900_000_000_000, False),
    ],
    ids=["1970", "before this program", "before its records", "a little back", "later"],
)
def test_the_clock(shop: Any, find: Any, now_ms: int, wrong: bool) -> None:
    assert ("clock_wrong" in find(shop.facts(now_ms=now_ms))) is wrong


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        (Standing.STOPPED, "daemon_stopped"),
        (Standing.SILENT, "daemon_silent"),
        (Standing.FORBIDDEN, "daemon_forbidden"),
    ],
)
def test_a_daemon_that_does_not_answer(shop: Any, find: Any, standing: Standing, code: str) -> None:
    found = find(shop.facts(daemon=DaemonFacts(standing=standing, said="No.")))
    assert list(found) == [code]


@pytest.mark.parametrize("version", ["0.9", None])
def test_a_daemon_of_another_version(shop: Any, find: Any, version: str | None) -> None:
    daemon = DaemonFacts(standing=Standing.RUNNING, version=version, modems=(shop.modem(),))
    assert list(find(shop.facts(daemon=daemon))) == ["daemon_version"]


def test_a_taken_port_and_by_whom(shop: Any, find: Any) -> None:
    taken = ProcessFacts(http_taken=True, http_holder=Process(pid=7, name="nginx"))
    stopped = DaemonFacts(standing=Standing.STOPPED)
    found = find(shop.facts(daemon=stopped, processes=taken))
    assert found["http_port_taken"].evidence[Sign.PROCESS] == "nginx (7)"
    assert found["http_port_taken"].evidence[Sign.ADDRESS] == "127.0.0.1:8767"

    unseen = find(shop.facts(daemon=stopped, processes=ProcessFacts(http_taken=True)))
    assert Sign.PROCESS not in unseen["http_port_taken"].evidence


def test_the_store_s_own_trouble(shop: Any, find: Any) -> None:
    daemon = DaemonFacts(
        standing=Standing.RUNNING, version="1.0", store_trouble="disk full", modems=(shop.modem(),)
    )
    assert find(shop.facts(daemon=daemon))["store_unavailable"].evidence[Sign.SAID] == "disk full"


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"free_bytes": 100 << 20}, "disk_low"),
        ({"writable": False}, "folder_forbidden"),
        ({"mode": 0o755}, "folder_open"),
        ({"foreign": ("gatewayd.db",)}, "files_foreign"),
    ],
)
def test_the_data_folder(shop: Any, find: Any, different: Any, code: str) -> None:
    found = find(shop.facts(folder=shop.folder(**different)))
    assert list(found) == [code]
    assert found[code].evidence[Sign.FOLDER] == "/var/lib/gatewayd"


def test_a_folder_above_the_data_folder_may_be_open_to_all(shop: Any, find: Any) -> None:
    above = shop.folder(path=Path("/var/lib"), mode=0o755)
    assert find(shop.facts(folder=above)) == {}


@pytest.mark.parametrize(
    ("database", "code"),
    [
        (Checkup(damage=("page 7 is never used",)), "database_damaged"),
        (Checkup(revision="9999"), "database_newer"),
        (Checkup(finished=False), "database_not_checked"),
        (Unreadable(reason="unable to open database file"), "database_not_checked"),
    ],
)
def test_the_database(shop: Any, find: Any, database: Any, code: str) -> None:
    assert list(find(shop.facts(database=database))) == [code]


def test_a_database_that_is_not_made_yet_is_no_trouble(shop: Any, find: Any) -> None:
    assert find(shop.facts(database=None)) == {}


def test_a_certificate_that_nobody_takes_is_a_trouble(shop: Any, find: Any) -> None:
    config = ConfigFacts(
        file=Path("/g.toml"), settings=shop.settings(), certificate=("tls.crt expired",)
    )
    found = find(shop.facts(config=config))
    assert found["certificate_unfit"].severity is Severity.TROUBLE
    assert found["certificate_unfit"].evidence[Sign.SAID] == "tls.crt expired"


THREE_DAYS_MS = 3 * 86_400_000


@pytest.mark.parametrize("ever", [True, False])
def test_a_store_that_nobody_backs_up(shop: Any, find: Any, ever: bool) -> None:
    then_ms = shop.facts().now_ms - THREE_DAYS_MS
    made_ms = then_ms if ever else None
    found = find(shop.facts(last_backup_ms=made_ms, database=Checkup(oldest_ms=then_ms)))
    assert list(found) == ["backup_old"]
    assert found["backup_old"].severity is Severity.NOTE
    assert (Sign.BACKUP in found["backup_old"].evidence) == ever


@pytest.mark.parametrize("database", [None, Checkup(), Unreadable(reason="locked")])
def test_a_store_that_is_backed_up_or_new_or_none(shop: Any, find: Any, database: Any) -> None:
    lately_ms = shop.facts().now_ms - THREE_DAYS_MS + 1
    assert not find(shop.facts(last_backup_ms=lately_ms))
    young = Checkup(oldest_ms=lately_ms)
    assert not find(shop.facts(last_backup_ms=None, database=young))
    assert "backup_old" not in find(shop.facts(last_backup_ms=None, database=database))
