import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from gatewayd.install.files import ServiceFile, service_files, shipped_folder
from gatewayd.install.steps import (
    StepFailedError,
    after_configuration,
    before_configuration,
    is_booted,
    perform,
    run_command,
    undo,
)

PROGRAM = Path("/srv/gateway/bin/gatewayd")


class Machine:
    """A root folder and the commands that were run on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commands: list[str] = []
        self.said: list[str] = []
        folder = shipped_folder()
        assert folder is not None
        self.files = service_files(folder, PROGRAM)

    def run(self, command: Sequence[str]) -> None:
        self.commands.append(" ".join(command))

    def lay_down(self, files: Sequence[ServiceFile] | None = None) -> None:
        perform(before_configuration(files or self.files, self.root, self.run), self.said.append)

    def there(self) -> set[str]:
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_every_file_of_the_folder_has_its_place() -> None:
    folder = shipped_folder()
    assert folder is not None

    placed = service_files(folder, PROGRAM)

    assert len(placed) == len(list(folder.iterdir())) + 1  # and the program that resets a port


def test_the_files_name_the_program_that_installed_them(machine: Machine) -> None:
    machine.lay_down()

    unit = (machine.root / "etc/systemd/system/gatewayd.service").read_text()
    assert f"ExecStart={PROGRAM} --config /etc/gatewayd/gatewayd.toml run" in unit
    assert "/opt/gatewayd" not in unit
    reset = machine.root / "usr/local/libexec/gatewayd-usb-reset"
    assert reset.stat().st_mode & 0o777 == 0o755
    assert all(f"write: {machine.root / file.place}" in machine.said for file in machine.files)


def test_the_user_is_made_before_its_folders(machine: Machine) -> None:
    machine.lay_down()

    assert [command.split()[0] for command in machine.commands] == [
        "systemd-sysusers",
        "systemd-tmpfiles",
        "udevadm",
    ]


def test_the_gateway_is_started_last_and_only_where_systemd_runs(machine: Machine) -> None:
    perform(after_configuration(booted=True, run=machine.run), machine.said.append)
    assert machine.commands[0] == "systemctl daemon-reload"
    assert machine.commands[-1] == "systemctl enable --now gatewayd.service"

    machine.commands.clear()
    perform(after_configuration(booted=False, run=machine.run), machine.said.append)
    assert machine.commands[-1] == "systemctl enable gatewayd.service"
    assert not [command for command in machine.commands if "--now" in command]


def test_a_second_time_changes_nothing(machine: Machine) -> None:
    machine.lay_down()
    before = machine.there()

    machine.lay_down()

    assert machine.there() == before
    assert not [line for line in machine.said if line.startswith("replace")]


def test_a_file_of_somebody_else_is_kept_beside(machine: Machine) -> None:
    rules = machine.root / "etc/udev/rules.d/60-gatewayd.rules"
    rules.parent.mkdir(parents=True)
    rules.write_text("# mine\n")

    machine.lay_down()

    assert rules.with_name("60-gatewayd.rules.before-gatewayd").read_text() == "# mine\n"
    assert rules.read_text() != "# mine\n"


def test_undo_leaves_nothing_of_the_service(machine: Machine) -> None:
    machine.lay_down()
    machine.commands.clear()

    perform(undo(machine.files, machine.root, booted=True, run=machine.run), machine.said.append)

    assert machine.there() == set()
    assert machine.commands[0] == "systemctl disable --now gatewayd.service"
    assert "systemctl daemon-reload" in machine.commands


def test_undo_of_nothing_does_nothing(machine: Machine) -> None:
    assert undo(machine.files, machine.root, booted=True, run=machine.run) == []


def test_a_failing_step_says_which_and_why(machine: Machine) -> None:
    def fail(command: Sequence[str]) -> None:
        raise subprocess.CalledProcessError(1, command, stderr="Failed to connect to bus\n")

    with pytest.raises(StepFailedError) as raised:
        perform(after_configuration(booted=True, run=fail), machine.said.append)

    assert str(raised.value) == "run: systemctl daemon-reload: Failed to connect to bus"


def test_a_program_that_is_not_there_is_told() -> None:
    def work() -> None:
        run_command(["gatewayd-no-such-program"])

    with pytest.raises(FileNotFoundError):
        work()


def test_booted_as_systemd_itself_tells(tmp_path: Path) -> None:
    assert not is_booted(tmp_path)
    (tmp_path / "run/systemd/system").mkdir(parents=True)
    assert is_booted(tmp_path)
