"""The listener under TLS, from outside: the shop's authority, and a certificate that is renewed."""

import http.client
import json
import signal
import socket
import ssl
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import trustme

if TYPE_CHECKING:
    from conftest import Gateway

CA = trustme.CA()
OWN = '[http.tls]\ncertificate = "tls.crt"\nkey = "tls.key"\n'
LOCAL = "[http.tls]\nlocal_authority = true\n"


def put(folder: Path, *names: str) -> None:
    cert = CA.issue_cert("127.0.0.1", *names)
    cert.private_key_pem.write_to_path(folder / "tls.key")
    (folder / "tls.key").chmod(0o600)
    for index, blob in enumerate(cert.cert_chain_pems):
        blob.write_to_path(folder / "tls.crt", append=index > 0)


def shown(gateway: "Gateway") -> set[str]:
    """The names in the certificate that a new connection is shown."""
    context = ssl.create_default_context()
    CA.configure_trust(context)
    with (
        socket.create_connection(gateway.address) as line,
        context.wrap_socket(line, server_hostname="127.0.0.1") as secured,
    ):
        certificate: Any = secured.getpeercert()
    return {value for kind, value in certificate["subjectAltName"] if kind == "DNS"}


def test_a_renewed_certificate_is_taken_up_by_a_reload(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.configure(tables=OWN)
    put(gateway.folder, "first.lan")
    gateway.start()
    assert '"https://127.0.0.1:' in gateway.daemon.first
    assert shown(gateway) == {"first.lan"}

    put(gateway.folder, "renewed.lan")
    gateway.daemon.tell(signal.SIGHUP)
    gateway.daemon.until("tls_certificate_taken_up")

    assert shown(gateway) == {"renewed.lan"}
    assert gateway.cli("token", "list").status == 0  # the command line has a way of its own
    assert gateway.stop() == 0


def test_a_client_that_trusts_the_shop_alone_asks_by_name_and_by_address(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.configure(tables=LOCAL)
    gateway.start()
    trusting = ssl.create_default_context(cafile=gateway.folder / "data" / "tls" / "authority.crt")
    headers = {"Authorization": f"Bearer {gateway.token}"}
    for host in ("localhost", "127.0.0.1"):
        line = http.client.HTTPSConnection(host, gateway.address[1], timeout=120, context=trusting)
        with closing(line):
            line.request("GET", "/v1/messages", headers=headers)
            answer = line.getresponse()
            assert (answer.status, json.loads(answer.read())["items"]) == (200, [])


def test_a_certificate_that_cannot_be_used_starts_nothing_and_says_why(new_gateway: Any) -> None:
    gateway = new_gateway()
    gateway.configure(tables=OWN)
    put(gateway.folder, "first.lan")
    CA.issue_cert("other.lan").private_key_pem.write_to_path(gateway.folder / "tls.key")

    for command in (("run",), ("config", "check")):
        done = gateway.cli(*command)
        assert done.status == 78
        assert "does not belong to" in done.err
    found = gateway.cli("doctor", "--json").json["findings"]
    assert "certificate_unfit" in {each["code"] for each in found}
