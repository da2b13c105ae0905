"""What docs/security.md claims, looked at from outside: sockets, files, modes, logs."""

import http.client
import re
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Gateway

LISTENS = "0A"
SECRET_PIN = "4711"
CUSTOMER = "+15145557001"
WORDS = "The words of a customer, which nobody else may read"


def sockets(pid: int) -> set[str]:
    """The inodes of a process's sockets."""
    names = []
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it has closed one meanwhile
            names.append(str(file.readlink()))
    return {found[1] for name in names if (found := re.fullmatch(r"socket:\[(\d+)\]", name))}


def listening(pid: int) -> list[tuple[str, int]]:
    """Where a process listens on TCP or UDP, as the kernel tells it."""
    own, found = sockets(pid), []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for row in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            cells = row.split()
            if cells[9] in own and (cells[3] == LISTENS or table.startswith("udp")):
                address, port = cells[1].split(":")
                found.append((address, int(port, 16)))
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_listens_on_loopback_and_its_socket_only(gateway: "Gateway") -> None:
    pid = gateway.daemon._process.pid
    assert listening(pid) == [("0100007F", gateway.address[1])]
    unix = Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]
    own = sockets(pid)
    bound = {
        row.split()[7]
        for row in unix
        if row.split()[6] in own and row.split()[3] == "00010000"  # listens
    }
    assert bound == {str(gateway.folder / "data" / "gatewayd.sock")}


def test_the_data_folder_is_closed_to_others(gateway: "Gateway") -> None:
    data = gateway.folder / "data"
    assert mode(data) == 0o750
    assert mode(data / "gatewayd.sock") == 0o660


def test_a_token_is_nowhere_in_the_files(gateway: "Gateway") -> None:
    made = gateway.cli("token", "create", "till", "--scope", "messages:send")
    secret = made.out.strip()
    assert secret.startswith("gw_")
    for file in (gateway.folder / "data").rglob("*"):
        if file.is_file():
            with suppress(FileNotFoundError):  # it was there for a moment
                assert secret.encode() not in file.read_bytes(), file
    assert not [row for row in gateway.daemon.log if secret in row]


def test_neither_text_nor_number_of_a_customer_is_in_the_log(gateway: "Gateway") -> None:
    stick = gateway.sticks["counter"]
    stick.order("text_in", **{"from": CUSTOMER, "text": WORDS})
    gateway.incoming(text=WORDS)
    sent = gateway.http("POST", "/v1/messages", {"to": CUSTOMER, "text": f"Re: {WORDS}"})
    gateway.message(sent.json["id"], "sent", "delivered")
    log = "".join(gateway.daemon.log)
    assert WORDS not in log
    assert CUSTOMER not in log


@pytest.mark.parametrize(
    "line",
    [
        f'[[modems]]\nname = "a"\npin = "{SECRET_PIN}"\n',
        f'[smtp]\nhost = "mail.shop.example"\npassword = "{SECRET_PIN}"\n',
    ],
)
def test_the_configuration_holds_no_secret(new_gateway: Any, line: str) -> None:
    gateway = new_gateway()
    gateway.configure(tables=line)
    refused = gateway.cli("config", "check")
    assert refused.status == 78
    assert "no such key" in refused.err
    assert SECRET_PIN not in refused.out + refused.err


def test_listening_beyond_loopback_without_encryption_is_told_at_the_start(
    new_gateway: Any,
) -> None:
    gateway = new_gateway()
    gateway.configure()
    text = gateway.file.read_text().replace("127.0.0.1:0", "0.0.0.0:0")
    gateway.file.write_text(text)
    gateway.start()
    assert any("listening_without_encryption" in row for row in gateway.daemon.log)
    assert any("without encryption" in row for row in gateway.daemon.log)


def test_the_copy_is_whole_and_closed(gateway: "Gateway", tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert gateway.cli("backup", str(target)).status == 0
    assert mode(target) == 0o640
    assert target.read_bytes().startswith(b"SQLite format 3")


def test_only_these_routes_are_open(gateway: "Gateway") -> None:
    """Every path of the API's own description, asked by a stranger behind a proxy."""
    paths = gateway.http("GET", "/openapi.json").json["paths"]
    stranger = {"X-Forwarded-For": "192.0.2.7"}
    answered = set()
    for path, methods in paths.items():
        asked = re.sub(r"\{[^}]+\}", "nothing", path)
        for method in methods:
            if method == "parameters":
                continue
            status = _anonymous(gateway, method.upper(), asked, stranger)
            if status not in {401, 403}:
                answered.add(f"{method.upper()} {path}")
    assert answered <= {
        "GET /openapi.json",
        "GET /docs",
        "GET /trust",
        "GET /trust/authority.crt",
        "POST /v1/session",  # the log-in itself
        "POST /v1/session/link",
    } | {one for one in answered if one.split()[1].startswith(("/login", "/welcome", "/static"))}
    assert "GET /openapi.json" in answered


def _anonymous(gateway: "Gateway", method: str, path: str, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection(*gateway.address, timeout=120)) as line:
        line.request(method, path, b"{}" if method != "GET" else None, headers)
        return line.getresponse().status
