"""Passwords: which are fit, and how they are kept (argon2id, the library's own recommendation).

Follows NIST SP 800-63B: length counts, composition does not; common ones and those made of the
person's own name are refused. Never logs, stores or returns a password.
"""

import asyncio
import re
import unicodedata
from collections.abc import Collection
from enum import Enum, auto

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10
LONGEST = 200

# Each hash takes 64 MiB for a tenth of a second; more at once would not be quicker on a small PC.
_AT_ONCE = 2

# The first words of the public lists of leaked passwords, English and French, without the digits
# and signs that people put around them.
_COMMON_WORDS = """
abcdefghij abcdefghijk administrateur administrator azertyuiop azerty basketball bienvenue
bonjour bonjourbonjour camille changeme charlotte chocolat dragon football gateway gatewayd
hockey iloveyou jetaime letmein letmeinnow liverpool loulou marseille master monkey motdepasse
motdepassemotdepasse mypassword nicolas passw0rd password passwordpassword princess qwerty
qwertyuiop qwertyqwerty soleil starwars sunshine superman supermanager superuser testtest
testtesttest trustno welcome welcomewelcome whatever azertyazerty changemechangeme secret
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_FROM_A_KEYBOARD = ("01234567890123456789", "09876543210987654321", "abcdefghijklmnopqrstuvwxyz")


class Verdict(Enum):
    """What became of a comparison."""

    DIFFERS = auto()
    MATCHES = auto()
    OUTDATED = auto()
    """It matches, and its hash is weaker than what is recommended by now."""


def normal(password: str) -> str:
    """Give the one spelling of what keyboards compose differently (SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def why_unfit(password: str, *, own_words: Collection[str]) -> str | None:
    """Tell why a password can't be taken, in plain words; None: it can."""
    text = normal(password)
    if len(text) < SHORTEST:
        return f"is too short: at least {SHORTEST} characters, a few words will do"
    if len(text) > LONGEST:
        return f"is too long: at most {LONGEST} characters"
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text.casefold())
    if core in _COMMON or _is_monotonous(text.casefold()):
        return "is one that everybody tries first; take a few words that belong to nobody"
    letters = re.sub(r"[\W\d_]+", "", text.casefold())
    for word in own_words:
        own = re.sub(r"[\W\d_]+", "", normal(word).casefold())
        if own and letters in {own, own * 2}:
            return "is a name that anybody here knows; take a few words that belong to nobody"
    return None


def _is_monotonous(text: str) -> bool:
    repeats = len(set(text)) <= 2  # noqa: PLR2004  # such as aaaaaaaaaa and 1212121212
    return repeats or any(text in row for row in _FROM_A_KEYBOARD)


class Passwords:
    """Makes and compares hashes, off the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """Make the hash that is kept, with its salt and parameters."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, normal(password))

    async def verify(self, hash_: str | None, password: str) -> Verdict:
        """Compare; a missing hash takes as long as a wrong password."""
        if self._nobodys is None:
            self._nobodys = await self.hash("")
        async with self._room:
            matches = await asyncio.to_thread(self._matches, hash_ or self._nobodys, password)
        if hash_ is None or not matches:
            return Verdict.DIFFERS
        return Verdict.OUTDATED if self._hasher.check_needs_rehash(hash_) else Verdict.MATCHES

    def _matches(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, normal(password))
        except (VerificationError, InvalidHashError):
            return False
