"""Between moments and what the clock on a shop's wall shows, also in the two odd nights of a year.

One rule holds everywhere: a time of day is reached when the clock on the wall first shows it or a
later one. So what lies in the hour that is skipped in spring happens when the clock jumps, and what
lies in the hour that is repeated in autumn happens in its first pass and not again.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)


def latest_shown(moment: datetime, zone: ZoneInfo) -> datetime:
    """Give the latest minute, without a zone, that the wall clock has shown up to ``moment``."""
    local = moment.astimezone(zone)
    shown = local.replace(tzinfo=None, second=0, microsecond=0, fold=0)
    if not local.fold:
        return shown
    while _is_repeated(shown, zone):
        shown += _MINUTE
    return shown - _MINUTE


def first_shown(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the moment at which the wall clock first shows ``wall`` or a later time."""
    while not _exists(wall, zone):
        wall += _MINUTE
    return wall.replace(tzinfo=zone)


def _is_repeated(wall: datetime, zone: ZoneInfo) -> bool:
    here = wall.replace(tzinfo=zone)
    return here.utcoffset() != here.replace(fold=1).utcoffset()


def _exists(wall: datetime, zone: ZoneInfo) -> bool:
    there = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there.replace(tzinfo=None, fold=0) == wall
