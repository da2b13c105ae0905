"""Hours against a second opinion that walks through two years minute by minute.

It shares nothing with what it judges: no expression, no library of holidays, no rule about clocks
but that time does not go back: in the hour that is repeated, the wall shows nothing new.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.hours import Closure, Hours, Opening, same_closed_period, state_at

ZONE = ZoneInfo("America/Toronto")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
BEGIN, END = datetime(2026, 12, 1, 5, tzinfo=UTC), datetime(2028, 1, 1, 5, tzinfo=UTC)
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# The Act respecting labour standards and the National Holiday Act, and the Mondays after.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2026-01-01", "2026-04-03", "2026-05-18", "2026-06-24", "2026-07-01", "2026-09-07"),
        *("2026-10-12", "2026-12-25", "2027-01-01", "2027-03-26", "2027-05-24", "2027-06-24"),
        *("2027-07-01", "2027-09-06", "2027-10-11", "2027-12-25", "2027-12-27"),
    )
)

Range = tuple[int, int]
"""Minutes from midnight; the end may lie in the next day."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What is open, as plain numbers."""

    week: tuple[tuple[Range, ...], ...]
    special: Mapping[date, tuple[Range, ...]] = field(default_factory=dict)

    def opens(self, day: date) -> tuple[Range, ...]:
        return self.special.get(day, self.week[day.weekday()])

    def is_open(self, wall: datetime) -> bool:
        minute = wall.hour * 60 + wall.minute
        today, yesterday = self.opens(wall.date()), self.opens(wall.date() - DAY)
        return any(begin <= minute < end for begin, end in today) or any(
            begin <= minute + 1440 < end for begin, end in yesterday
        )


def walk(shop: Shop, begin: datetime, end: datetime) -> Iterator[tuple[datetime, bool]]:
    """Minute by minute, what the clock on the wall last showed for the first time."""
    newest, now = datetime(1970, 1, 1), begin  # noqa: DTZ001 - a clock on a wall has no zone
    while now < end:
        newest = max(newest, now.astimezone(ZONE).replace(tzinfo=None, fold=0))
        yield now, shop.is_open(newest)
        now += MINUTE


def changes(hours: Hours, begin: datetime, end: datetime) -> list[tuple[datetime, bool]]:
    """The moments at which it opens and closes, as the hours themselves chain them."""
    found, now = [], begin
    while now < end:
        state = state_at(hours, now)
        found.append((now, state.open))
        now = end if state.until is None else state.until.astimezone(UTC)
    return found


def text(ranges: tuple[Range, ...]) -> str:
    return ",".join(f"{clock(begin)}-{clock(end)}" for begin, end in ranges) or "off"


def clock(minute: int) -> str:
    of_day = minute if minute <= 1440 else minute - 1440
    return f"{of_day // 60:02}:{of_day % 60:02}"


def expression(week: tuple[tuple[Range, ...], ...]) -> str:
    return "; ".join(f"{day} {text(ranges)}" for day, ranges in zip(DAYS, week, strict=True))


LUNCH: tuple[Range, ...] = ((540, 720), (780, 1080))
NIGHT: tuple[Range, ...] = ((1080, 1440 + 90),)  # to half past one, which comes twice in autumn
EARLY: tuple[Range, ...] = ((150, 600),)  # from half past two, which is skipped in spring
WEEKS = {
    "a shop with a lunch break": (LUNCH,) * 5 + (((600, 960),), ()),
    "a bar": (NIGHT,) * 4 + (((1080, 1440 + 240),),) * 2 + (NIGHT,),
    "a bakery": (EARLY,) * 7,
}


@pytest.mark.parametrize("name", WEEKS)
def test_a_year_minute_by_minute(name: str) -> None:
    week = WEEKS[name]
    sale: tuple[Range, ...] = ((600, 720),)
    away = [date(2027, 7, 19) + number * DAY for number in range(14)]
    shop = Shop(
        week=week,
        special={
            **dict.fromkeys(HOLIDAYS, ()),
            **dict.fromkeys(away, ()),
            date(2027, 7, 24): sale,
            date(2026, 12, 25): sale,
        },
    )
    hours = Hours(
        weekly=expression(week),
        zone="America/Toronto",
        country="CA-QC",
        closures=(Closure(first=away[0], last=away[-1]),),
        openings=tuple(
            Opening(first=day, last=day, times=text(sale))
            for day in (date(2027, 7, 24), date(2026, 12, 25))
        ),
    )
    told = changes(hours, BEGIN, END)
    seen: list[tuple[datetime, bool]] = []
    for now, is_open in walk(shop, BEGIN, END):
        if not seen or seen[-1][1] is not is_open:
            seen.append((now, is_open))
    assert told == seen


NIGHTS = [datetime(2027, 3, 14, tzinfo=UTC), datetime(2027, 11, 7, tzinfo=UTC)]


@st.composite
def ranges(draw: st.DrawFn) -> tuple[Range, ...]:
    """Up to three ranges of a day, apart; the last may go past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    if pairs and draw(st.booleans()):
        pairs[-1] = (pairs[-1][0], 1440 + draw(st.integers(0, pairs[0][0])))
    return tuple(pairs)


@settings(deadline=None, max_examples=40)
@given(
    week=st.tuples(*[ranges()] * 7),
    special=st.dictionaries(
        st.dates(date(2027, 3, 10), date(2027, 3, 18))
        | st.dates(date(2027, 11, 3), date(2027, 11, 11)),
        ranges(),
        max_size=3,
    ),
    around=st.sampled_from(NIGHTS),
)
def test_any_hours_in_the_weeks_of_both_clock_changes(
    week: tuple[tuple[Range, ...], ...],
    special: dict[date, tuple[Range, ...]],
    around: datetime,
) -> None:
    hours = Hours(
        weekly=expression(week),
        zone="America/Toronto",
        closures=tuple(Closure(first=day, last=day) for day, open_ in special.items() if not open_),
        openings=tuple(
            Opening(first=day, last=day, times=text(open_))
            for day, open_ in special.items()
            if open_
        ),
    )
    shop = Shop(week=week, special=special)
    told = dict(changes(hours, around - 4 * DAY, around + 4 * DAY))
    now_open = None
    for now, is_open in walk(shop, around - 4 * DAY, around + 4 * DAY):
        now_open = told.get(now, now_open)
        assert now_open is is_open, (hours, now)


@settings(deadline=None, max_examples=40)
@given(
    minutes=st.lists(st.integers(0, 20 * 1440), min_size=2, max_size=2).map(sorted),
    name=st.sampled_from(sorted(WEEKS)),
)
def test_one_closed_period_has_no_open_minute(minutes: list[int], name: str) -> None:
    earlier, later = (NIGHTS[1] - 10 * DAY + number * MINUTE for number in minutes)
    hours = Hours(weekly=expression(WEEKS[name]), zone="America/Toronto")
    closed = not any(
        is_open for _, is_open in walk(Shop(week=WEEKS[name]), earlier, later + MINUTE)
    )
    assert same_closed_period(hours, earlier, later) is closed
