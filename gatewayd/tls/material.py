"""A certificate and its key: read, checked, and put in words when something is wrong with them.

Owns what makes a pair usable. Must not know sockets, nor when it is read again.
"""

import os
import ssl
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from config.secrets import SecretError, SecretSource
from gatewayd.tls.errors import TlsError

_MOST_OCTETS = 1_000_000
Stamp = tuple[int, int, int]
"""Inode, time of change and size: another one means another content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate that goes with its key, whatever its dates."""

    certificate_file: Path
    key_file: Path
    names: tuple[str, ...]
    """The names and addresses that it is for."""
    not_before: datetime
    not_after: datetime
    fingerprint: str

    def doubt(self, now: datetime) -> str | None:
        """Say why clients will not take it now; None where they will."""
        if now >= self.not_after:
            return f"{self.certificate_file} expired on {self.not_after:%Y-%m-%d}: renew it"
        if now < self.not_before:
            return (
                f"{self.certificate_file} is valid from {self.not_before:%Y-%m-%d} on only: is "
                "this computer's clock right?"
            )
        return None

    def context(self) -> ssl.SSLContext:
        """Make what a listener needs: TLS 1.2 and later; raises TlsError."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.certificate_file, self.key_file)
        except (ssl.SSLError, OSError) as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
            raise TlsError(f"{self.certificate_file} cannot be used: {reason}") from error
        return context


def read_pair(certificate: SecretSource, key: SecretSource) -> Pair:
    """Read and check both; raises TlsError."""
    certificate_file, key_file = _locate(certificate), _locate(key)
    chain = _certificates(certificate_file)
    public = _public_key_of(key_file, ours=key.credential is None)
    if chain[0].public_key().public_bytes(_DER, _SPKI) != public:
        if any(one.public_key().public_bytes(_DER, _SPKI) == public for one in chain[1:]):
            raise TlsError(
                f"{certificate_file} begins with another certificate than the one of {key_file}: "
                "put the server's own first"
            )
        raise TlsError(f"{key_file} does not belong to {certificate_file}: it is another's key")
    return Pair(
        certificate_file=certificate_file,
        key_file=key_file,
        names=names_of(chain[0]),
        not_before=chain[0].not_valid_before_utc,
        not_after=chain[0].not_valid_after_utc,
        fingerprint=fingerprint_of(chain[0]),
    )


_DER = Encoding.DER
_SPKI = PublicFormat.SubjectPublicKeyInfo


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """List the names and addresses that a certificate is for."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    names = found.get_values_for_type(x509.DNSName)
    return (*names, *map(str, found.get_values_for_type(x509.IPAddress)))


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Write a SHA-256 fingerprint as phones and browsers show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def stamps(files: Sequence[Path]) -> tuple[Stamp | None, ...]:
    """Tell by what these files can be known to have changed; None where one is not there."""
    return tuple(map(_stamp, files))


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _locate(source: SecretSource) -> Path:
    try:
        return source.locate()
    except SecretError as error:
        raise TlsError(str(error).removesuffix(".")) from error


def _certificates(file: Path) -> list[x509.Certificate]:
    raw, _ = _read(file)
    try:
        return x509.load_pem_x509_certificates(raw)
    except ValueError as error:
        raise TlsError(
            f"{file} holds no certificate in PEM form: it should have a line "
            "-----BEGIN CERTIFICATE-----"
        ) from error


def _public_key_of(file: Path, *, ours: bool) -> bytes:
    raw, mode = _read(file)
    if ours and mode & stat.S_IRWXO:
        raise TlsError(f"{file} can be used by everybody on this computer: run chmod 600 {file}")
    try:
        private = load_pem_private_key(raw, password=None)
    except TypeError as error:
        raise TlsError(
            f"{file} is protected by a password, which nobody can type at a start: store the key "
            "without one"
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise TlsError(f"{file} holds no private key in PEM form") from error
    return private.public_key().public_bytes(_DER, _SPKI)


def _read(file: Path) -> tuple[bytes, int]:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            raw = stream.read(_MOST_OCTETS + 1)
    except FileNotFoundError:
        raise TlsError(f"{file} does not exist") from None
    except OSError as error:
        raise TlsError(f"{file} cannot be read: {error.strerror}") from error
    if len(raw) > _MOST_OCTETS:
        raise TlsError(f"{file} is larger than any certificate")
    return raw, mode


def now() -> datetime:
    """Give the time by which certificates are judged: the wall clock's."""
    return datetime.now(UTC)
