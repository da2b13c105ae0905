"""A real boot: Debian under qemu installs the package, and its unit runs a modem on a serial port.

Long: it builds the package twice, and a Debian (kept in GATEWAYD_BOOT_ROOT where that is set).
Needs root, the registries, and debootstrap, debhelper, qemu-system-x86, e2fsprogs.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROGRAMS = ("debootstrap", "dh", "qemu-system-x86_64", "mkfs.ext4", "chroot")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]
PACKAGES = "systemd,systemd-sysv,dbus,udev,python3,python3-venv,ca-certificates,tzdata,libstdc++6"
# It would hang the console up under what is proved.
NO_GETTY = "systemd.mask=serial-getty@ttyS0.service"
UNIT = """[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=journal+console
StandardError=journal+console
ExecStart=/bin/sh -c 'sh /root/guest.sh; systemctl poweroff'
[Install]
WantedBy=multi-user.target
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="debootstrap needs root"),
]


def run(*command: str | Path, **environment: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | environment)


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Debian with a kernel, in a folder."""
    kept = os.environ.get("GATEWAYD_BOOT_ROOT")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("debian")
    if not list(folder.glob("boot/initrd.img-*")):
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", folder)
        run(
            *("chroot", folder, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install"),
            *("--yes", "--no-install-recommends", "linux-image-cloud-amd64", "initramfs-tools"),
        )
    return folder


@pytest.fixture(scope="module")
def disk(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian with two versions of the package and what shall be done in it."""
    for name, version in (("old", "0.0.9"), ("new", "0.1.0")):
        run("make", "deb", DEB_VERSION=version)
        shutil.copy(ROOT / f"dist/gatewayd_{version}_amd64.deb", debian / f"root/{name}.deb")
    for name in ("guest.sh", "refused.py"):
        shutil.copy(Path(__file__).with_name(name), debian / "root" / name)
    unit = debian / "etc/systemd/system/proof.service"
    unit.write_text(UNIT)
    wanted = debian / "etc/systemd/system/multi-user.target.wants/proof.service"
    wanted.unlink(missing_ok=True)
    wanted.symlink_to("../proof.service")
    image = tmp_path_factory.mktemp("disk") / "disk.img"
    with image.open("wb") as file:
        file.truncate(3 * 1024**3)
    run("mkfs.ext4", "-q", "-d", debian, image)
    return image


class Air:
    """A virtual modem on TCP in this machine; the booted one has it on its second serial port."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.control = folder / "control"
        self.ledger = folder / "ledger"
        self.process = subprocess.Popen(
            [
                *(Path(sys.executable).with_name("gatewayd"), "virtual-modem"),
                *("--tcp", self.address, "--control", self.control, "--ledger", self.ledger),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()  # it is ready

    def text(self, words: str) -> None:
        order = {"op": "text_in", "from": "+15145550123", "text": words}
        with socket.socket(socket.AF_UNIX) as channel:
            channel.connect(str(self.control))
            channel.sendall(json.dumps(order).encode() + b"\n")
            assert json.loads(channel.makefile().readline())["ok"]

    def accepted(self) -> list[str]:
        lines = map(json.loads, self.ledger.read_text().splitlines())
        return [line["text"] for line in lines if line["what"] == "text"]

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture
def air(tmp_path: Path) -> Iterator[Air]:
    made = Air(tmp_path)
    yield made
    made.end()


def boot(disk: Path, debian: Path, air: Air) -> dict[str, str]:
    """Run the machine to its end; what it proved, by the word that each line begins with."""
    [kernel] = debian.glob("boot/vmlinuz-*")
    [initrd] = debian.glob("boot/initrd.img-*")
    command = [
        *("qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1024", "-nographic"),
        *("-no-reboot", "-nic", "none", "-drive", f"file={disk},if=virtio,format=raw"),
        *("-kernel", str(kernel), "-initrd", str(initrd)),
        *("-append", f"root=/dev/vda rw console=ttyS0 quiet {NO_GETTY}"),
        *("-serial", "stdio", "-monitor", "none", "-serial", f"tcp:{air.address}"),
    ]
    proofs: dict[str, str] = {}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, errors="replace"
    ) as machine:
        assert machine.stdout is not None
        for line in machine.stdout:
            _, found, proof = line.strip().partition("PROOF ")
            if not found:
                continue
            print(line.strip())  # noqa: T201 - the story of a failure
            word, _, rest = proof.partition(" ")
            proofs[word] = rest
            if word == "text-me":
                air.text("Into a booted machine")
    return proofs


def test_the_package_s_whole_life_on_a_booted_machine(disk: Path, debian: Path, air: Air) -> None:
    proofs = boot(disk, debian, air)

    assert "gave-up" not in proofs
    assert proofs["installed"] == "0"
    assert proofs["without-modem"].startswith("active restarts 0 [")
    assert "ready" in proofs["ready"]
    assert (proofs["send"], proofs["received"]) == ("0", "0")
    assert air.accepted() == ["From a booted machine", "After the full disk"]
    assert proofs["after-kill"] == "active restarts 1 messages 2"
    assert proofs["reload"] == "0 active"
    assert proofs["upgraded"] == "0"
    assert proofs["after-upgrade"] == "gatewayd 0.1.0 messages 2 backups 1"
    assert proofs["backup"] == "0 files 1"
    assert re.fullmatch(
        r"0 gatewayd /var/backups/gatewayd/gatewayd-\w+\.db", proofs["carried"].strip()
    )
    assert proofs["rotated"] == "0 14 upgrade 1"
    assert proofs["owner"].startswith("gatewayd:gatewayd ")
    assert proofs["full"] == "503 the disk is full; nothing was done"
    assert "disk is full" in proofs["full-status"]
    assert proofs["full-doctor"] == "1 1"
    assert proofs["full-start"].startswith("0 [")
    assert proofs["room"] == "active 0"
    assert proofs["wrong-config"] == "failed status 78 restarts 0"
    assert proofs["stopped"] == "success status 0"
    assert proofs["traces"] == "0"
    assert proofs["removed"] == "0 data 1 program 0"
    assert proofs["purged"] == "0 left 0"
    assert proofs["failed-units"].strip() == "0"
