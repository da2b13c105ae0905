"""The client's own distribution: what it installs, and that it texts without the daemon's code."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]

SENDS = """
import sys
from gatewayd_client import Client, GatewaydError
gateway = Client(sys.argv[1], token=sys.argv[2])
last = None
for last in gateway.past_events():
    pass
message = gateway.send("514 555 7301", "Prêt: été ☕", key="order-1")
assert gateway.send("514 555 7301", "Prêt: été ☕", key="order-1")["id"] == message["id"]
for event in gateway.events(after=last and last.id, types=["message.sent"]):
    if event.data["id"] == message["id"]:
        break
print(gateway.message(message["id"])["state"], *sorted(m.split(".")[0] for m in sys.modules
    if m.split(".")[0] in {"aiohttp", "config", "gatewayd", "storage"}))
try:
    gateway.send("not a number", "x")
except GatewaydError as error:
    print(type(error).__name__, error.code)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("client")
    subprocess.run(
        [ROOT / "packaging" / "build-client", folder],
        env=os.environ | {"PYTHON": sys.executable, "PIP_CONFIG_FILE": os.devnull},
        check=True,
    )
    (built,) = folder.glob("gatewayd_client-*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")
    subprocess.run(
        [*pip, "--python", python, "install", "--no-index", wheel],
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull},
        check=True,
    )
    return python


def test_it_installs_one_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as file:
        found = {name for name in file.namelist() if ".dist-info/" not in name}

    ours = ROOT / "gatewayd" / "client"
    sources = [*ours.glob("*.py"), ours / "py.typed"]
    assert found == {f"gatewayd_client/{path.name}" for path in sources}


def test_it_texts_without_the_daemon_s_code(python: Path, gateway: Any, tmp_path: Path) -> None:
    address = "http://{}:{}".format(*gateway.address)
    done = subprocess.run(
        [python, "-I", "-c", SENDS, address, gateway.token],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.stderr == ""
    state, error = done.stdout.splitlines()
    assert state in {"sent", "delivered"}  # the report comes when it comes
    assert error == "InvalidError number_has_letters"
    (arrived,) = gateway.sticks["counter"].ledger("text", "+15145557301")
    assert arrived["text"] == "Prêt: été ☕"
