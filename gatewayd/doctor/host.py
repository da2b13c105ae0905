"""The machine: whose the daemon is, what that user may open, how full the disk is.

Owns reading modes and owners. Opens nothing: a port that is opened may reset its modem.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gatewayd.doctor.facts import FolderFacts, PortFacts
from storage.copies import LIST_NAME

_READ_WRITE = 0o6
_OUR_FILES = ("gatewayd.", LIST_NAME)
"""Database, its log, the lock, the list of backups; the rest of the folder is not the daemon's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user and the groups that count for it."""

    uid: int
    name: str
    gids: frozenset[int]

    @property
    def is_me(self) -> bool:
        """Whether this command runs as this user."""
        return self.uid == os.geteuid()


def account_of(folder: Path) -> Account:
    """The user that the daemon runs as: the data folder's owner, else who asks."""
    try:
        uid = folder.stat().st_uid
    except OSError:
        uid = os.geteuid()
    name = user_name(uid)
    if uid == os.geteuid():
        gids = {os.getegid(), *os.getgroups()}
    else:
        try:
            gids = set(os.getgrouplist(name, pwd.getpwuid(uid).pw_gid))
        except KeyError:
            gids = set()
    return Account(uid=uid, name=name, gids=frozenset(gids))


def user_name(uid: int) -> str:
    """A user's name, or the number where there is none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def port(root: Path, path: str, account: Account) -> PortFacts:
    """Look at one tty by its path, below ``root``."""
    place = root / path.removeprefix("/")
    try:
        status = place.stat()
    except OSError:
        return PortFacts(path=path, real=path, present=False)
    # A link of /dev/serial/by-id leads to the node that processes have open.
    real = place.resolve()
    node = f"/{real.relative_to(root.resolve())}" if real.is_relative_to(root.resolve()) else path
    return PortFacts(
        path=path,
        real=node,
        accessible=may(account, status, place),
        group=_group_name(status.st_gid),
        mode=stat.filemode(status.st_mode),
    )


def may(account: Account, status: os.stat_result, place: Path) -> bool:
    """Whether the user may read and write it."""
    if account.is_me:
        return os.access(place, os.R_OK | os.W_OK)  # knows access lists too
    if account.uid == 0:
        return True
    shift = 0
    if status.st_uid == account.uid:
        shift = 6
    elif status.st_gid in account.gids:
        shift = 3
    return (status.st_mode >> shift) & _READ_WRITE == _READ_WRITE


def folder_facts(data_dir: Path, account: Account) -> FolderFacts | None:
    """Look at the data folder, or the nearest one above it; None where nothing can be seen."""
    try:
        path = next(place for place in (data_dir, *data_dir.parents) if place.is_dir())
        status, disk = path.stat(), os.statvfs(path)
        foreign = _foreign(path.iterdir(), account) if path == data_dir else ()
    except (OSError, StopIteration):
        return None
    return FolderFacts(
        path=path,
        writable=may(account, status, path),
        owner=user_name(status.st_uid),
        mode=stat.S_IMODE(status.st_mode),
        foreign=foreign,
        free_bytes=disk.f_bavail * disk.f_frsize,
        total_bytes=disk.f_blocks * disk.f_frsize,
    )


def _foreign(files: Iterable[Path], account: Account) -> tuple[str, ...]:
    """Of our own files, those that the user may not write."""
    found = []
    for file in files:
        if not file.name.startswith(_OUR_FILES):
            continue
        status = file.lstat()
        if stat.S_ISREG(status.st_mode) and not may(account, status, file):
            found.append(file.name)
    return tuple(sorted(found))


def _group_name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
