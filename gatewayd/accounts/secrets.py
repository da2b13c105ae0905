"""The secrets of sessions and one-time links, and the digests by which they are known again."""

import base64
import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """Make 256 random bits, fit for a cookie and for an address."""
    return secrets.token_urlsafe(_BYTES)


def digest_of(secret: str) -> bytes:
    """SHA-256; enough, since 256 random bits can't be guessed from it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def csrf_token_of(secret: str) -> str:
    """Give the token that proves that a page of ours asked: known to who knows the secret only."""
    digest = hashlib.sha256(b"gatewayd csrf\0" + secret.encode("utf-8", "surrogateescape")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
