"""The listener under TLS: what it shows, and how a renewed certificate is taken up."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from config.schema import Settings
from config.secrets import SecretSource
from config.tls import TlsSettings
from gatewayd.http.server import serve
from gatewayd.tls import material
from gatewayd.tls.certificates import Certificates
from gatewayd.tls.errors import TlsError

if TYPE_CHECKING:
    from gatewayd.http.context import HttpContext

CA = trustme.CA()


@dataclass
class Encrypted:
    """A listener with a certificate of the test's own, on files that the test rewrites."""

    folder: Path
    certificates: Certificates
    port: int

    def put(self, *names: str) -> None:
        put(self.folder, *names)

    async def names(self) -> set[str]:
        """Connect as a client that trusts the authority, by address; gives what it was shown."""
        reader, writer = await self.connect()
        found = shown(writer)
        writer.close()
        await writer.wait_closed()
        assert not await reader.read()
        return found

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = ssl.create_default_context()
        CA.configure_trust(context)
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=context, server_hostname="127.0.0.1"
        )


def put(folder: Path, *names: str) -> None:
    cert = CA.issue_cert("127.0.0.1", *names)
    cert.private_key_pem.write_to_path(folder / "tls.key")
    (folder / "tls.key").chmod(0o600)
    for index, blob in enumerate(cert.cert_chain_pems):
        blob.write_to_path(folder / "tls.crt", append=index > 0)


def shown(writer: asyncio.StreamWriter) -> set[str]:
    certificate = writer.get_extra_info("ssl_object").getpeercert()
    return {value for kind, value in certificate["subjectAltName"] if kind == "DNS"}


async def healthy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    length = 0
    while line := (await reader.readline()).strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    await reader.readexactly(length)


@pytest.fixture
def tls_settings(settings: Settings, tmp_path: Path) -> Settings:
    tls = TlsSettings(
        certificate=SecretSource(path=tmp_path / "tls.crt"),
        key=SecretSource(path=tmp_path / "tls.key"),
    )
    return replace(settings, http_tls=tls)


@asynccontextmanager
async def listening(
    context: "HttpContext", settings: Settings, folder: Path
) -> AsyncIterator[Encrypted]:
    certificates = Certificates(settings)
    encrypted = replace(context, settings=settings, certificates=certificates)
    async with serve(encrypted) as found:
        assert found.url == f"https://127.0.0.1:{found.port}"
        yield Encrypted(folder=folder, certificates=certificates, port=found.port)


@pytest.fixture
async def server(
    context: "HttpContext", tls_settings: Settings, tmp_path: Path
) -> AsyncIterator[Encrypted]:
    put(tmp_path, "first.lan")
    async with listening(context, tls_settings, tmp_path) as found:
        yield found


async def test_a_renewed_certificate_is_taken_up_and_no_connection_is_dropped(
    server: Encrypted,
) -> None:
    reader, writer = await server.connect()
    await healthy(reader, writer)
    assert shown(writer) == {"first.lan"}

    server.put("renewed.lan")
    server.certificates.look()

    await healthy(reader, writer)
    writer.close()
    await writer.wait_closed()
    assert await server.names() == {"renewed.lan"}


async def test_a_sighup_takes_it_up_at_once(server: Encrypted) -> None:
    hung_up = asyncio.Event()
    keeping = asyncio.create_task(server.certificates.keep(hung_up))
    server.put("renewed.lan")
    hung_up.set()
    async with asyncio.timeout(60):
        while await server.names() != {"renewed.lan"}:
            pass
    keeping.cancel()


async def test_a_half_written_pair_changes_nothing_until_it_is_whole(server: Encrypted) -> None:
    server.put("renewed.lan")
    whole = (server.folder / "tls.key").read_bytes()
    (server.folder / "tls.key").write_bytes(whole[:40])
    server.certificates.look()
    assert await server.names() == {"first.lan"}

    (server.folder / "tls.key").write_bytes(whole)
    server.certificates.look()
    assert await server.names() == {"renewed.lan"}


async def test_the_old_versions_of_the_protocol_are_refused(server: Encrypted) -> None:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", server.port, ssl=context)


def test_the_shop_s_own_certificate_is_renewed_while_it_serves(settings: Settings) -> None:
    later = timedelta(0)
    own = replace(settings, http_tls=TlsSettings(local_authority=True))
    certificates = Certificates(own, now=lambda: material.now() + later, addresses=lambda: ())
    before = certificates.pair.fingerprint
    certificates.look()
    assert certificates.pair.fingerprint == before

    later = timedelta(days=340)
    certificates.look()
    assert certificates.pair.fingerprint != before
    assert certificates.authority() is not None


def test_a_start_without_a_usable_pair_is_refused(tls_settings: Settings) -> None:
    with pytest.raises(TlsError, match=r"tls\.crt does not exist"):
        Certificates(tls_settings)
