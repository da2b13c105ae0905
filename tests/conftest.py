"""For all tests: a store that need not be migrated, and work that is done once.

Owns what makes a run quick. Knows nothing of what is tested but that there is a store.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from storage.engine import FILE_NAME, Store
from tests.sharing import OPTION

MEMORY = Path("/dev/shm")  # noqa: S108 - what we make there is pytest's, with names of its own
ROOM_BYTES = 4 * 1024**3


# The tests start our programs some thousand times: each would compile all of its modules anew where
# the environment forbids to keep what was compiled, as in some containers; and pytest its tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# How long an example takes says nothing on a busy machine.
settings.register_profile(
    "unhurried", settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
)
settings.load_profile("unhurried")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        OPTION, action="store_true", help="give each test that shares a gateway one of its own"
    )


def pytest_configure() -> None:
    """Keep the tests' files in memory, where there is room.

    A COMMIT on a disk waits some milliseconds, and there are tens of thousands. A process that is
    killed leaves the same behind on either; what a power cut leaves, no test can show.
    """
    if "TMPDIR" not in os.environ and _fits(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _fits(folder: Path) -> bool:
    """Tell whether there is room, and programs start from there (not so in Docker)."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > ROOM_BYTES and not found.f_flag & os.ST_NOEXEC


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of an empty store that is up to date, made once: to be copied."""
    folder = tmp_path_factory.mktemp("migrated")

    async def make() -> None:
        await (await Store.open(data_dir=folder)).close()

    asyncio.run(make())
    return folder / FILE_NAME


@pytest.fixture
def prepared(tmp_path: Path, migrated: Path) -> Path:
    """Give the test's folder, with an empty store in it that is up to date."""
    shutil.copy(migrated, tmp_path)
    return tmp_path
