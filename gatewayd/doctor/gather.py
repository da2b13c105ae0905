"""All facts at once: the configuration, the daemon's answers, and what this machine shows.

``root`` is where the machine's tree begins: ``/``, or a folder that a test has made.
"""

import os
from pathlib import Path

from config import ConfigError, ConfigNotFoundError, SecretError, Settings, find, load_with_origin
from config.schema import ModemSettings
from config.secrets import read_pin
from gatewayd.cli.certificates import certificate_troubles
from gatewayd.clock import SystemClock
from gatewayd.doctor import daemon, host, processes, usb
from gatewayd.doctor.facts import ConfigFacts, DaemonFacts, Facts, PortFacts, Standing, Stick
from gatewayd.doctor.host import Account
from modem.usb_reset import FOLDER as USB_FOLDER
from storage import checkup
from storage.copies import last_backup_ms
from storage.lock import holder
from storage.outside import sqlite_file

MACHINE = Path("/")


def gather(chosen: Path | None, *, version: str, root: Path = MACHINE) -> Facts:
    """Look at everything; ``chosen`` is the configuration file that was named, if one was."""
    config = _config(chosen)
    settings = config.settings
    sticks = usb.sticks(root)
    if settings is None:
        return Facts(
            config=config,
            daemon=DaemonFacts(standing=Standing.NOT_ASKED),
            sticks=sticks,
            processes=processes.look(root, devices=(), listen=None, own=()),
            now_ms=SystemClock().now_ms(),
            version=version,
        )
    data_dir = settings.gateway.data_dir
    account = host.account_of(data_dir)
    told = daemon.ask(settings.http.socket)
    ports = ports_of(root, settings, sticks, account)
    database_file = sqlite_file(data_dir, settings.storage.url)
    return Facts(
        config=_with_pins(config, settings, account),
        daemon=told,
        sticks=sticks,
        ports=ports,
        processes=processes.look(
            root,
            devices={port.real for port in ports.values() if port.present},
            # While the daemon runs, the one who listens there is the daemon.
            listen=settings.http.listen if told.standing is Standing.STOPPED else None,
            own=(os.getpid(), *filter(None, [holder(data_dir)])),
        ),
        usb_helper=(root / USB_FOLDER.relative_to("/")).is_dir(),
        user=account.name,
        folder=host.folder_facts(data_dir, account),
        database=None if database_file is None else checkup.examine(database_file),
        database_file=database_file,
        last_backup_ms=_last_backup_ms(data_dir),
        now_ms=SystemClock().now_ms(),
        version=version,
    )


def _config(chosen: Path | None) -> ConfigFacts:
    file = None
    try:
        file = find(chosen)
        loaded = load_with_origin(file)
    except ConfigNotFoundError as error:
        return ConfigFacts(file=None, problems=(str(error),))
    except ConfigError as error:
        return ConfigFacts(file=file, problems=tuple(map(str, error.problems)))
    return ConfigFacts(file=loaded.file, settings=loaded.settings, warnings=loaded.warnings)


def _with_pins(config: ConfigFacts, settings: Settings, account: Account) -> ConfigFacts:
    problems = {modem.name: _pin_problem(modem, account) for modem in settings.modems}
    return ConfigFacts(
        file=config.file,
        settings=config.settings,
        problems=config.problems,
        warnings=config.warnings,
        pins={name: problem for name, problem in problems.items() if problem is not None},
        certificate=_certificate_problems(settings, account),
    )


def _last_backup_ms(data_dir: Path) -> int | None:
    try:
        return last_backup_ms(data_dir)
    except OSError:
        return None  # the folder is closed to us, which is told


def _certificate_problems(settings: Settings, account: Account) -> tuple[str, ...]:
    """Say what is wrong; nothing where only the daemon could tell."""
    if not account.is_me and os.geteuid() != 0:
        return ()
    return tuple(certificate_troubles(settings))


def _pin_problem(modem: ModemSettings, account: Account) -> str | None:
    """Why the PIN cannot be read; None where it can, or where only the daemon could tell."""
    if modem.pin_file is None or modem.pin_file.credential is not None:
        return None
    if not account.is_me and os.geteuid() != 0:
        return None
    try:
        read_pin(modem.pin_file)
    except SecretError as error:
        return str(error)
    return None


def ports_of(
    root: Path, settings: Settings, sticks: tuple[Stick, ...], account: Account
) -> dict[str, PortFacts]:
    """Look at the ports that the configuration names, and at those of the sticks."""
    configured = (modem.device for modem in settings.modems if modem.device.startswith("/"))
    of_sticks = (tty for stick in sticks for tty in stick.ttys)
    return {path: host.port(root, path, account) for path in (*configured, *of_sticks)}
