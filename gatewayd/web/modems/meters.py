"""What a SIM has used of what its plan allows, as a person reads it."""

from collections.abc import Iterator
from dataclasses import dataclass

from gatewayd.directory import LimitsView, ModemView
from gatewayd.web.languages import N_

_WIDE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Meter:
    """One limit; its title is a sentence of the catalogue."""

    title: str
    used: int
    most: int

    @property
    def width(self) -> int:
        """How much of it is used, of 100."""
        return min(_WIDE, self.used * _WIDE // self.most) if self.most else _WIDE

    @property
    def tone(self) -> str:
        """How near its end is: nothing, `warn`, or `bad` where nothing is left."""
        if self.used >= self.most:
            return "bad"
        return "warn" if self.width >= 80 else ""  # noqa: PLR2004 - per cent


def meters_of(view: ModemView) -> tuple[Meter, ...]:
    """Give the limits that are known, and how full the SIM's own store is."""
    return (*_plan(view.limits), *_store(view))


def _plan(limits: LimitsView) -> Iterator[Meter]:
    for title, most, left in (
        (N_("Sent this hour"), limits.max_per_hour, limits.hour_left),
        (N_("Sent today"), limits.max_per_day, limits.day_left),
        (N_("Sent this month"), limits.max_per_month, limits.month_left),
    ):
        if most is not None and left is not None:
            yield Meter(title=title, used=max(0, most - left), most=most)


def _store(view: ModemView) -> Iterator[Meter]:
    if view.store_used is not None and view.store_size:
        yield Meter(title=N_("SIM memory"), used=view.store_used, most=view.store_size)
