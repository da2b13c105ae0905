"""`gatewayd init --system`: this machine's service, laid down step by step, or taken away.

Owns what is said about it. The Debian package has done all of this by itself.
"""

from collections.abc import Sequence
from pathlib import Path

from gatewayd.cli import show
from gatewayd.cli.failure import CliError, Exit
from gatewayd.install.files import (
    PACKAGED_UNIT,
    ServiceFile,
    service_files,
    shipped_folder,
    this_program,
)
from gatewayd.install.steps import (
    Run,
    Step,
    StepFailedError,
    after_configuration,
    before_configuration,
    is_booted,
    may_install,
    perform,
    run_command,
    undo,
)


class ServiceSetUp:
    """The steps for one machine, whose root folder ``root`` is."""

    def __init__(self, *, root: Path = Path("/"), run: Run = run_command) -> None:
        self._root = root
        self._run = run
        self.packaged = (root / PACKAGED_UNIT).exists()

    def lay_down(self, *, dry_run: bool) -> None:
        """Write the files, make the user; raises CliError."""
        if self.packaged:
            show.note("The Debian package has set up the service: only the configuration is new.")
            return
        steps = before_configuration(self._files(), self._root, self._run)
        self._do(steps, dry_run=dry_run)

    def start(self, *, dry_run: bool) -> None:
        """Start the service now and at each boot; raises CliError."""
        booted = is_booted(self._root)
        self._do(after_configuration(booted=booted, run=self._run), dry_run=dry_run)
        if not booted:
            show.note("systemd does not run here: the service starts with the next boot.")

    def take_away(self, *, dry_run: bool) -> None:
        """Undo what `lay_down` and `start` did; raises CliError."""
        if self.packaged:
            raise CliError(
                "The service is the Debian package's; nothing was changed.",
                advice="`apt remove gatewayd` takes it away.",
            )
        steps = undo(self._files(), self._root, booted=is_booted(self._root), run=self._run)
        if not steps:
            show.note("There is no service of gatewayd here: nothing to undo.")
            return
        self._do(steps, dry_run=dry_run)
        show.note(
            "The configuration, the messages, the backups and the user gatewayd are still there: "
            "/etc/gatewayd, /var/lib/gatewayd, /var/backups/gatewayd."
        )

    def _files(self) -> list[ServiceFile]:
        folder = shipped_folder()
        if folder is None:
            raise CliError(
                "This installation came without the files for systemd; nothing was changed.",
                advice="Install gatewayd from its wheel, its package or its sources.",
                status=Exit.FAILED,
            )
        return service_files(folder, this_program())

    def _do(self, steps: Sequence[Step], *, dry_run: bool) -> None:
        if dry_run:
            for step in steps:
                show.note(f"would {step.says}")
            return
        if not may_install():
            raise CliError(
                "A service is set up by root; nothing was changed.",
                advice="sudo, or without --system; --dry-run shows each step.",
                status=Exit.FAILED,
            )
        try:
            perform(steps, show.note)
        except StepFailedError as failed:
            raise CliError(
                f"{failed.step}: {failed.reason}.",
                advice="The steps before it are done; when it is mended, do the same again, or "
                "`gatewayd init --system --undo`.",
            ) from failed
