"""The shop's own authority: what it makes, for whom, and when it makes it again."""

import ssl
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from config import from_mapping
from config.schema import Settings
from gatewayd.tls import addresses, authority
from gatewayd.tls.errors import TlsError
from gatewayd.tls.material import names_of

NOW = datetime.now(UTC)
LAN = [ip_address("192.168.1.5"), ip_address("8.8.8.8")]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    document = {
        "gateway": {"name": "Chez Léa", "country": "CA-QC", "data_dir": "data"},
        "http": {"allowed_hosts": ["shop-pc", "shop-pc.local"], "tls": {"local_authority": True}},
    }
    (tmp_path / "data").mkdir()
    return from_mapping(document, base=tmp_path)


def server(settings: Settings) -> x509.Certificate:
    raw = authority.place_of(settings).server.read_bytes()
    return x509.load_pem_x509_certificate(raw)


@contextmanager
def handshake(settings: Settings, name: str) -> Iterator[str]:
    """Connect in memory a client that trusts the authority alone; gives what it negotiated."""
    trusting = ssl.create_default_context(cafile=authority.place_of(settings).authority)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    theirs = trusting.wrap_bio(to_client, to_server, server_hostname=name)
    ours = (
        authority.server_pair(settings).context().wrap_bio(to_server, to_client, server_side=True)
    )
    waiting = [theirs, ours]
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            waiting.remove(side)
    yield theirs.version() or ""


@pytest.mark.parametrize("name", ["shop-pc.local", "shop-pc", "localhost", "192.168.1.5", "::1"])
def test_a_client_that_trusts_it_connects_by_name_and_by_address(
    settings: Settings, name: str
) -> None:
    assert authority.ensure(settings, addresses=LAN, now=NOW)
    with handshake(settings, name) as version:
        assert version == "TLSv1.3"


def test_a_name_that_it_was_not_made_for_is_refused(settings: Settings) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError), handshake(settings, "other.local"):
        pass


def test_it_can_certify_nothing_on_the_internet(settings: Settings, tmp_path: Path) -> None:
    """Also not when somebody has stolen its key."""
    authority.ensure(settings, addresses=LAN, now=NOW)
    document = {
        "gateway": {"country": "CA", "data_dir": "data"},
        "http": {"allowed_hosts": ["bank.example"], "tls": {"local_authority": True}},
    }
    thief = from_mapping(document, base=tmp_path)
    authority.ensure(thief, addresses=LAN, now=NOW)
    assert "bank.example" in names_of(server(thief))
    with (
        pytest.raises(ssl.SSLCertVerificationError, match="subtree"),
        handshake(thief, "bank.example"),
    ):
        pass


def test_public_addresses_are_left_out(settings: Settings) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    assert set(names_of(server(settings))) == {
        *("localhost", "shop-pc", "shop-pc.local"),
        *("127.0.0.1", "::1", "192.168.1.5"),
    }


def test_keys_are_ours_alone(settings: Settings) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    place = authority.place_of(settings)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in place.folder.iterdir()}
    assert modes == {
        "authority.crt": 0o644,
        "authority.key": 0o600,
        "server.crt": 0o644,
        "server.key": 0o600,
    }


def test_the_authority_lasts_ten_years_and_a_certificate_what_phones_take(
    settings: Settings,
) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    raw, _ = authority.authority_of(settings)
    root = x509.load_pem_x509_certificate(raw)
    assert (root.not_valid_after_utc - NOW).days in {3652, 3653}
    assert (server(settings).not_valid_after_utc - NOW).days <= 825
    assert root.extensions.get_extension_for_class(x509.NameConstraints).critical


@pytest.mark.parametrize(
    ("later", "lan", "made"),
    [
        (timedelta(days=1), LAN, False),
        (timedelta(days=340), LAN, True),
        (timedelta(days=1), [*LAN, ip_address("10.0.0.7")], True),
        (timedelta(days=1), LAN[:1], False),
        (-timedelta(days=30), LAN, True),
    ],
    ids=[
        "nothing to do",
        "it ends soon",
        "a new address",
        "one address less",
        "the clock was wrong",
    ],
)
def test_when_a_new_one_is_made(
    settings: Settings, later: timedelta, lan: list[addresses.Address], made: bool
) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    root = authority.authority_of(settings)
    before = server(settings).serial_number

    assert authority.ensure(settings, addresses=lan, now=NOW + later) is made

    assert (server(settings).serial_number != before) is made
    assert authority.authority_of(settings) == root  # what phones trust stays


def test_a_damaged_server_certificate_is_made_again(settings: Settings) -> None:
    authority.ensure(settings, addresses=LAN, now=NOW)
    authority.place_of(settings).server.write_text("")
    assert authority.ensure(settings, addresses=LAN, now=NOW)
    with handshake(settings, "shop-pc"):
        pass


def test_a_damaged_authority_is_told_and_not_replaced(settings: Settings) -> None:
    """A new one in silence would lock everybody out."""
    authority.ensure(settings, addresses=LAN, now=NOW)
    place = authority.place_of(settings)
    place.authority_key.write_text("")
    place.server.unlink()
    with pytest.raises(TlsError, match="damaged"):
        authority.ensure(settings, addresses=LAN, now=NOW)


def test_this_machine_s_own_addresses() -> None:
    assert not [one for one in addresses.lan_addresses() if one.is_loopback]
    name, mdns = addresses.host_names()
    assert mdns == f"{name}.local"
