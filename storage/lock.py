"""Owns the lock on the data folder: never two daemons, nor a daemon and a tool, on one store."""

import errno
import fcntl
import os
from pathlib import Path

from storage.errors import StoreLocked, StoreUnavailable

_NAME = "gatewayd.lock"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FolderLock:
    """Held from ``take`` until ``release`` or the end of the process, kill -9 included."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def take(cls, data_dir: Path) -> "FolderLock":
        """Lock the folder at once or raise StoreLocked with the holder's pid.

        Raises StoreUnavailable on a full disk.
        """
        path = data_dir / _NAME
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(fd, 0)
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            text = os.pread(fd, 32, 0).strip()
            os.close(fd)
            pid = int(text) if text.isdigit() else None
            raise StoreLocked(path=path, pid=pid) from error
        except OSError as error:
            os.close(fd)
            if error.errno in _NO_ROOM:
                raise StoreUnavailable(reason=os.strerror(errno.ENOSPC)) from error
            raise
        return cls(fd)

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files."""
        if self._fd >= 0:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = -1


def holder(data_dir: Path) -> int | None:
    """The pid of the process that holds the folder, without touching the lock; None for nobody."""
    try:
        text = (data_dir / _NAME).read_bytes().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
