"""``[alarms]`` as a type: whom the service itself calls when something about it is wrong.

Owns the shape. Must not know what is watched, nor how anybody is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from config import hosts, values
from config.keys import key as _key
from config.values import UnfitError


class AlarmKind(StrEnum):
    """What may be wrong."""

    MODEM = "modem"
    STORE = "store"
    DISK = "disk"
    CERTIFICATE = "certificate"


def _each(read: Callable[[object], str], expected: str) -> Callable[[object], tuple[str, ...]]:
    def read_list(value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise UnfitError(expected)
        try:
            found = tuple(read(item) for item in value)
        except UnfitError:
            raise UnfitError(expected) from None
        return tuple(dict.fromkeys(found))

    return read_list


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """``[alarms]``: nobody without a number or an address."""

    sms_to: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            _each(values.number, 'expected international numbers such as ["+15145550100"]'),
            "phones of administrators",
        ),
    )
    email_to: tuple[str, ...] = field(
        default=(),
        metadata=_key(
            _each(hosts.email_address, 'expected e-mail addresses such as ["it@shop.example"]'),
            "mailboxes of administrators",
        ),
    )
    about: tuple[AlarmKind, ...] = field(
        default=tuple(AlarmKind),
        metadata=_key(values.several(AlarmKind), "which troubles are told"),
    )
    after: timedelta = field(
        default=timedelta(minutes=5),
        metadata=_key(
            values.duration(timedelta(seconds=30), timedelta(days=1)), "how long one must last"
        ),
    )
    most_per_day: int = field(
        default=10, metadata=_key(values.whole(2, 1000), "most alarms in any 24 hours")
    )
