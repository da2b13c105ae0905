from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from structlog.testing import LogCapture

from config import load
from gatewayd import reload as module
from gatewayd.reload import Reloader

BASE = '[gateway]\ncountry = "CA-QC"\n[[modems]]\nname = "counter"\n'


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[LogCapture]:
    capture = LogCapture()
    before = structlog.get_config()
    monkeypatch.setattr(module.logs, "configure", lambda _: None)
    structlog.configure(processors=[capture], wrapper_class=structlog.stdlib.BoundLogger)
    yield capture
    structlog.configure(**before)


def reloaded(tmp_path: Path, *texts: str) -> None:
    file = tmp_path / "gatewayd.toml"
    file.write_text(BASE)
    reloader = Reloader(file, load(file))
    for text in texts:
        file.write_text(text)
        reloader.reload()


def test_what_can_change_does_and_what_cannot_is_named(tmp_path: Path, log: LogCapture) -> None:
    changed = BASE + 'inbox = "branch"\n[logging]\nlevel = "debug"\n[sending]\nmax_parts = 3\n'
    reloaded(tmp_path, changed)
    applied, late = log.entries
    assert (applied["event"], applied["applied"]) == ("configuration_reloaded", ["logging.level"])
    assert (late["event"], sorted(late["keys"])) == (
        "reload_needs_a_restart",
        ["modems.0.inbox", "sending.max_parts"],
    )


def test_what_waits_for_a_restart_is_named_each_time(tmp_path: Path, log: LogCapture) -> None:
    changed = BASE + '[[modems]]\nname = "spare"\nimei = "490154203237526"\n'
    changed = changed.replace('"counter"\n', '"counter"\nimei = "490154203237518"\n', 1)
    reloaded(tmp_path, changed, changed)
    assert [entry["keys"] for entry in log.entries if "keys" in entry] == [["modems"], ["modems"]]


def test_a_file_that_says_the_same_changes_nothing(tmp_path: Path, log: LogCapture) -> None:
    reloaded(tmp_path, BASE + "# a remark\n")
    assert [entry["applied"] for entry in log.entries] == [[]]


def test_a_file_with_a_mistake_changes_nothing(tmp_path: Path, log: LogCapture) -> None:
    reloaded(tmp_path, BASE + "[loging]\n")
    (entry,) = log.entries
    assert entry["event"] == "reload_refused"
    assert "loging" in entry["reason"]


def test_a_file_that_is_gone_changes_nothing(tmp_path: Path, log: LogCapture) -> None:
    file = tmp_path / "gatewayd.toml"
    file.write_text(BASE)
    reloader = Reloader(file, load(file))
    file.unlink()
    reloader.reload()
    assert [entry["event"] for entry in log.entries] == ["reload_refused"]
