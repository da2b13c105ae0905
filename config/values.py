"""From a TOML value to a typed one, or what was expected instead.

Owns the notations of the configuration file (durations, addresses, prices …). Must not know
which key a value stands at, nor touch the disk.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.countries import COUNTRIES

Reader = Callable[[object], Any]
"""Takes what TOML held; raises :class:`UnfitError` for what it cannot be."""

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"([0-9]{1,9})(ms|s|m|h|d|w)")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_LONGEST_PATTERN = 200
_USSD_CODE = re.compile(r"[*#][0-9*#]{0,158}#|[0-9]{2,10}")
_USSD_REPLY = re.compile(r"[ !#-~]{1,160}")
_PIN_CODE = re.compile(r"[*#]+0[45]2?\*")  # 22.030 §6.6: change or unblock a PIN
_PRICE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) ([A-Z]{3})")

Choice = TypeVar("Choice", bound=StrEnum)


class UnfitError(ValueError):
    """The value is not one for this key; the argument says what is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address to listen on. Port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        """As the file writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host == "localhost" or ip_address(self.host).is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """An amount of money with its ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        """As the file writes it."""
        return f"{self.amount} {self.currency}"


def parse_duration(text: str) -> timedelta:
    """Read ``90s``, ``5m``, ``2h``, ``2d`` (also ``ms`` and ``w``); raises UnfitError."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise UnfitError('expected a duration such as "90s", "5m", "2h" or "2d"')
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def format_duration(duration: timedelta) -> str:
    """Write a duration in the largest unit that says it exactly."""
    milliseconds = duration // timedelta(milliseconds=1)
    for unit in ("w", "d", "h", "m", "s"):
        count, rest = divmod(milliseconds, int(_UNITS[unit] * 1000))
        # "2w" for a plain 14d would surprise whoever wrote days, so weeks never come back.
        if count and not rest and unit != "w":
            return f"{count}{unit}"
    return f"{milliseconds}ms"


def string_of(value: object, expected: str) -> str:
    """Take a text that is not blank; raises UnfitError with what is ``expected``."""
    if not isinstance(value, str) or not value.strip():
        raise UnfitError(expected)
    return value


def line(most: int) -> Reader:
    """Read one line of text of 1 to ``most`` characters."""
    expected = f"expected one line of text of 1 to {most} characters"

    def read(value: object) -> str:
        text = string_of(value, expected)
        if len(text) > most or not text.isprintable():
            raise UnfitError(expected)
        return text

    return read


def whole(least: int, most: int) -> Reader:
    """Read a whole number within limits."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise UnfitError(f"expected a whole number from {least} to {most}, without quotes")
        return value

    return read


def duration(least: timedelta, most: timedelta) -> Reader:
    """Read a duration within limits."""

    def read(value: object) -> timedelta:
        text = string_of(value, 'expected a duration in quotes, such as "90s", "5m", "2h" or "2d"')
        result = parse_duration(text)
        if not least <= result <= most:
            limits = f"{format_duration(least)} to {format_duration(most)}"
            raise UnfitError(f"expected a duration of {limits}")
        return result

    return read


def choice(kind: type[Choice]) -> Reader:
    """Read one of a few words."""
    expected = "expected " + " or ".join(f'"{member.value}"' for member in kind)

    def read(value: object) -> Choice:
        try:
            return kind(string_of(value, expected))
        except ValueError:
            raise UnfitError(expected) from None

    return read


def several(kind: type[Choice]) -> Reader:
    """Read a list of different words, the order of which counts."""
    known = ", ".join(f'"{member.value}"' for member in kind)
    expected = f"expected a list of any of {known}, each at most once"
    one = choice(kind)

    def read(value: object) -> tuple[Choice, ...]:
        if not isinstance(value, list):
            raise UnfitError(expected)
        try:
            words: tuple[Choice, ...] = tuple(map(one, value))
        except UnfitError:
            raise UnfitError(expected) from None
        if len(set(words)) < len(words):
            raise UnfitError(expected)
        return words

    return read


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise UnfitError("expected true or false, without quotes")
    return value


def path(value: object) -> Path:
    """Read a path; where a relative one starts is the loader's to know."""
    text = string_of(value, "expected a path in quotes")
    if "\0" in text:
        raise UnfitError("expected a path without NUL characters")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise UnfitError("expected a path; there is no such user behind the ~") from None


def name(value: object) -> str:
    """Read a short name of our own: of a modem, of an inbox."""
    expected = 'expected a short name of small letters, digits, - and _, such as "counter"'
    text = string_of(value, expected)
    if not _NAME.fullmatch(text):
        raise UnfitError(expected)
    return text


def names(value: object) -> tuple[str, ...]:
    """Read a list of such names, each once."""
    expected = 'expected a list of names, each once, such as ["counter", "spare"]'
    if not isinstance(value, list):
        raise UnfitError(expected)
    try:
        found = tuple(name(item) for item in value)
    except UnfitError:
        raise UnfitError(expected) from None
    if len(set(found)) < len(found):
        raise UnfitError(expected)
    return found


