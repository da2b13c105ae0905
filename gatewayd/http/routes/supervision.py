"""Routes of supervision: what was done in a time, how fast, how late; and the daily digest."""

from http import HTTPStatus

from aiohttp import web

from config.schema import Language
from gatewayd.daily.preview import DailyPreview
from gatewayd.http import answers
from gatewayd.http.models.base import milliseconds
from gatewayd.http.models.digest import DailyDigest, DigestQuery, digest_json
from gatewayd.http.models.supervision import (
    SupervisionQuery,
    SupervisionReport,
    report_csv,
    report_json,
)
from gatewayd.http.problems import FieldProblem, unprocessable
from gatewayd.http.route import SUPERVISION, Answer, Call, Route
from gatewayd.services.tokens import Scope

DAILY_PREVIEW = web.AppKey("daily_preview", DailyPreview)
_WEEK_MS = 7 * 86_400_000
_LONGEST_MS = 400 * 86_400_000
_CSV = "text/csv"


async def get_supervision(call: Call) -> web.StreamResponse:
    """Give the figures of a time."""
    asked: SupervisionQuery = call.query
    to_ms = call.context.clock.now_ms() if asked.to is None else milliseconds(asked.to)
    from_ms = to_ms - _WEEK_MS if asked.from_ is None else milliseconds(asked.from_)
    if not 0 < to_ms - from_ms <= _LONGEST_MS:
        why = "is not before `to`, or more than 400 days before"
        wrong = FieldProblem(pointer="/query/from", detail=why)
        raise unprocessable([wrong], code="period_unfit")
    report = await call.request.app[SUPERVISION].report(
        asked.group, from_ms=from_ms, to_ms=to_ms, by=call.author
    )
    if _wants_csv(call.request, asked):
        return web.Response(
            text=report_csv(report),
            content_type=_CSV,
            headers={"Content-Disposition": 'attachment; filename="supervision.csv"'},
        )
    return answers.json_of(report_json(report, asked.group, from_ms=from_ms, to_ms=to_ms))


async def get_digest(call: Call) -> web.StreamResponse:
    """Show what the daily digest would say."""
    asked: DigestQuery = call.query
    language = None if asked.language is None else Language(asked.language)
    preview = await call.request.app[DAILY_PREVIEW].preview(asked.day, language, by=call.author)
    return answers.json_of(digest_json(preview))


def _wants_csv(request: web.Request, asked: SupervisionQuery) -> bool:
    if asked.format is not None:
        return asked.format == "csv"
    return _CSV in request.headers.get("Accept", "")


ROUTES = (
    Route(
        method="GET",
        path="/v1/supervision",
        handler=get_supervision,
        access=Scope.SUPERVISE,
        tag="Supervision",
        summary="What was done in a time, per person, team, day or inbox",
        description="Times are opening time. `format=csv`, or `Accept: text/csv`, gives a table.",
        query=SupervisionQuery,
        answers={
            HTTPStatus.OK: Answer(
                model=SupervisionReport, also={_CSV: None}, description="The figures"
            )
        },
    ),
    Route(
        method="GET",
        path="/v1/supervision/digest",
        handler=get_digest,
        access=Scope.SUPERVISE,
        tag="Supervision",
        summary="The daily digest as it would be sent to who asks; sends nothing",
        query=DigestQuery,
        answers={HTTPStatus.OK: Answer(model=DailyDigest, description="What it says")},
    ),
)
