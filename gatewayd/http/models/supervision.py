"""What was done in a time, on the wire: as JSON, or as CSV that no spreadsheet runs."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

from pydantic import Field

from gatewayd.http.models.base import Moment, Output, Query, moment_at
from gatewayd.services.supervision import Figures, Group, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class SupervisionQuery(Query):
    """Of which time, added up by what."""

    from_: Annotated[
        Moment | None, Field(alias="from", description="default: a week before `to`")
    ] = None
    to: Annotated[Moment | None, Field(description="up to this, default: now")] = None
    group: Group = Group.PERSON
    format: Annotated[
        Literal["json", "csv"] | None, Field(description="default: as `Accept` says, else JSON")
    ] = None


class FigureRow(Output):
    """The figures of one person, team, day or inbox; times are seconds of opening time."""

    key: Annotated[str, Field(description="the id, the inbox, or the date")]
    name: str
    conversations: Annotated[int, Field(description="answered, written in, or closed")]
    messages_in: Annotated[int | None, Field(description="null by person and team")]
    messages_out: Annotated[int, Field(description="without the automatic ones")]
    automatic_answers: Annotated[int | None, Field(description="null by person and team")]
    answers: Annotated[int, Field(description="waits of customers that an answer ended")]
    first_answer_median_seconds: int | None
    first_answer_p90_seconds: int | None
    overdue: Annotated[int, Field(description="answers that were due in this time, and late")]
    resolved: Annotated[int, Field(description="conversations that were closed")]
    resolution_median_seconds: int | None
    resolution_p90_seconds: int | None
    opt_outs: Annotated[int | None, Field(description="null by person and team")]
    delivered: int
    undelivered: Annotated[int, Field(description="also those that failed or expired")]
    delivery_rate: Annotated[
        float | None, Field(description="of those of which either is known; null without any")
    ]


class SupervisionReport(Output):
    """What was done in a time."""

    from_: Annotated[Moment, Field(alias="from")]
    to: Moment
    group: Group
    items: list[FigureRow]
    total: FigureRow


def report_json(report: Report, group: Group, *, from_ms: int, to_ms: int) -> SupervisionReport:
    """Translate a report."""
    return SupervisionReport(
        from_=moment_at(from_ms),
        to=moment_at(to_ms),
        group=group,
        items=[row_json(each) for each in report.items],
        total=row_json(report.total),
    )


def row_json(figures: Figures) -> FigureRow:
    """Translate the figures of one."""
    return FigureRow(**asdict(figures))


def report_csv(report: Report) -> str:
    """Write a report as a table, a line for each of the group, without the total."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(FigureRow.model_fields)
    for each in report.items:
        writer.writerow(_cells([*asdict(each).values()]))
    return written.getvalue()


def _cells(values: Sequence[object]) -> list[object]:
    """Let no text begin as a formula does: a spreadsheet would run a name as one."""
    return [
        f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
        for value in values
    ]
