"""The shop's own certificate authority, in ``tls`` of the data folder, and what it certifies.

Owns making and renewing. The authority can certify names and addresses of the local network only
(RFC 5280 §4.2.1.10), so that who trusts it trusts it for nothing on the internet.
"""

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.schema import Settings
from config.secrets import SecretSource
from gatewayd.tls.addresses import Address
from gatewayd.tls.errors import TlsError
from gatewayd.tls.material import Pair, fingerprint_of, names_of, read_pair

FOLDER = "tls"
AUTHORITY_VALID = timedelta(days=3653)
SERVER_VALID = timedelta(days=397)
"""Apple takes at most 825 days from an authority that people have installed themselves."""

RENEW_BEFORE = timedelta(days=60)
_BACKDATED = timedelta(days=1)
"""A phone whose clock is a little slow takes it all the same."""

_LOCAL_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_LONGEST_NAME = 64  # RFC 5280, ub-common-name


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the four files are."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority's certificate, which is no secret: phones install it."""
        return self.folder / "authority.crt"

    @property
    def authority_key(self) -> Path:
        """What signs."""
        return self.folder / "authority.key"

    @property
    def server(self) -> Path:
        """What the listener shows."""
        return self.folder / "server.crt"

    @property
    def server_key(self) -> Path:
        """The listener's key."""
        return self.folder / "server.key"


def place_of(settings: Settings) -> Place:
    """Name the place; it need not be there yet."""
    return Place(folder=settings.gateway.data_dir / FOLDER)


def ensure(settings: Settings, *, addresses: Collection[Address], now: datetime) -> bool:
    """Make what is missing, too old or for other addresses; give whether anything was made.

    Raises TlsError.
    """
    place = place_of(settings)
    names = ("localhost", *settings.http.allowed_hosts)
    local = [address for address in addresses if _is_local(address)]
    try:
        place.folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        made = not place.authority.exists() and _make_authority(
            place, settings.gateway.name, names, now
        )
        if made or _is_due(place, names, local, now):
            _make_server(place, names, local, now)
            _give_to_owner(place)
            return True
    except OSError as error:
        raise TlsError(f"{error.filename} cannot be used: {error.strerror}") from error
    except ValueError as error:
        raise TlsError(
            f"what is in {place.folder} is damaged: restore it, or remove the folder and let "
            "everybody trust the new authority"
        ) from error
    return False


def server_pair(settings: Settings) -> Pair:
    """Read what the listener shows; raises TlsError."""
    place = place_of(settings)
    return read_pair(SecretSource(path=place.server), SecretSource(path=place.server_key))


def authority_of(settings: Settings) -> tuple[bytes, str]:
    """Give the authority's certificate in PEM form and its fingerprint; raises TlsError."""
    file = place_of(settings).authority
    try:
        raw = file.read_bytes()
        return raw, fingerprint_of(x509.load_pem_x509_certificate(raw))
    except (OSError, ValueError) as error:
        raise TlsError(f"{file} cannot be read: {error}") from error


def _is_local(address: Address) -> bool:
    return any(address in network for network in _LOCAL_NETWORKS)


def _is_due(
    place: Place, names: Iterable[str], addresses: Iterable[Address], now: datetime
) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(place.server.read_bytes())
        load_pem_private_key(place.server_key.read_bytes(), password=None)
    except (OSError, ValueError):
        return True  # it can be made again at any time
    if (
        certificate.not_valid_after_utc - now < RENEW_BEFORE
        or certificate.not_valid_before_utc > now
    ):
        return True
    return not {*_dns(names), *map(str, addresses)} <= set(names_of(certificate))


def _make_authority(place: Place, business: str, names: Iterable[str], now: datetime) -> bool:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"{business} (gatewayd)"[:_LONGEST_NAME])]
    )
    # A name with a dot in front is not for this list: "local" covers every name that ends in it.
    allowed = [x509.DNSName(each) for each in ("local", "lan", "home.arpa", *_dns(names))]
    certificate = (
        _builder(name, name, key.public_key(), now, AUTHORITY_VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(
            x509.NameConstraints(
                permitted_subtrees=[*allowed, *map(x509.IPAddress, _LOCAL_NETWORKS)],
                excluded_subtrees=None,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(place.authority_key, _pem(key), mode=0o600)
    _write(place.authority, certificate.public_bytes(Encoding.PEM), mode=0o644)
    return True


def _make_server(
    place: Place, names: Iterable[str], addresses: Iterable[Address], now: datetime
) -> None:
    authority = x509.load_pem_x509_certificate(place.authority.read_bytes())
    signing = load_pem_private_key(place.authority_key.read_bytes(), password=None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise TypeError(type(signing))
    key = ec.generate_private_key(ec.SECP256R1())
    known = list(_dns(names))
    own = [ip_address("127.0.0.1"), ip_address("::1"), *addresses]
    valid = min(SERVER_VALID, authority.not_valid_after_utc - now)
    certificate = (
        _builder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, known[-1][:_LONGEST_NAME])]),
            authority.subject,
            key.public_key(),
            now,
            valid,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.SubjectAlternativeName(
                [*map(x509.DNSName, known), *map(x509.IPAddress, dict.fromkeys(own))]
            ),
            critical=False,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_authority_key_of(authority), critical=False)
        .sign(signing, hashes.SHA256())
    )
    _write(place.server_key, _pem(key), mode=0o600)
    _write(place.server, certificate.public_bytes(Encoding.PEM), mode=0o644)


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PublicKeyTypes,
    now: datetime,
    valid: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]  # the union that sign() takes, less what it refuses
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATED)
        .not_valid_after(now + valid)
    )


def _authority_key_of(authority: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _dns(names: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(name for name in names if not _is_address(name))


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(file: Path, content: bytes, *, mode: int) -> None:
    """Put a file in its place as a whole, with its mode from the first moment on."""
    unfinished = file.with_name(f".{file.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "wb") as stream:
        os.fchmod(stream.fileno(), mode)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(file)


def _give_to_owner(place: Place) -> None:
    """Leave what root has made to the user that the daemon runs as: the data folder's owner."""
    if os.geteuid() != 0:
        return
    owner = place.folder.parent.stat()
    for file in (place.folder, *place.folder.iterdir()):
        os.chown(file, owner.st_uid, owner.st_gid)
