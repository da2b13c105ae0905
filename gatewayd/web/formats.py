"""Times, spans, numbers, amounts and telephone numbers as a reader is used to them."""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import phonenumbers
from babel import dates, numbers, units

from gatewayd.masking import mask_number
from gatewayd.money import Money
from gatewayd.web.languages import N_, Tongue
from storage.conversations.views import MOST_COUNTED

_MS = 1000
_MICROS = Decimal(1_000_000)
_TODAY, _YESTERDAY = N_("Today"), N_("Yesterday")
_INSIDE = {_TODAY: N_("today"), _YESTERDAY: N_("yesterday")}
"""As they stand inside a sentence."""

_LETTERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How one reader reads what."""

    tongue: Tongue
    zone: ZoneInfo
    region: str
    """Where the shop is: its numbers are written without their country."""
    now_ms: int
    masked: bool = False
    """Whether the reader sees only the ends of numbers."""

    def at(self, ms: int) -> datetime:
        """Give a moment in the reader's time zone."""
        return datetime.fromtimestamp(ms / _MS, UTC).astimezone(self.zone)

    @property
    def today(self) -> date:
        """The day that it is where the reader is."""
        return self.at(self.now_ms).date()

    def clock(self, ms: int) -> str:
        """Write the time of day."""
        return dates.format_time(self.at(ms).timetz(), "short", locale=self.tongue.locale)

    def day(self, ms: int) -> str:
        """Name a day: today, yesterday, or its date."""
        day = self.at(ms).date()
        if name := self._name(day):
            return self.tongue.say(name)
        skeleton = "MMMEd" if day.year == self.today.year else "yMMMEd"
        return dates.format_skeleton(skeleton, self.at(ms), locale=self.tongue.locale)

    def _name(self, day: date) -> str | None:
        names = {self.today: _TODAY, self.today - timedelta(days=1): _YESTERDAY}
        return names.get(day)

    def calendar_day(self, day: date) -> str:
        """Write a date with its weekday."""
        return dates.format_skeleton("yMMMEd", day, locale=self.tongue.locale)

    def weekday(self, day: int) -> str:
        """Name a day of the week; 0 is Monday."""
        name: str = self.tongue.locale.days["stand-alone"]["wide"][day]
        return name

    def brief(self, ms: int) -> str:
        """Write a moment in a list: a time today, a weekday this week, else a date."""
        moment = self.at(ms)
        days = (self.today - moment.date()).days
        if days == 0:
            return self.clock(ms)
        if 0 < days < 7:  # noqa: PLR2004 - a week
            return dates.format_date(moment, "EEE", locale=self.tongue.locale)
        skeleton = "MMMd" if moment.year == self.today.year else "yMd"
        return dates.format_skeleton(skeleton, moment, locale=self.tongue.locale)

    def full(self, ms: int) -> str:
        """Write a moment with its day and time."""
        return f"{self.day(ms)}, {self.clock(ms)}"

    def inside(self, ms: int) -> str:
        """Write a moment with its day and time, as it stands inside a sentence."""
        name = self._name(self.at(ms).date())
        day = self.day(ms) if name is None else self.tongue.say(_INSIDE[name])
        return f"{day}, {self.clock(ms)}"

    def iso(self, ms: int) -> str:
        """Write a moment for machines."""
        return self.at(ms).isoformat(timespec="seconds")

    def local_input(self, ms: int) -> str:
        """Write a moment as ``<input type=datetime-local>`` wants it."""
        return self.at(ms).replace(tzinfo=None).isoformat(timespec="minutes")

    def span(self, ms: int) -> str:
        """Write how long: "3 hr", "2 days"."""
        return dates.format_timedelta(
            timedelta(milliseconds=max(ms, 60_000)),
            granularity="minute",
            threshold=1.2,
            format="short",
            locale=self.tongue.locale,
        )

    def round_span(self, ms: int) -> str:
        """Write how long in one unit, exactly: "90 min", "2 hr"; for the lines of a drawing."""
        minutes = ms // 60_000
        unit, length = next(
            (unit, length)
            for unit, length in (("day", 1440), ("hour", 60), ("minute", 1))
            if minutes % length == 0
        )
        return units.format_unit(
            minutes // length, f"duration-{unit}", "short", locale=self.tongue.locale
        )

    def since(self, ms: int) -> str:
        """Write how long ago."""
        return self.span(self.now_ms - ms)

    def number(self, value: float | Decimal) -> str:
        """Write a number."""
        return numbers.format_decimal(value, locale=self.tongue.locale)

    def count(self, value: int) -> str:
        """Write how many there are, where counting stops at ``MOST_COUNTED``."""
        return self.number(value) + ("+" if value >= MOST_COUNTED else "")

    def percent(self, value: float) -> str:
        """Write a share of 1."""
        return numbers.format_percent(value, locale=self.tongue.locale)

    def money(self, money: Money) -> str:
        """Write an amount, with as many places as it needs."""
        return numbers.format_currency(
            Decimal(money.micros) / _MICROS,
            money.currency,
            locale=self.tongue.locale,
            decimal_quantization=False,
        )

    def phone(self, number: str) -> str:
        """Write a telephone number; a short code or a name stays as it is."""
        if not number.startswith("+"):
            return number
        if self.masked:
            return mask_number(number)
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return number
        at_home = phonenumbers.region_code_for_number(parsed) == self.region
        style = phonenumbers.PhoneNumberFormat
        return phonenumbers.format_number(
            parsed, style.NATIONAL if at_home else style.INTERNATIONAL
        )


def local_moment(written: str, zone: ZoneInfo) -> int | None:
    """Read what ``<input type=datetime-local>`` gives, as UTC milliseconds; None: no moment."""
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return int(moment.timestamp() * _MS)


def initials(name: str) -> str:
    """Give the letters of a name's first two words, for a round picture."""
    letters = [
        next((c for c in word if unicodedata.category(c).startswith("L")), "")
        for word in name.split()
    ]
    return "".join(letter for letter in letters if letter)[:_LETTERS].upper()
