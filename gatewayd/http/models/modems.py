"""Modems on the wire (CONTRACT.md "Modems")."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from gatewayd.directory import IncidentView, ModemView, PauseView
from gatewayd.http.models.base import Moment, Output, Page
from gatewayd.http.models.money import Cost, cost_json

_STATES = (
    "`absent` `opening` `initialising` `needs_pin` `unregistered` `ready` `degraded` `backoff` "
    "`failed` `held` `stopped`"
)


class Incident(Output):
    """One trouble, with its cause and cure."""

    id: str
    kind: str
    detail: str
    opened_at: Moment
    closed_at: Moment | None
    cure: Annotated[str | None, Field(description="the step that ended it")]


def _absent(value: object) -> bool:
    return value is None


_ABSENT = Field(exclude_if=_absent)
_LEFT = Field(exclude_if=_absent, description="parts; 0 when it is reached")


class ModemLimits(Output):
    """What its SIM may send, as configured; only what there is is written."""

    min_interval_ms: Annotated[int | None, _ABSENT] = None
    max_per_hour: Annotated[int | None, _ABSENT] = None
    hour_left: Annotated[int | None, _LEFT] = None
    max_per_day: Annotated[int | None, _ABSENT] = None
    day_left: Annotated[int | None, _LEFT] = None
    max_per_month: Annotated[int | None, _ABSENT] = None
    month_left: Annotated[int | None, _LEFT] = None
    waits_for: Annotated[
        str | None,
        Field(
            exclude_if=_absent,
            description="what holds its messages back now: `limit_interval` `limit_hour` "
            "`limit_day` `limit_month`, or `clock_not_set`",
        ),
    ] = None
    next_at: Annotated[
        Moment | None, Field(exclude_if=_absent, description="when it may send again")
    ] = None


class Pause(Output):
    """The network refused too many messages in a row: the rest waits."""

    since: Moment
    detail: Annotated[str, Field(description="what the network said, in plain words")]
    next_try_at: Annotated[Moment, Field(description="when one message is tried again")]


class Modem(Output):
    """A modem at this moment."""

    name: str
    state: Annotated[str, Field(description=_STATES)]
    reason: Annotated[str | None, Field(description="why, in plain words")]
    number: str | None
    imei: str | None
    iccid: str | None
    operator: str | None
    registration: str | None
    signal_dbm: int | None
    queue: Annotated[int, Field(description="parts that wait for it")]
    sent_today: Annotated[int, Field(description="parts that the network took today")]
    limits: ModemLimits
    cost_this_month: Annotated[
        Cost | None, Field(description="of this SIM's accepted parts; null without a price")
    ]
    store_used: Annotated[int | None, Field(description="messages in the SIM's or its own store")]
    store_size: int | None
    since: Annotated[Moment, Field(description="when it entered this state")]
    muted: Annotated[bool, Field(description="receives but does not send")]
    paused: Annotated[
        Pause | None, Field(description="null unless the network refused too many in a row")
    ]
    incidents: list[Incident]


class ModemPage(Page[Modem]):
    """All modems, in the order of the configuration."""


def modem_json(view: ModemView) -> Modem:
    """Translate the daemon's view."""
    return Modem(
        name=view.name,
        state=view.state,
        reason=view.reason,
        number=view.number,
        imei=view.imei,
        iccid=view.iccid,
        operator=view.operator,
        registration=view.registration,
        signal_dbm=view.signal_dbm,
        queue=view.queue,
        sent_today=view.sent_today,
        limits=ModemLimits(**asdict(view.limits)),
        cost_this_month=cost_json(view.cost_this_month),
        store_used=view.store_used,
        store_size=view.store_size,
        since=view.since,
        muted=view.muted,
        paused=_pause(view.paused),
        incidents=[_incident(incident) for incident in view.incidents],
    )


def _pause(view: PauseView | None) -> Pause | None:
    if view is None:
        return None
    return Pause(since=view.since, detail=view.detail, next_try_at=view.next_try_at)


def _incident(view: IncidentView) -> Incident:
    return Incident(
        id=view.id,
        kind=view.kind,
        detail=view.detail,
        opened_at=view.opened_at,
        closed_at=view.closed_at,
        cure=view.cure,
    )
