"""Columns over days, as numbers that a template draws: pure, and without a word.

The drawing is 220 high and as wide as its days need. It says nothing that the table beside it
does not: readers who cannot see it lose nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 220
LEFT = 52
TOP = 14
BOTTOM = 30
_LEAST_WIDTH = 620
_LEAST_STEP = 22
_LABEL = 62
"""How wide a day's name may be."""
_TICKS = 4
_STEPS = (1, 2, 5)
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 480, 720, 1440)
"""Minutes between lines that people count in."""
_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day: ``value`` and, within it or behind it, ``other``; None: there was no case."""

    label: str
    value: float | None
    other: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A column as it is drawn."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A day: its two boxes, where they are, and its name where there is room for it."""

    value: Box | None
    other: Box | None
    middle: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line across, at a value."""

    y: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """All of it."""

    width: int
    height: int
    left: int
    base: float
    places: Sequence[Place]
    ticks: Sequence[Tick]


def chart_of(columns: Sequence[Column], *, of_time: bool = False) -> Chart:
    """Lay columns out; ``of_time``: values are seconds, and lines stand at round times."""
    width = max(_LEAST_WIDTH, LEFT + len(columns) * _LEAST_STEP + 8)
    highest = max((v for c in columns for v in (c.value, c.other) if v is not None), default=0)
    step = _time_step(highest) if of_time else _step(highest)
    count = max(1, -(-highest // step))
    base = HEIGHT - BOTTOM
    scale = (base - TOP) / (count * step)
    wide = (width - LEFT - 8) / max(1, len(columns))
    every = max(1, round(_LABEL / wide + 0.49))
    return Chart(
        width=width,
        height=HEIGHT,
        left=LEFT,
        base=base,
        places=[
            _place(column, n, wide=wide, base=base, scale=scale, named=n % every == 0)
            for n, column in enumerate(columns)
        ],
        ticks=[
            Tick(y=round(base - n * step * scale, 1), value=n * step) for n in range(int(count) + 1)
        ],
    )


def _place(column: Column, n: int, *, wide: float, base: float, scale: float, named: bool) -> Place:
    x = LEFT + n * wide
    thick = min(34.0, wide * 0.72)
    middle = round(x + wide / 2, 1)

    def box(value: float | None) -> Box | None:
        if not value:
            return None
        height = round(max(1.5, value * scale), 1)
        left = round(middle - thick / 2, 1)
        return Box(x=left, y=round(base - height, 1), width=round(thick, 1), height=height)

    return Place(
        value=box(column.value),
        other=box(column.other),
        middle=middle,
        label=column.label if named else "",
    )


def _step(highest: float) -> float:
    """Choose 1, 2 or 5 and noughts, so that a few lines reach the top."""
    unit = 1
    while True:
        for digit in _STEPS:
            if digit * unit * _TICKS >= highest:
                return digit * unit
        unit *= 10


def _time_step(highest: float) -> float:
    for minutes in _TIME_STEPS:
        if minutes * _MINUTE * _TICKS >= highest:
            return minutes * _MINUTE
    return _step(highest / 86_400) * 86_400
