"""What all shapes share: strictness, times, pages and the error."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
)

from gatewayd.clock import to_rfc3339

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(value: Any) -> Any:
    """Read RFC 3339 and nothing else; a local time without its zone is no moment."""
    if not isinstance(value, str):
        return value
    if not _RFC3339.fullmatch(value):
        raise ValueError("must be an RFC 3339 time with a zone, such as 2026-12-01T15:30:00Z")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError("is no time that exists") from error


def _write_moment(moment: datetime) -> str:
    return to_rfc3339(milliseconds(moment))


def milliseconds(moment: datetime) -> int:
    """UTC milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment_at(ms: int) -> datetime:
    """Read the tables' time, UTC milliseconds since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def moment_of(ms: int | None) -> datetime | None:
    """Read a time that may be absent."""
    return None if ms is None else moment_at(ms)


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(_write_moment, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Input(BaseModel):
    """What clients send: no conversions, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Query(BaseModel):
    """What clients ask in the address, where all values are text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    """What we answer."""

    model_config = ConfigDict(
        frozen=True,
        validate_by_name=True,
        serialize_by_alias=True,
        # A field with a default is always written, so it is required of an answer.
        json_schema_serialization_defaults_required=True,
    )


class PageQuery(Query):
    """Which page of a list."""

    limit: Annotated[int, Field(ge=1, le=200, description="how many at most")] = 50
    cursor: Annotated[
        str | None, Field(max_length=128, description="`next` of the page before")
    ] = None


Item = TypeVar("Item", bound=Output)


class Page(Output, Generic[Item]):
    """A page of a list, newest first unless the route says otherwise."""

    items: list[Item]
    next: Annotated[
        str | None, Field(description="cursor of the following page, null at the end")
    ] = None


class ProblemField(Output):
    """One thing wrong with the input."""

    pointer: Annotated[
        str,
        Field(description="JSON pointer into the body, or /query/NAME, or /header/NAME"),
    ]
    detail: str


class ProblemDocument(Output):
    """An error (RFC 9457)."""

    # `errors`, `reasons` and `since` are left out where there is nothing in them.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: Annotated[str, Field(description="always about:blank; `code` tells which")]
    title: str
    status: int
    detail: Annotated[str, Field(description="what is wrong, in plain words")]
    code: Annotated[str, Field(description="fixed; programs decide by it")]
    request_id: Annotated[str, Field(description="the same as in X-Request-Id and in the log")]
    errors: list[ProblemField] | None = None
    reasons: Annotated[list[str] | None, Field(description="of /readyz: all that is amiss")] = None
    since: Annotated[
        list[dict[str, Any]] | None,
        Field(description="of `conversation_moved_on`: the timeline's entries that came since"),
    ] = None
