"""The columns of supervision's table: what each is called, and how it is written."""

from collections.abc import Callable
from dataclasses import dataclass

from gatewayd.services.supervision import Figures
from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_


def _count(f: Formats, value: float) -> str:
    return f.number(value)


def _time(f: Formats, value: float) -> str:
    return f.span(int(value) * 1000)


def _share(f: Formats, value: float) -> str:
    return f.percent(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A column; its title is a sentence of the catalogue."""

    title: str
    value: Callable[[Figures], float | None]
    write: Callable[[Formats, float], str] = _count
    bar: bool = False
    """Whether a bar beside the number shows how it compares."""

    def written(self, f: Formats, row: Figures) -> str:
        """Write a row's value; a dash where there was no case."""
        value = self.value(row)
        return "–" if value is None else self.write(f, value)


COLUMNS: dict[str, Measure] = {
    "name": Measure(title=N_("Name"), value=lambda _: None),
    "handled": Measure(title=N_("Handled"), value=lambda row: row.conversations, bar=True),
    "in": Measure(title=N_("Received"), value=lambda row: row.messages_in),
    "out": Measure(title=N_("Sent"), value=lambda row: row.messages_out),
    "answer": Measure(
        title=N_("First answer, typically"),
        value=lambda row: row.first_answer_median_seconds,
        write=_time,
        bar=True,
    ),
    "answer90": Measure(
        title=N_("First answer, 9 times of 10"),
        value=lambda row: row.first_answer_p90_seconds,
        write=_time,
    ),
    "overdue": Measure(title=N_("Overdue"), value=lambda row: row.overdue, bar=True),
    "closed": Measure(title=N_("Resolved"), value=lambda row: row.resolved),
    "resolved": Measure(
        title=N_("Resolved, typically"),
        value=lambda row: row.resolution_median_seconds,
        write=_time,
    ),
    "resolved90": Measure(
        title=N_("Resolved, 9 times of 10"),
        value=lambda row: row.resolution_p90_seconds,
        write=_time,
    ),
    "stop": Measure(title=N_("Opted out"), value=lambda row: row.opt_outs),
    "delivered": Measure(title=N_("Delivered"), value=lambda row: row.delivery_rate, write=_share),
}
"""By their names in an address, in the order in which they stand."""
