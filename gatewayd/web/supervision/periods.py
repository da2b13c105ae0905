"""The times that figures are shown of: by name, or from one day to another."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gatewayd.web.languages import N_

USUAL = "week"
_LONGEST = timedelta(days=400)
NAMES = {
    "today": N_("Today"),
    "yesterday": N_("Yesterday"),
    "week": N_("Last 7 days"),
    "month": N_("Last 30 days"),
    "this-month": N_("This month"),
    "last-month": N_("Last month"),
    "days": N_("From a day to another"),
}
"""Titles, sentences of the catalogue, by their names in an address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days; ``last`` is one of them."""

    key: str
    first: date
    last: date

    def span(self, zone: ZoneInfo) -> tuple[int, int]:
        """Give its beginning and its end in UTC milliseconds."""
        return _ms(self.first, zone), _ms(self.last + timedelta(days=1), zone)


def period_of(key: str, *, first: str, last: str, today: date) -> Period:
    """Read what an address asks for; what makes no sense becomes the usual one."""
    if key == "days":
        chosen = _chosen(first, last)
        return chosen or _named(USUAL, today)
    return _named(key if key in NAMES else USUAL, today)


def _chosen(first: str, last: str) -> Period | None:
    try:
        days = sorted((date.fromisoformat(first), date.fromisoformat(last)))
    except ValueError:
        return None
    fits = days[1] - days[0] < _LONGEST and days[0].year > 1 and days[1].year < 9999  # noqa: PLR2004 - what datetime holds in each zone
    return Period(key="days", first=days[0], last=days[1]) if fits else None


def _named(key: str, today: date) -> Period:
    first, last = today, today
    if key == "yesterday":
        first = last = today - timedelta(days=1)
    elif key == "week":
        first = today - timedelta(days=6)
    elif key == "month":
        first = today - timedelta(days=29)
    elif key == "this-month":
        first = today.replace(day=1)
    elif key == "last-month":
        last = today.replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
    return Period(key=key, first=first, last=last)


def _ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), tzinfo=zone).timestamp() * 1000)
