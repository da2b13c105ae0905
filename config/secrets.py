"""Secrets that the configuration names but never holds: files and systemd credentials.

Owns reading them, at the moment they are needed. Must not keep or print what it read.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_PREFIX = "credential:"
_MOST_OCTETS = 4096


class SecretError(Exception):
    """A secret that the configuration names cannot be had; says which and what to do."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source} {reason}.")
        self.source = source
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSource:
    """Where a secret is: a file, or a credential that systemd passes to the service."""

    path: Path | None = None
    credential: str | None = None

    @classmethod
    def parse(cls, text: str) -> "SecretSource":
        """Read ``credential:NAME`` or a path; raises ValueError for an unusable name."""
        if not text.startswith(_PREFIX):
            return cls(path=Path(text).expanduser())
        name = text.removeprefix(_PREFIX)
        if not name or "/" in name or name in {".", ".."}:
            raise ValueError(text)
        return cls(credential=name)

    def __str__(self) -> str:
        """As the file writes it; never the secret."""
        return f"{_PREFIX}{self.credential}" if self.credential else str(self.path)

    def locate(self, environment: Mapping[str, str] = os.environ) -> Path:
        """Find the file that holds the secret; raises SecretError."""
        if self.path is not None:
            return self.path
        directory = environment.get("CREDENTIALS_DIRECTORY")
        if not directory:
            raise SecretError(
                str(self),
                "needs systemd: start gatewayd as a unit with LoadCredential= "
                f"or SetCredentialEncrypted= for {self.credential}",
            )
        return Path(directory) / str(self.credential)

    def read(self, environment: Mapping[str, str] = os.environ) -> str:
        """Read the secret, without the line end that editors add; raises SecretError."""
        path = self.locate(environment)
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise SecretError(str(path), "is not a file")
            if self.path is not None and mode & stat.S_IROTH:
                raise SecretError(str(path), f"can be read by everybody: run chmod 600 {path}")
            with path.open("rb") as file:
                raw = file.read(_MOST_OCTETS + 1)
            text = raw.decode().strip()
        except FileNotFoundError:
            raise SecretError(str(path), "does not exist") from None
        except OSError as error:
            raise SecretError(str(path), f"cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SecretError(str(path), "is not text") from None
        if not text or len(raw) > _MOST_OCTETS:
            raise SecretError(str(path), "is empty" if not text else "is too long for a secret")
        return text


def read_pin(source: SecretSource, environment: Mapping[str, str] = os.environ) -> str:
    """Read a SIM's PIN: 4 to 8 digits (TS 31.101 §9.5.1); raises SecretError."""
    pin = source.read(environment)
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):  # noqa: PLR2004 - the clause
        raise SecretError(str(source), "does not hold a PIN: 4 to 8 digits and nothing else")
    return pin
