"""Owns the making of ids: a prefix that says what it names, and a ULID made before the insert.

Knows no table. Ids made by one process ascend even when the clock stands still or steps back.
"""

import secrets
from enum import StrEnum
from threading import Lock

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_PAIRS = tuple(high + low for high in _ALPHABET for low in _ALPHABET)
"""Ten bits at a time: each message makes four ids."""

_SHIFTS = range(120, -1, -10)
_RANDOM_BITS = 80
_MAX = (1 << 128) - 1


class Prefix(StrEnum):
    """What an id names."""

    MESSAGE = "msg"
    EVENT = "evt"
    TOKEN = "tok"  # noqa: S105 - an id's prefix, not a secret
    PART = "prt"
    ATTEMPT = "att"
    INCIDENT = "inc"
    PDU = "pdu"
    GROUP = "grp"
    REPORT = "rpt"
    WEBHOOK = "whk"
    DELIVERY = "dlv"
    CONTACT = "con"
    CONVERSATION = "cnv"
    TIMELINE = "tml"
    PERSON = "usr"
    TEAM = "tea"
    ABSENCE = "abs"
    MAIL = "mal"
    CONSENT = "cst"
    DIGEST = "dig"
    DECISION = "dec"
    SESSION = "ses"
    LINK = "lnk"
    SAVED_REPLY = "rpl"


class _Ulids:
    """ULIDs as numbers, each larger than the one before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = 0

    def next(self, now_ms: int) -> int:
        fresh = (now_ms << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                fresh = self._last + 1
            self._last = fresh & _MAX
            return self._last


_ulids = _Ulids()


def _encode(value: int) -> str:
    return "".join([_PAIRS[value >> shift & 0x3FF] for shift in _SHIFTS])


def new_id(prefix: Prefix, *, now_ms: int) -> str:
    """Make an id such as ``msg_01J…``; ``now_ms`` is UTC milliseconds since 1970."""
    return f"{prefix.value}_{_encode(_ulids.next(now_ms))}"
