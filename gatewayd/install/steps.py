"""The steps from a wheel to a service, and back; each says itself before it is done.

Owns their order. A file that is there and differs is kept beside, under another name.
"""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gatewayd.install.files import ENABLED, ServiceFile

Run = Callable[[Sequence[str]], None]


class StepFailedError(Exception):
    """A step could not be done; those before it stand, and may be done again."""

    def __init__(self, *, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do: a sentence, and the work."""

    says: str
    work: Callable[[], None]


def run_command(command: Sequence[str]) -> None:
    """Run a program of the system; raises OSError or CalledProcessError."""
    subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - fixed words


def before_configuration(files: Sequence[ServiceFile], root: Path, run: Run) -> list[Step]:
    """Lay down the files; make the user and the folders."""
    steps = [_write(file, root) for file in files]
    commands = (
        ("systemd-sysusers", "gatewayd.conf"),
        ("systemd-tmpfiles", "--create", "gatewayd.conf", "gatewayd-usb.conf"),
        ("udevadm", "control", "--reload"),
    )
    return [*steps, *(_command(command, run) for command in commands)]


def after_configuration(*, booted: bool, run: Run) -> list[Step]:
    """Start it, now and at each boot; where systemd does not run (a container) only the latter."""
    now = ("--now",) if booted else ()
    steps = [_command(("systemctl", "daemon-reload"), run)] if booted else []
    return [*steps, *(_command(("systemctl", "enable", *now, unit), run) for unit in ENABLED)]


def undo(files: Sequence[ServiceFile], root: Path, *, booted: bool, run: Run) -> list[Step]:
    """Take the service away. The configuration, the data, the backups and the user stay."""
    now = ("--now",) if booted else ()
    there = [file for file in files if (root / file.place).exists()]
    names = {file.place.name for file in there}
    steps = [
        _command(("systemctl", "disable", *now, unit), run)
        for unit in reversed(ENABLED)
        if unit in names
    ]
    steps += [_remove(file, root) for file in reversed(there)]
    if there and booted:
        steps.append(_command(("systemctl", "daemon-reload"), run))
        steps.append(_command(("udevadm", "control", "--reload"), run))
    return steps


def perform(steps: Sequence[Step], say: Callable[[str], None]) -> None:
    """Say and do each; raises StepFailedError at the first that fails."""
    for step in steps:
        say(step.says)
        try:
            step.work()
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "").strip() or f"it ended with status {error.returncode}"
            raise StepFailedError(step=step.says, reason=reason) from error
        except OSError as error:
            raise StepFailedError(step=step.says, reason=error.strerror or str(error)) from error


def _write(file: ServiceFile, root: Path) -> Step:
    target = root / file.place
    verb = "write"
    if target.exists():
        same = target.read_text(encoding="utf-8", errors="replace") == file.text
        verb = "keep, it is the same" if same else "replace, the former becomes .before-gatewayd"

    def work() -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.read_text(encoding="utf-8", errors="replace") != file.text:
            target.replace(target.with_name(f"{target.name}.before-gatewayd"))
        fresh = target.with_name(f".{target.name}.new")
        fresh.write_text(file.text, encoding="utf-8")
        fresh.chmod(file.mode)
        fresh.replace(target)

    return Step(says=f"{verb}: {target}", work=work)


def _remove(file: ServiceFile, root: Path) -> Step:
    target = root / file.place
    return Step(says=f"remove: {target}", work=lambda: target.unlink(missing_ok=True))


def _command(command: Sequence[str], run: Run) -> Step:
    return Step(says=f"run: {' '.join(command)}", work=lambda: run(command))


def is_booted(root: Path) -> bool:
    """Whether systemd runs this machine (sd_booted(3))."""
    return (root / "run/systemd/system").is_dir()


def may_install() -> bool:
    """Whether this account may write the system's files."""
    return os.geteuid() == 0
