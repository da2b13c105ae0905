"""Checks of the configuration, the clock, the daemon, the disk and the database. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gatewayd.clock import is_plausible
from gatewayd.disk import DISK_LEAST_BYTES
from gatewayd.doctor.facts import Facts, FolderFacts, Standing
from gatewayd.doctor.findings import Code, Finding, Sign
from storage.checkup import Checkup, Unreadable

_MEBIBYTE = 1 << 20
_OTHERS = 0o007
_BACKUP_MS = 3 * 86_400_000


def config(facts: Facts) -> Iterator[Finding]:
    """A file that is absent, wrong, or asks for what this version does not do."""
    found = facts.config
    if found.settings is None and found.file is None:
        yield Finding(code=Code.CONFIG_MISSING, evidence={Sign.SAID: " ".join(found.problems)})
    elif found.settings is None:
        yield Finding(
            code=Code.CONFIG_WRONG,
            evidence={Sign.FILE: str(found.file), Sign.PROBLEMS: "\n".join(found.problems)},
        )
    if found.certificate:
        evidence = {Sign.SAID: "\n".join(found.certificate)}
        yield Finding(code=Code.CERTIFICATE_UNFIT, evidence=evidence)
    if found.warnings:
        yield Finding(
            code=Code.CONFIG_ODD,
            evidence={Sign.FILE: str(found.file), Sign.SAID: "\n".join(found.warnings)},
        )


def clock(facts: Facts) -> Iterator[Finding]:
    """A clock that was never set, or that stands before what the store remembers."""
    newest_ms = facts.database.newest_ms if isinstance(facts.database, Checkup) else 0
    if not is_plausible(facts.now_ms, newest_known_ms=newest_ms):
        evidence = {Sign.TIME: _moment(facts.now_ms)}
        if newest_ms:
            evidence[Sign.NEWEST] = _moment(newest_ms)
        yield Finding(code=Code.CLOCK_WRONG, evidence=evidence)


def daemon(facts: Facts) -> Iterator[Finding]:
    """A daemon that does not run, does not answer, or is another version than this command."""
    told = facts.daemon
    code = {
        Standing.STOPPED: Code.DAEMON_STOPPED,
        Standing.SILENT: Code.DAEMON_SILENT,
        Standing.FORBIDDEN: Code.DAEMON_FORBIDDEN,
    }.get(told.standing)
    if code is not None:
        yield Finding(code=code, evidence={Sign.SAID: told.said})
    if told.standing is Standing.RUNNING and told.version != facts.version:
        yield Finding(
            code=Code.DAEMON_VERSION,
            evidence={Sign.VERSION: told.version or "?", Sign.OURS: facts.version},
        )
    if told.standing is Standing.STOPPED and facts.processes.http_taken and facts.config.settings:
        holder = facts.processes.http_holder
        evidence = {Sign.ADDRESS: str(facts.config.settings.http.listen)}
        if holder is not None:
            evidence[Sign.PROCESS] = str(holder)
        yield Finding(code=Code.HTTP_PORT_TAKEN, evidence=evidence)


def data(facts: Facts) -> Iterator[Finding]:
    """A disk that is nearly full, and a folder or files with the wrong owner or mode."""
    if facts.daemon.store_trouble:
        yield Finding(code=Code.STORE_UNAVAILABLE, evidence={Sign.SAID: facts.daemon.store_trouble})
    folder = facts.folder
    if folder is None:
        return
    if folder.free_bytes < DISK_LEAST_BYTES:
        yield _finding(Code.DISK_LOW, folder, {Sign.FREE: _free(folder)})
    if not folder.writable:
        evidence = {Sign.OWNER: folder.owner, Sign.MODE: _mode(folder), Sign.USER: facts.user}
        yield _finding(Code.FOLDER_FORBIDDEN, folder, evidence)
    elif folder.foreign:
        evidence = {Sign.FILE: ", ".join(folder.foreign), Sign.USER: facts.user}
        yield _finding(Code.FILES_FOREIGN, folder, evidence)
    if _is_data_dir(facts, folder.path) and folder.mode & _OTHERS:
        yield _finding(Code.FOLDER_OPEN, folder, {Sign.MODE: _mode(folder)})


def database(facts: Facts) -> Iterator[Finding]:
    """A file that is damaged, that a newer version wrote, or that could not be checked."""
    file = {Sign.FILE: str(facts.database_file)}
    match facts.database:
        case Checkup(damage=damage) if damage:
            evidence = file | {Sign.SAID: "\n".join(damage)}
            yield Finding(code=Code.DATABASE_DAMAGED, evidence=evidence)
        case Checkup(too_new=True, revision=revision):
            evidence = file | {Sign.VERSION: str(revision), Sign.OURS: facts.version}
            yield Finding(code=Code.DATABASE_NEWER, evidence=evidence)
        case Checkup(finished=False):
            yield Finding(code=Code.DATABASE_NOT_CHECKED, evidence=file)
        case Unreadable(reason=reason):
            evidence = file | {Sign.SAID: reason}
            yield Finding(code=Code.DATABASE_NOT_CHECKED, evidence=evidence)
        case _:
            return


def backup(facts: Facts) -> Iterator[Finding]:
    """A store of which nobody has made a copy for days."""
    made_ms = facts.last_backup_ms
    if not isinstance(facts.database, Checkup):
        return
    since_ms = facts.database.oldest_ms if made_ms is None else made_ms
    if not since_ms or facts.now_ms - since_ms < _BACKUP_MS:
        return
    newest = {} if made_ms is None else {Sign.BACKUP: _moment(made_ms)}
    yield Finding(code=Code.BACKUP_OLD, evidence={Sign.FILE: str(facts.database_file)} | newest)


def _finding(code: Code, folder: FolderFacts, evidence: dict[Sign, str]) -> Finding:
    return Finding(code=code, evidence={Sign.FOLDER: str(folder.path)} | evidence)


def _is_data_dir(facts: Facts, path: Path) -> bool:
    settings = facts.config.settings
    return settings is not None and settings.gateway.data_dir == path


def _free(folder: FolderFacts) -> str:
    return f"{folder.free_bytes // _MEBIBYTE} / {folder.total_bytes // _MEBIBYTE} MiB"


def _mode(folder: FolderFacts) -> str:
    return f"{folder.mode:04o}"


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")
