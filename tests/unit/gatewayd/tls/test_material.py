"""A certificate and its key are checked before anybody connects, and told of in words."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from config import from_mapping
from config.secrets import SecretSource
from gatewayd.cli.certificates import certificate_troubles
from gatewayd.tls.errors import TlsError
from gatewayd.tls.material import read_pair

NOW = datetime.now(UTC)


class Files:
    """A certificate and a key in files of their own."""

    def __init__(self, folder: Path, cert: trustme.LeafCert) -> None:
        self.certificate = folder / "tls.crt"
        self.key = folder / "tls.key"
        cert.private_key_pem.write_to_path(self.key)
        self.key.chmod(0o600)
        for index, blob in enumerate(cert.cert_chain_pems):
            blob.write_to_path(self.certificate, append=index > 0)

    def trouble(self) -> str:
        with pytest.raises(TlsError) as raised:
            read_pair(SecretSource(path=self.certificate), SecretSource(path=self.key))
        return str(raised.value)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def files(tmp_path: Path, authority: trustme.CA) -> Files:
    return Files(tmp_path, authority.issue_cert("sms.shop.lan", "192.168.1.5"))


def test_a_pair_that_fits_tells_its_names_and_its_end(files: Files) -> None:
    pair = read_pair(SecretSource(path=files.certificate), SecretSource(path=files.key))
    assert pair.names == ("sms.shop.lan", "192.168.1.5")
    assert pair.doubt(NOW) is None
    assert pair.context().minimum_version.name == "TLSv1_2"


def test_another_s_key(files: Files, authority: trustme.CA) -> None:
    authority.issue_cert("other.shop.lan").private_key_pem.write_to_path(files.key)
    assert "tls.key does not belong to" in files.trouble()


def test_a_chain_in_the_wrong_order(files: Files, authority: trustme.CA) -> None:
    own = files.certificate.read_bytes()
    files.certificate.write_bytes(authority.cert_pem.bytes() + own)
    assert "put the server's own first" in files.trouble()


def test_a_key_that_everybody_can_read(files: Files) -> None:
    files.key.chmod(0o644)
    assert f"run chmod 600 {files.key}" in files.trouble()


def test_a_key_with_a_password(files: Files) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    files.key.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    )
    assert "protected by a password" in files.trouble()


@pytest.mark.parametrize("which", ["certificate", "key"])
def test_something_else_in_the_file(files: Files, which: str) -> None:
    getattr(files, which).write_text("hello")
    assert "in PEM form" in files.trouble()


@pytest.mark.parametrize("which", ["certificate", "key"])
def test_a_file_that_is_not_there(files: Files, which: str) -> None:
    getattr(files, which).unlink()
    assert files.trouble().endswith(f"{getattr(files, which).name} does not exist")


def test_a_file_that_we_may_not_read(files: Files) -> None:
    if os.geteuid() == 0:
        files.key.unlink()
        files.key.mkdir()
        assert files.trouble().endswith("cannot be read: Is a directory")
    else:
        files.key.chmod(0)
        assert files.trouble().endswith("cannot be read: Permission denied")


def test_one_that_has_expired_and_one_from_the_future(
    tmp_path: Path, authority: trustme.CA
) -> None:
    old = Files(tmp_path, authority.issue_cert("old.lan", not_after=NOW - timedelta(days=1)))
    pair = read_pair(SecretSource(path=old.certificate), SecretSource(path=old.key))
    assert "expired on" in (pair.doubt(NOW) or "")
    assert "clock" in (pair.doubt(pair.not_before - timedelta(days=1)) or "")


def test_config_check_and_the_doctor_look_at_the_certificate(
    files: Files, tmp_path: Path, authority: trustme.CA
) -> None:
    def troubles() -> list[str]:
        return certificate_troubles(
            from_mapping(
                {
                    "gateway": {"country": "CA"},
                    "http": {"tls": {"certificate": "tls.crt", "key": "tls.key"}},
                },
                base=tmp_path,
            )
        )

    assert troubles() == []
    authority.issue_cert("other.lan").private_key_pem.write_to_path(files.key)
    (found,) = troubles()
    assert "does not belong to" in found
    Files(tmp_path, authority.issue_cert("old.lan", not_after=NOW - timedelta(days=1)))
    (found,) = troubles()
    assert "expired on" in found
