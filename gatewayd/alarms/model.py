"""When a trouble is told, and when no more: once when it has lasted, once when it is over.

Pure: values in, notices out. Knows neither how troubles are seen nor how anybody is told.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

DAY_MS = 86_400_000


class Moment(StrEnum):
    """What a notice tells of."""

    BEGIN = "begin"
    OVER = "over"
    DIGEST = "digest"
    """How many more there were than are told in a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell. ``key`` names the trouble, such as ``modem:counter``."""

    moment: Moment
    key: str = ""
    detail: str = ""
    since_ms: int = 0
    until_ms: int = 0
    count: int = 0


@dataclass(slots=True, kw_only=True)
class Trouble:
    """Something that is wrong, or was a moment ago. Times are UTC milliseconds."""

    since_ms: int
    seen_ms: int
    detail: str
    told: bool = False


@dataclass(slots=True, kw_only=True)
class Memory:
    """All that must outlive a restart."""

    troubles: dict[str, Trouble] = field(default_factory=dict)
    told_ms: list[int] = field(default_factory=list)
    """When notices were given in the last 24 hours."""
    held: int = 0
    """Notices above the day's number, for the digest."""

    def as_json(self) -> dict[str, Any]:
        """Write it down."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Memory":
        """Read what was written down; an empty document is a new one."""
        troubles = document.get("troubles", {})
        return cls(
            troubles={key: Trouble(**each) for key, each in troubles.items()},
            told_ms=list(document.get("told_ms", [])),
            held=int(document.get("held", 0)),
        )


def advance(
    memory: Memory, observed: Mapping[str, str], *, now_ms: int, after_ms: int, most_per_day: int
) -> list[Notice]:
    """Take in what is wrong now, by key with its detail; give what is to be told.

    A trouble is told once it has lasted ``after_ms``, and is over once it has stayed away as long:
    one that comes and goes is one trouble.
    """
    for key, detail in observed.items():
        trouble = memory.troubles.setdefault(
            key, Trouble(since_ms=now_ms, seen_ms=now_ms, detail=detail)
        )
        trouble.seen_ms, trouble.detail = now_ms, detail
    wanted = []
    for key, trouble in list(memory.troubles.items()):
        if key in observed:
            if not trouble.told and now_ms - trouble.since_ms >= after_ms:
                trouble.told = True
                wanted.append(_notice(Moment.BEGIN, key, trouble))
        elif now_ms - trouble.seen_ms >= after_ms:
            del memory.troubles[key]
            if trouble.told:
                wanted.append(_notice(Moment.OVER, key, trouble))
    return _bounded(memory, wanted, now_ms=now_ms, most_per_day=most_per_day)


def _notice(moment: Moment, key: str, trouble: Trouble) -> Notice:
    return Notice(
        moment=moment,
        key=key,
        detail=trouble.detail,
        since_ms=trouble.since_ms,
        until_ms=trouble.seen_ms,
    )


def _bounded(
    memory: Memory, wanted: list[Notice], *, now_ms: int, most_per_day: int
) -> list[Notice]:
    # A clock that was set back must not hold everything for ever.
    memory.told_ms = [at for at in memory.told_ms if 0 <= now_ms - at < DAY_MS]
    given = []
    if memory.held and len(memory.told_ms) < most_per_day:
        given.append(Notice(moment=Moment.DIGEST, count=memory.held))
        memory.held = 0
        memory.told_ms.append(now_ms)
    for notice in wanted:
        if len(memory.told_ms) < most_per_day:
            given.append(notice)
            memory.told_ms.append(now_ms)
        else:
            memory.held += 1
    return given


def joined(waiting: list[Notice], new: list[Notice]) -> list[Notice]:
    """Add to what could not be told yet; what began and ended meanwhile is one notice."""
    over = {notice.key for notice in new if notice.moment is Moment.OVER}
    return [
        notice for notice in waiting if not (notice.moment is Moment.BEGIN and notice.key in over)
    ] + new
