"""The room on the disk that holds the data folder. Owns when it is too little."""

import os
from dataclasses import dataclass
from pathlib import Path

DISK_LEAST_BYTES = 200 << 20
"""Below this little, a log or a backup fills the disk within days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """Of one disk."""

    free_bytes: int
    total_bytes: int

    @property
    def is_low(self) -> bool:
        """Whether somebody should make room; never on a disk that is small as a whole."""
        return self.free_bytes < min(DISK_LEAST_BYTES, self.total_bytes // 10)


def disk_space(folder: Path) -> DiskSpace:
    """Look at the disk that holds a folder."""
    found = os.statvfs(folder)
    return DiskSpace(
        free_bytes=found.f_bavail * found.f_frsize, total_bytes=found.f_blocks * found.f_frsize
    )
