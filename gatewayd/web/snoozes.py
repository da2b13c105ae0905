"""Until when a conversation can sleep: the times that a shop means by later and tomorrow."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_

_MORNING = time(9)
_EVENING = time(17)
_MONDAY = 0
_IN_AN_HOUR, _THIS_EVENING = N_("In an hour"), N_("This evening")
_TOMORROW, _NEXT_WEEK = N_("Tomorrow morning"), N_("Monday morning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """A time to choose; its title is a sentence of the catalogue."""

    title: str
    until_ms: int


def snoozes(formats: Formats) -> list[Snooze]:
    """Give what there is to choose now, the soonest first."""
    now = formats.at(formats.now_ms)
    tomorrow = (now + timedelta(days=1)).date()
    monday = now.date() + timedelta(days=(_MONDAY - now.weekday()) % 7 or 7)
    found = [(_IN_AN_HOUR, now + timedelta(hours=1))]
    evening = datetime.combine(now.date(), _EVENING, formats.zone)
    if evening - now > timedelta(hours=2):
        found.append((_THIS_EVENING, evening))
    found.append((_TOMORROW, datetime.combine(tomorrow, _MORNING, formats.zone)))
    if monday != tomorrow:
        found.append((_NEXT_WEEK, datetime.combine(monday, _MORNING, formats.zone)))
    return [Snooze(title=title, until_ms=_ms(moment)) for title, moment in found]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
