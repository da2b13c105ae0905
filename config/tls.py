"""``[http.tls]`` as a type: how the listener is encrypted.

Owns the shape. Must not know files, nor what a certificate is.
"""

from dataclasses import dataclass, field

from config import values
from config.keys import key as _key
from config.keys import secret as _secret
from config.secrets import SecretSource
from config.values import Listen


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """``[http.tls]``: none without a certificate or the shop's own authority."""

    certificate: SecretSource | None = field(
        default=None, metadata=_key(_secret, "the certificate and those between it and the root")
    )
    key: SecretSource | None = field(default=None, metadata=_key(_secret, "its private key"))
    local_authority: bool = field(
        default=False, metadata=_key(values.flag, "make certificates with an authority of our own")
    )
    plain_listen: Listen | None = field(
        default=None,
        metadata=_key(values.listen, "where plain http shows how to trust us and leads to https"),
    )

    @property
    def enabled(self) -> bool:
        """Whether the listener is encrypted."""
        return self.local_authority or self.certificate is not None