def country(value: object) -> str:
    """Read an ISO 3166 country, ``CA``, or a part of one, ``CA-QC``."""
    expected = 'expected an ISO 3166 country or province such as "CA" or "CA-QC"'
    text = string_of(value, expected)
    match = re.fullmatch(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?", text)
    if match is None or match[1] not in COUNTRIES:
        raise UnfitError(expected)
    return text


def timezone(value: object) -> str:
    """Read a time zone of the IANA database."""
    expected = 'expected a time zone of the IANA database such as "America/Toronto"'
    text = string_of(value, expected)
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnfitError(expected) from None
    return text


def listen(value: object) -> Listen:
    """Read ``host:port``; the host is an IP address or ``localhost``."""
    expected = (
        'expected an IP address and a port of at most 65535, such as "127.0.0.1:8767" '
        'or "[::1]:8767"'
    )
    host, _, port = string_of(value, expected).rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    if bracketed != (":" in host):
        raise UnfitError(expected)
    try:
        if host != "localhost":
            ip_address(host)
    except ValueError:
        raise UnfitError(expected) from None
    # Of bounded length first: Python refuses to convert very many digits.
    if not (re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 2**16):
        raise UnfitError(expected)
    return Listen(host=host, port=int(port))


def device(value: object) -> str:
    """Read where a modem is: a path, ``auto``, ``virtual:`` or a URL of pyserial's."""
    expected = (
        'expected "auto", a full path such as "/dev/ttyUSB0", "virtual:", '
        'or a URL such as "socket://127.0.0.1:4000"'
    )
    text = string_of(value, expected)
    if text != "auto" and not re.fullmatch(r"/[^\0]+|virtual:[\w-]*|[a-z0-9]+://\S+", text):
        raise UnfitError(expected)
    return text


def digits(least: int, most: int, like: str) -> Reader:
    """Read a string of ASCII digits, such as an IMEI."""

    def read(value: object) -> str:
        expected = f"expected {least} to {most} digits in quotes, {like}"
        text = string_of(value, expected)
        if not re.fullmatch(rf"[0-9]{{{least},{most}}}", text):
            raise UnfitError(expected)
        return text

    return read


def number(value: object) -> str:
    """Read an international number; E.164 allows 15 digits."""
    expected = 'expected an international number such as "+15145550100"'
    text = re.sub(r"[\s().-]", "", string_of(value, expected))
    if not re.fullmatch(r"\+[1-9][0-9]{3,14}", text):
        raise UnfitError(expected)
    return text


def canary_target(value: object) -> str:
    """Read whom a modem's test messages go to: ``self``, another modem's name, or a number."""
    expected = 'expected "self", the name of another modem, or a number such as "+15145550100"'
    text = string_of(value, expected)
    try:
        return number(text) if text.startswith("+") else name(text)
    except UnfitError:
        raise UnfitError(expected) from None


def price(value: object) -> Price:
    """Read an amount and its currency, ``0.02 CAD``."""
    expected = 'expected an amount and a currency such as "0.02 CAD"'
    match = _PRICE.fullmatch(string_of(value, expected))
    if match is None:
        raise UnfitError(expected)
    return Price(amount=Decimal(match[1]), currency=match[2])


def ussd_code(value: object) -> str:
    """Read a USSD code, ``*100#``, but none by which a phone changes its SIM's PIN."""
    expected = 'expected a USSD code of digits, * and #, such as "*100#"'
    text = string_of(value, expected)
    if not _USSD_CODE.fullmatch(text):
        raise UnfitError(expected)
    if _PIN_CODE.match(text):
        raise UnfitError("expected a code that does not change the SIM's PIN: it could lock it")
    return text


def ussd_reply(value: object) -> str:
    """Read what to reply to a USSD menu."""
    expected = 'expected 1 to 160 printable ASCII characters without ", such as "1"'
    text = string_of(value, expected)
    if not _USSD_REPLY.fullmatch(text):
        raise UnfitError(expected)
    return text


def ussd_path(value: object) -> str:
    """Read a USSD code and what to reply to its menus, ``*100#,1,2``."""
    text = string_of(value, 'expected a USSD code such as "*100#", or with replies "*100#,1"')
    code, *replies = (piece.strip() for piece in text.split(","))
    return ",".join([ussd_code(code), *map(ussd_reply, replies)])


def amount_pattern(value: object) -> str:
    """Read a line in which ``{amount}`` stands once, and ``*`` for anything."""
    expected = 'expected one line with {amount} in it once, such as "balance: {amount} CAD"'
    text = string_of(value, expected)
    if len(text) > _LONGEST_PATTERN or not text.isprintable() or text.count("{amount}") != 1:
        raise UnfitError(expected)
    return text
