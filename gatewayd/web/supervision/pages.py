"""What was done in a time, per person, team, day or inbox: a picture, a table, a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from aiohttp import web
from babel import dates

from gatewayd.http.models.supervision import report_csv
from gatewayd.http.route import SUPERVISION
from gatewayd.services.supervision import Figures, Group, Report
from gatewayd.services.tokens import Scope
from gatewayd.web.languages import N_
from gatewayd.web.render import page
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.supervision.charts import Chart, Column, chart_of
from gatewayd.web.supervision.measures import COLUMNS, Measure
from gatewayd.web.supervision.periods import NAMES, Period, period_of
from gatewayd.web.supervision.waiting import waiting_now

_GROUPS = {
    Group.PERSON: N_("Person"),
    Group.TEAM: N_("Team"),
    Group.DAY: N_("Day"),
    Group.INBOX: N_("Inbox"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks for."""

    period: Period
    group: Group
    sort: str
    downwards: bool

    def query(self, **other: str) -> str:
        """Write the address of the same with something else."""
        values = {
            "period": self.period.key,
            "by": self.group.value,
            "sort": f"-{self.sort}" if self.downwards else self.sort,
        }
        if self.period.key == "days":
            values |= {"first": str(self.period.first), "last": str(self.period.last)}
        return f"?{urlencode(values | other)}"

    def sorted_by(self, key: str) -> str:
        """Write the address that sorts by a column, and by the same one the other way round."""
        again = key == self.sort
        downwards = not self.downwards if again else key != "name"
        return self.query(sort=f"-{key}" if downwards else key)


def asked_of(visit: Visit) -> Asked:
    """Read an address; what makes no sense in it becomes what is usual."""
    query = visit.request.query
    sort = query.get("sort", "name")
    key = sort.removeprefix("-")
    by = query.get("by", "")
    return Asked(
        period=period_of(
            query.get("period", ""),
            first=query.get("first", ""),
            last=query.get("last", ""),
            today=visit.formats.today,
        ),
        group=Group(by) if by in set(Group) else Group.PERSON,
        sort=key if key in COLUMNS else "name",
        downwards=sort.startswith("-"),
    )


async def _report(visit: Visit, asked: Asked) -> Report:
    from_ms, to_ms = asked.period.span(visit.formats.zone)
    return await visit.request.app[SUPERVISION].report(
        asked.group, from_ms=from_ms, to_ms=to_ms, by=visit.author
    )


async def _show(visit: Visit) -> web.StreamResponse:
    asked = asked_of(visit)
    report = await _report(visit, asked)
    rows = in_order(report.items, asked)
    days = asked.group is Group.DAY
    return page(
        visit,
        "supervision/supervision.html",
        asked=asked,
        periods=NAMES,
        groups=_GROUPS,
        columns_of=COLUMNS,
        rows=rows,
        total=report.total,
        name_of=_namer(visit, asked.group),
        handled=_days_chart(visit, report.items, _handled) if days else None,
        answered=_days_chart(visit, report.items, _answered, of_time=True) if days else None,
        most=_most(rows, COLUMNS),
        waiting=await waiting_now(visit),
    )


def in_order(items: Sequence[Figures], asked: Asked) -> list[Figures]:
    """Sort; what has no value in a column comes last in both directions."""
    if asked.sort == "name":
        by_day = asked.group is Group.DAY
        named = sorted(items, key=lambda each: each.key if by_day else each.name.casefold())
        return named[::-1] if asked.downwards else named
    measure = COLUMNS[asked.sort]
    known = [each for each in items if measure.value(each) is not None]
    unknown = [each for each in items if measure.value(each) is None]
    known.sort(key=lambda each: measure.value(each) or 0, reverse=asked.downwards)
    return known + unknown


def _namer(visit: Visit, group: Group) -> Callable[[Figures], str]:
    def name(row: Figures) -> str:
        if group is not Group.DAY:
            return row.name
        day = date.fromisoformat(row.key)
        return dates.format_skeleton("MMMEd", day, locale=visit.tongue.locale)

    return name


def _days_chart(
    visit: Visit,
    items: Sequence[Figures],
    columns: Callable[[Figures, str], Column],
    *,
    of_time: bool = False,
) -> Chart:
    named = sorted(items, key=lambda each: each.key)
    labels = [
        dates.format_skeleton("MMMd", date.fromisoformat(each.key), locale=visit.tongue.locale)
        for each in named
    ]
    drawn = [columns(each, label) for each, label in zip(named, labels, strict=True)]
    return chart_of(drawn, of_time=of_time)


def _handled(row: Figures, label: str) -> Column:
    return Column(label=label, value=row.conversations, other=row.overdue)


def _answered(row: Figures, label: str) -> Column:
    return Column(
        label=label, value=row.first_answer_p90_seconds, other=row.first_answer_median_seconds
    )


def _most(rows: Sequence[Figures], columns: dict[str, Measure]) -> dict[str, float]:
    """Give the highest value of each column: the bars beside the numbers are measured by it."""
    return {
        key: max((measure.value(row) or 0 for row in rows), default=0)
        for key, measure in columns.items()
        if key != "name"
    }


async def _csv(visit: Visit) -> web.StreamResponse:
    asked = asked_of(visit)
    report = await _report(visit, asked)
    name = f"{asked.period.first}-{asked.period.last}-{asked.group.value}.csv"
    return web.Response(
        text=report_csv(report),
        content_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


ROUTES = (
    PageRoute(method="GET", path="/supervision", handler=_show, access=Scope.SUPERVISE),
    PageRoute(method="GET", path="/supervision/table.csv", handler=_csv, access=Scope.SUPERVISE),
)
