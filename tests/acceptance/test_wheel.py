"""The wheel: what is in it, and that what it installs runs beside other people's packages."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "gatewayd", "modem", "routing", "storage")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it from a copy: a build leaves its own folders in the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, source / package, ignore=ignored)
    shutil.copytree(ROOT / "systemd", source / "systemd")
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel where only it and its dependencies are found, not this tree."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip("install", "--no-deps", wheel, python=python)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    # A .pth file inside a folder that a .pth file names is not read: not our editable install.
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "gatewayd"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """Make a folder with a `config` package that is not ours, such as any project may have."""
    package = tmp_path / "elsewhere" / "config"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('a foreign config')\n")
    return package.parent


def pip(*arguments: str | Path, python: Path | None = None) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"),
            *(["--python", str(python)] if python else []),
            str(arguments[0]),
            "--no-index",
            *map(str, arguments[1:]),
        ],
        check=True,
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull},
    )


def test_the_wheel_lists_its_packages_and_their_files(wheel: Path) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(wheel) as file:
        found = {name for name in file.namelist() if ".dist-info/" not in name}

    data = {name for name in found if ".data/data/" in name}
    assert {name.partition("/data/")[2] for name in data} == {
        f"share/gatewayd/systemd/{path.name}" for path in (ROOT / "systemd").iterdir()
    }
    found -= data
    assert found == expected
    assert {name.partition("/")[0] for name in found} == set(PACKAGES)
    assert {
        "config/example.toml",
        "gatewayd/http/static/plain.css",
        "gatewayd/web/templates/base.html",
        "gatewayd/web/templates/inbox/inbox.html",
        "gatewayd/web/static/page.css",
        "gatewayd/web/locale/fr/LC_MESSAGES/gatewayd.po",
        "storage/migrations/script.py.mako",
        *(f"{package}/py.typed" for package in PACKAGES),
    } <= found


def test_the_licence_comes_with_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        assert [name for name in file.namelist() if name.endswith(".dist-info/licenses/LICENSE")]


def test_the_program_finds_its_own_config(program: Path, foreign: Path) -> None:
    done = subprocess.run(
        [program, "config", "example"], cwd=foreign, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (ROOT / "config" / "example.toml").read_text(encoding="utf-8")


async def test_the_installed_program_runs(program: Path, foreign: Path, start_demo: Any) -> None:
    """The migrations and the page's style are found where they were installed."""
    demo = await start_demo(program, foreign)
    async with aiohttp.ClientSession() as client, client.get(f"{demo.address}/docs") as page:
        assert page.status == 200
        style = re.search(r'href="(/static/[^"]+/apidocs\.css)"', await page.text())
        assert style
        async with client.get(f"{demo.address}{style[1]}") as file:
            assert file.status == 200


def test_it_brings_the_files_that_make_it_a_service(program: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [program, "--config", tmp_path / "g.toml", "init", "--system", "--yes", "--dry-run"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert "would write: /etc/systemd/system/gatewayd.service" in done.stderr
    assert "would run: systemd-sysusers gatewayd.conf" in done.stderr
    unit = program.parents[1] / "share/gatewayd/systemd/gatewayd.service"
    assert unit.read_text() == (ROOT / "systemd/gatewayd.service").read_text()
