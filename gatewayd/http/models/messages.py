"""Messages on the wire (CONTRACT.md "Messages")."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from gatewayd.http.models.base import (
    Input,
    Moment,
    Output,
    Page,
    PageQuery,
    moment_at,
    moment_of,
)
from gatewayd.http.models.money import Cost, cost_json
from gatewayd.money import Money
from gatewayd.services.waiting import Waiting
from storage.queries import AttemptRow, MessageRow
from storage.states import MessageState

Priority = Literal["urgent", "normal", "bulk"]
OnUnknown = Literal["hold", "resend"]

_PRIORITIES: tuple[Priority, ...] = ("urgent", "normal", "bulk")

_TO = "the number: international, national, or a short code"
_REFERENCE = "your own name for it, to find it by"
_NATIONAL = "outgoing only: the alphabet of `national_shift` that its gsm7 needs"


class MessageIn(Input):
    """A message to send."""

    to: Annotated[str, Field(max_length=200, description=_TO)]
    text: Annotated[str, Field(description="any Unicode; its length is bounded in parts")]
    inbox: Annotated[str | None, Field(max_length=64, description="default: main")] = None
    send_at: Annotated[Moment | None, Field(description="not before this time")] = None
    expires_at: Annotated[Moment | None, Field(description="not sent after this time")] = None
    priority: Priority = "normal"
    delivery_report: bool = True
    on_unknown: Annotated[
        OnUnknown | None,
        Field(description="when nobody knows whether it was sent; default: as configured"),
    ] = None
    client_reference: Annotated[str | None, Field(max_length=200, description=_REFERENCE)] = None


class PreviewIn(Input):
    """A text to measure."""

    text: Annotated[str, Field(max_length=50_000)]
    inbox: Annotated[str | None, Field(max_length=64, description="default: as for sending")] = None


class ResolveIn(Input):
    """How an `unknown` message is settled."""

    as_: Annotated[Literal["sent", "failed", "resend"], Field(alias="as")]


class MessagesQuery(PageQuery):
    """Which messages."""

    direction: Literal["in", "out"] | None = None
    state: MessageState | None = None
    inbox: str | None = None
    contact: Annotated[str | None, Field(description="the other side's number")] = None
    conversation: Annotated[str | None, Field(description="the conversation's id")] = None
    since: Annotated[Moment | None, Field(description="created at or after")] = None
    until: Annotated[Moment | None, Field(description="created before")] = None
    q: Annotated[
        str | None, Field(min_length=1, max_length=200, description="in the text, any case")
    ] = None
    client_reference: str | None = None


def _absent(value: object) -> bool:
    return value is None


Routing = Mapping[str, Any]
"""What was decided, as :mod:`routing.record` writes it."""


class Author(Output):
    """Who sent it."""

    type: Annotated[
        str,
        Field(
            description="`token`; `local`: this machine's account; `automatic`: an automatic "
            "answer, whose id says what it is about; `person`: from their own phone; `notice`: "
            "the gateway tells a person of a conversation; `canary`"
        ),
    ]
    id: str
    name: str


class MessageError(Output):
    """Why it ended badly or is unknown."""

    code: str
    detail: Annotated[str, Field(description="in plain words")]


class Message(Output):
    """A message, either way."""

    id: str
    direction: Literal["in", "out"]
    state: MessageState
    from_: Annotated[
        str | None, Field(alias="from", description="null until the SIM that sends is known")
    ]
    to: Annotated[str | None, Field(description="null where the SIM's own number is unknown")]
    text: Annotated[str | None, Field(description="null for data and for an erased text")]
    encoding: Annotated[str, Field(description="`gsm7` or `ucs2`; incoming also `data`")]
    national: Annotated[str | None, Field(exclude_if=_absent, description=_NATIONAL)] = None
    parts: int
    inbox: str
    modem: str | None
    conversation_id: str | None
    author: Author | None
    created_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None
    error: MessageError | None
    client_reference: str | None
    cost: Annotated[
        Cost | None,
        Field(description="of the parts that the network accepted; null without a price"),
    ]
    failover: Annotated[
        bool | None,
        Field(
            exclude_if=_absent,
            description="outgoing only: whether it goes, or went, from another number than this "
            "customer, or this inbox, is used to",
        ),
    ] = None
    kind: Annotated[
        str | None, Field(exclude_if=_absent, description="incoming only: `text`, `data` …")
    ] = None
    complete: Annotated[
        bool | None,
        Field(exclude_if=_absent, description="incoming only: whether all parts have arrived"),
    ] = None
    missing_parts: Annotated[
        int | None, Field(exclude_if=_absent, description="incoming only: how many have not")
    ] = None


class Attempt(Output):
    """One try to send one part."""

    part: int
    modem: str | None
    started_at: Annotated[Moment, Field(description="committed just before the text was released")]
    ended_at: Moment | None
    reference: Annotated[int | None, Field(description="the network's TP-MR, 0 to 255")]
    outcome: Annotated[
        str | None,
        Field(description="`accepted`, `requeued`, `refused`, `unknown`; null while it runs"),
    ]
    error: MessageError | None


class MessageWaiting(Output):
    """What holds a message back that could go otherwise."""

    code: Annotated[
        str,
        Field(
            description="`limit_interval` `limit_hour` `limit_day` `limit_month` `clock_not_set` "
            "`sending_paused`"
        ),
    ]
    until: Annotated[Moment | None, Field(description="null where nobody can tell")]


class MessageDetail(Message):
    """A message with what was asked for and what was tried."""

    priority: Priority | None
    send_at: Moment | None
    expires_at: Moment | None
    delivery_report: bool | None
    on_unknown: OnUnknown | None
    attempts: list[Attempt]
    waiting: Annotated[
        MessageWaiting | None, Field(description="null where no limit and no pause holds it back")
    ]
    routing: Annotated[
        Routing | None,
        Field(
            description="incoming only: what was decided when it came, which rules fired, and why "
            "the others did not"
        ),
    ]


class Forced(Output):
    """A character that GSM-7 lacks: it makes the whole text UCS-2, or needs a national alphabet."""

    index: Annotated[int, Field(description="which character of the text, from 0")]
    character: str
    replacement: Annotated[str | None, Field(description="what GSM-7 has instead")]


class Preview(Output):
    """How a text would be sent."""

    encoding: Literal["gsm7", "ucs2"]
    national: Annotated[
        str | None, Field(description="the alphabet of `national_shift` that is used beside gsm7")
    ]
    parts: int
    max_parts: Annotated[int, Field(description="more are refused")]
    characters: Annotated[int, Field(description="of the text, as Unicode counts them")]
    units_used: Annotated[int, Field(description="septets (gsm7) or 16-bit units (ucs2)")]
    units_left: Annotated[int, Field(description="until one part more in this encoding")]
    forced: list[Forced]
    cost: Annotated[
        Cost | None, Field(description="where exactly one modem serves the inbox, and has a price")
    ]


class MessagePage(Page[Message]):
    """Messages, newest first."""


def message_body(row: MessageRow) -> dict[str, Any]:
    """Write a row as the JSON object that is answered and kept."""
    return message_json(row).model_dump(mode="json")


def message_json(row: MessageRow) -> Message:
    """Translate a row."""
    return Message(**_fields(row))


def detail_json(
    row: MessageRow,
    attempts: Sequence[AttemptRow],
    waiting: Waiting | None,
    routing: Routing | None,
) -> MessageDetail:
    """Translate a row, its attempts, what holds it back, and what was decided about it."""
    return MessageDetail(
        **_fields(row),
        priority=None if row.priority is None else _PRIORITIES[row.priority],
        send_at=moment_of(row.send_at_ms),
        expires_at=moment_of(row.expires_at_ms),
        delivery_report=row.delivery_report,
        on_unknown=row.on_unknown,
        attempts=[_attempt(attempt) for attempt in attempts],
        waiting=None if waiting is None else MessageWaiting(code=waiting.code, until=waiting.until),
        routing=routing,
    )


def _attempt(row: AttemptRow) -> Attempt:
    return Attempt(
        part=row.part_number,
        modem=row.modem,
        started_at=moment_at(row.started_at_ms),
        ended_at=moment_of(row.ended_at_ms),
        reference=row.reference,
        outcome=row.outcome,
        error=_error(row.code, row.detail),
    )


def _fields(row: MessageRow) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": row.id,
        "direction": row.direction,
        "state": row.state,
        "from_": row.from_number,
        "to": row.to_number,
        "text": row.text,
        "encoding": row.encoding,
        "national": row.national,
        "parts": row.parts,
        "inbox": row.inbox,
        "modem": row.modem,
        "conversation_id": row.conversation_id,
        "author": _author(row),
        "created_at": moment_at(row.created_at_ms),
        "sent_at": moment_of(row.sent_at_ms),
        "delivered_at": moment_of(row.delivered_at_ms),
        "error": _error(row.error_code, row.error_detail),
        "client_reference": row.client_reference,
        "cost": _cost(row),
    }
    if row.direction == "out":
        fields["failover"] = bool(row.failover)
    if row.direction == "in":
        fields["kind"] = row.kind
        fields["complete"] = row.complete
        if row.parts_present is not None:
            fields["missing_parts"] = row.parts - row.parts_present
    return fields


def _author(row: MessageRow) -> Author | None:
    if row.author_type is None:
        return None
    return Author(type=row.author_type, id=row.author_id or "", name=row.author_name or "")


def _cost(row: MessageRow) -> Cost | None:
    if row.cost_micros is None or row.cost_currency is None:
        return None
    return cost_json(Money(micros=row.cost_micros, currency=row.cost_currency))


def _error(code: str | None, detail: str | None) -> MessageError | None:
    return None if code is None else MessageError(code=code, detail=detail or code)
