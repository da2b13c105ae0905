"""A full disk and a damaged database: refused in words, nothing lost, and over by itself."""

import errno
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Answer, Gateway

MOUNT = 'mount -t tmpfs -o size={size}k none data && exec "$@"'
PAGE = 4096
CUSTOMER = "+15145550123"


@pytest.fixture(scope="module")
def own_disk() -> tuple[str, ...]:
    """The words that run a command with a small disk of its own at ``data``."""
    words = ("unshare", "--mount", "sh", "-c", MOUNT.format(size=6000), "sh")
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a disk of its own")
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip("this machine gives nobody a mount namespace")
    return words


class SmallDisk:
    """A daemon whose data folder is a disk that the test can fill."""

    def __init__(self, gateway: "Gateway", words: tuple[str, ...]) -> None:
        self.gateway = gateway
        (gateway.folder / "data").mkdir()
        # The command line and we are outside: for us the socket stands beside the disk.
        (gateway.folder / "data" / "gatewayd.sock").symlink_to(gateway.folder / "gw.sock")
        self.stick = gateway.stick()
        gateway.configure()
        text = gateway.file.read_text()
        gateway.file.write_text(text.replace("[http]\n", '[http]\nsocket = "gw.sock"\n'))
        gateway.su = words
        gateway.start()
        gateway.su = ()
        gateway.modem("counter", "ready")

    @property
    def folder(self) -> Path:
        """The disk, as the daemon sees it."""
        pid = self.gateway.daemon._process.pid
        return Path(f"/proc/{pid}/root") / str(self.gateway.folder / "data").lstrip("/")

    def fill(self) -> None:
        with (self.folder / "filler").open("ab", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(PAGE))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        (self.folder / "filler").unlink()

    def post(self, text: str) -> "Answer":
        return self.gateway.http("POST", "/v1/messages", {"to": CUSTOMER, "text": text})

    def metric(self, name: str) -> float:
        text = self.gateway.http("GET", "/metrics").body.decode()
        return float(
            next(row for row in text.splitlines() if row.startswith(f"{name} ")).split()[1]
        )


@pytest.fixture
def disk(new_gateway: "Callable[[], Gateway]", own_disk: tuple[str, ...]) -> SmallDisk:
    return SmallDisk(new_gateway(), own_disk)


def test_a_full_disk_is_told_everywhere_loses_nothing_and_is_over_by_itself(
    disk: SmallDisk,
) -> None:
    gateway, stick = disk.gateway, disk.stick
    accepted = [disk.post("before").json["id"]]
    gateway.message(accepted[0], "sent", "delivered")

    disk.fill()
    refused = None
    for number in range(200):  # what is free within the file is used up first
        answer = disk.post(f"meanwhile {number}")
        if answer.status != 202:
            refused = answer
            break
        accepted.append(answer.json["id"])
    assert refused is not None
    assert (refused.status, refused.json["code"]) == (503, "store_unavailable")
    assert refused.json["detail"] == "the disk is full; nothing was done"
    assert refused.headers["Retry-After"]
    stick.order("text_in", **{"from": CUSTOMER, "text": "I write on a full disk"})

    # It says so, and shows what there is.
    ready = gateway.http("GET", "/readyz")
    assert ready.status == 503
    assert "full" in ready.json["detail"]
    assert disk.metric("gatewayd_store_writable") == 0
    assert gateway.http("GET", "/v1/messages").status == 200
    found = {each["code"] for each in gateway.cli("doctor", "--json").json["findings"]}
    assert "store_unavailable" in found

    disk.make_room()

    again = disk.post("after")
    assert again.status == 202, again.body
    accepted.append(again.json["id"])
    for message_id in accepted:
        gateway.message(message_id, "sent", "delivered")
    # It waited on the SIM, which is read once a minute, or as soon as another one comes.
    stick.order("text_in", **{"from": CUSTOMER, "text": "And now?"})
    assert gateway.incoming(text="And now?")
    assert gateway.incoming(text="I write on a full disk")
    assert gateway.http("GET", "/readyz").status == 200
    texts = [each["text"] for each in gateway.http("GET", "/v1/messages?limit=200").json["items"]]
    assert texts.count("I write on a full disk") == 1
    assert len(stick.ledger("accepted", CUSTOMER)) == len(accepted)


def test_a_start_on_a_full_disk_says_so_and_may_be_tried_again(
    new_gateway: "Callable[[], Gateway]", own_disk: tuple[str, ...]
) -> None:
    gateway = new_gateway()
    (gateway.folder / "data").mkdir()
    gateway.configure()
    unshare, mount, shell, option, script, name = own_disk
    filled = script.replace("exec", "{ cat /dev/zero > data/filler || true; } 2> /dev/null; exec")
    gateway.su = (unshare, mount, shell, option, filled, name)

    run = gateway.cli("run")

    assert run.status == 1  # systemd starts it again: not so what only a person can put right
    assert "The disk is full: there is no room for " in run.err
    assert "Traceback" not in run.err


def damage(database: Path, table: str) -> None:
    """Overwrite the pages of one table but its first, as a bad sector does."""
    with closing(sqlite3.connect(database)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = store.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
        (size,) = store.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(size))


def test_a_damaged_database_is_named_and_what_is_whole_is_read(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.stick()
    gateway.configure()
    gateway.start()
    sent = gateway.http("POST", "/v1/messages", {"to": CUSTOMER, "text": "kept"}).json["id"]
    gateway.message(sent, "sent", "delivered")
    assert gateway.stop() == 0
    damage(gateway.folder / "data" / "gatewayd.db", "idempotency_keys")
    gateway.start()

    wanted = {"to": CUSTOMER, "text": "now"}
    headers = {"Idempotency-Key": "once"}
    refused = gateway.http("POST", "/v1/messages", wanted, headers=headers)
    assert (refused.status, refused.json["code"]) == (503, "store_unavailable")
    assert refused.json["detail"] == "the database is damaged; nothing was done"
    # What is whole takes nothing more either: it might be lost with the rest.
    other = gateway.http("POST", "/v1/messages", wanted)
    assert (other.status, other.json["detail"]) == (503, refused.json["detail"])
    ready = gateway.http("GET", "/readyz")
    assert (ready.status, "malformed" in ready.json["detail"]) == (503, True)
    assert "\ngatewayd_store_writable 0.0\n" in gateway.http("GET", "/metrics").body.decode()
    assert gateway.http("GET", f"/v1/messages/{sent}").json["text"] == "kept"
    doctor = gateway.cli("doctor", "--json").json["findings"]
    assert {"database_damaged", "store_unavailable"} <= {each["code"] for each in doctor}
    assert not [row for row in gateway.daemon.log if "request_failed" in row]
    assert gateway.stop() == 0


def test_a_file_that_is_no_database_is_refused_in_words_and_kept(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.configure()
    database = gateway.folder / "data" / "gatewayd.db"
    database.parent.mkdir()
    database.write_bytes(b"SQLite format 3\0" + os.urandom(PAGE))
    before = database.read_bytes()

    run = gateway.cli("run")

    assert run.status == 1
    assert "cannot be used" in run.err
    assert "Traceback" not in run.err
    assert database.read_bytes() == before


def test_a_newer_database_is_refused_with_the_reason(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.configure()
    gateway.start()
    assert gateway.stop() == 0
    database = gateway.folder / "data" / "gatewayd.db"
    with closing(sqlite3.connect(database)) as store, store:
        store.execute("UPDATE alembic_version SET version_num = '9999'")

    run = gateway.cli("run")

    assert run.status == 78
    assert "written by a newer version" in run.err
    assert "9999" in run.err
