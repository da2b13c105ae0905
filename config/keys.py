"""How one key of the configuration is described: what reads it and what it is for.

Owns the description. Must not know any particular key.
"""

from dataclasses import dataclass
from typing import Any

from config.secrets import SecretSource
from config.values import Reader, UnfitError


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What the loader, ``config show`` and the docs need to know of a key."""

    read: Reader
    about: str


def key(read: Reader, about: str) -> dict[str, Any]:
    """Make the metadata of a dataclass's field."""
    return {"key": Key(read=read, about=about)}


def secret(value: object) -> SecretSource:
    """Read where a secret is; never the secret itself."""
    expected = 'expected the path of a file that holds it, or "credential:NAME"'
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise UnfitError(expected)
    try:
        return SecretSource.parse(value)
    except ValueError:
        raise UnfitError(expected) from None
