from collections.abc import Sequence
from pathlib import Path

import pytest

from gatewayd.cli import as_service
from gatewayd.cli.as_service import ServiceSetUp
from gatewayd.cli.failure import CliError
from gatewayd.install.files import PACKAGED_UNIT


class Runs:
    def __init__(self) -> None:
        self.commands: list[str] = []

    def __call__(self, command: Sequence[str]) -> None:
        self.commands.append(" ".join(command))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr(as_service, "may_install", lambda: True)
    return Runs()


def files_of(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_it_is_laid_down_started_and_taken_away_again(
    tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    service = ServiceSetUp(root=tmp_path, run=runs)

    service.lay_down(dry_run=False)
    service.start(dry_run=False)

    assert (tmp_path / "etc/systemd/system/gatewayd.service").exists()
    assert runs.commands[-1] == "systemctl enable --now gatewayd.service"
    service.take_away(dry_run=False)
    assert files_of(tmp_path) == []
    assert "/var/lib/gatewayd" in capsys.readouterr().err


def test_a_dry_run_says_each_step_and_does_none(
    tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    service = ServiceSetUp(root=tmp_path, run=runs)

    service.lay_down(dry_run=True)
    service.start(dry_run=True)
    service.take_away(dry_run=True)

    assert (files_of(tmp_path), runs.commands) == ([], [])
    said = capsys.readouterr().err
    assert "would run: systemd-sysusers gatewayd.conf" in said
    assert "the service starts with the next boot" in said
    assert "nothing to undo" in said


def test_what_the_debian_package_did_is_left_to_it(
    tmp_path: Path, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / PACKAGED_UNIT).parent.mkdir(parents=True)
    (tmp_path / PACKAGED_UNIT).touch()
    service = ServiceSetUp(root=tmp_path, run=runs)

    service.lay_down(dry_run=False)
    with pytest.raises(CliError, match="Debian package"):
        service.take_away(dry_run=False)

    assert runs.commands == []
    assert "only the configuration is new" in capsys.readouterr().err


def test_who_is_not_root_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_service, "may_install", lambda: False)

    with pytest.raises(CliError, match="by root"):
        ServiceSetUp(root=tmp_path).lay_down(dry_run=False)

    assert files_of(tmp_path) == []


def test_a_step_that_fails_names_itself(tmp_path: Path, runs: Runs) -> None:
    def refuse(command: Sequence[str]) -> None:
        raise FileNotFoundError(2, "No such file or directory", command[0])

    with pytest.raises(CliError, match="systemd-sysusers"):
        ServiceSetUp(root=tmp_path, run=refuse).lay_down(dry_run=False)
    assert runs.commands == []
