"""The daily digest as it would be sent, on the wire."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from gatewayd.daily.preview import Preview
from gatewayd.daily.schedule import DailyWish
from gatewayd.http.models.base import Moment, Output, Query
from gatewayd.http.models.editing import NOT_GIVEN, Language
from gatewayd.http.models.settings import WallTime
from gatewayd.http.models.supervision import FigureRow, row_json


def _calendar_day(value: Any) -> Any:
    """Read a day; a number, which pydantic would take for seconds, is none."""
    if not isinstance(value, str):
        return value
    try:
        read = date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("must be a day, such as 2026-03-09") from error
    if read.isoformat() != value:
        raise ValueError("must be a day, such as 2026-03-09")
    return read


class DigestQuery(Query):
    """Which one."""

    day: Annotated[
        date, BeforeValidator(_calendar_day), Field(description="default: yesterday")
    ] = NOT_GIVEN
    language: Annotated[Language, Field(description="default: the asking person's")] = NOT_GIVEN


class DigestRecipient(Output):
    """Somebody who gets it."""

    id: str
    display_name: str
    wish: Annotated[DailyWish, Field(description="on which days they want it")]
    reachable: Annotated[bool, Field(description="whether they have an e-mail address")]


class DailyDigest(Output):
    """What is sent, as whoever asks may see it."""

    first_day: date
    last_day: date
    figures: Annotated[FigureRow, Field(description="what was done in these days")]
    inboxes: list[FigureRow]
    waiting: Annotated[int, Field(description="conversations whose customer waits now")]
    overdue: Annotated[int, Field(description="of these, whose answer is overdue")]
    failed: Annotated[int, Field(description="messages of these days that reached nobody")]
    in_doubt: Annotated[int, Field(description="messages that may or may not have been sent")]
    subject: str
    text: str
    html: str
    at: Annotated[WallTime | None, Field(description="when it is sent; null: it is switched off")]
    next_at: Annotated[Moment | None, Field(description="when it is sent next")]
    mail_server: Annotated[bool, Field(description="whether [smtp] names one")]
    recipients: Annotated[
        list[DigestRecipient], Field(description="who supervises, each with their own inboxes")
    ]


def digest_json(preview: Preview) -> DailyDigest:
    """Translate what would be sent."""
    digest, words = preview.composed.digest, preview.composed.words
    return DailyDigest(
        first_day=digest.days.first,
        last_day=digest.days.last,
        figures=row_json(digest.report.total),
        inboxes=[row_json(each) for each in digest.report.items],
        waiting=digest.waiting.count,
        overdue=digest.waiting.overdue,
        failed=digest.failed.count,
        in_doubt=digest.doubts.count,
        subject=words.subject,
        text=words.text,
        html=words.html,
        at=preview.at,
        next_at=preview.next_at,
        mail_server=preview.mail_server,
        recipients=[
            DigestRecipient(
                id=each.person.id,
                display_name=each.person.display_name,
                wish=each.wish,
                reachable=each.person.email is not None,
            )
            for each in preview.recipients
        ],
    )
