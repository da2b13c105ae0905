"""Modems on the wire (CONTRACT.md "Modems")."""

from dataclasses import asdict
from typing import Annotated

from pydantic import Field

from gatewayd.directory import BalanceView, CanaryView, IncidentView, ModemView, PauseView
from gatewayd.http.models.base import Moment, Output, Page
from gatewayd.http.models.money import Cost, cost_json
from gatewayd.money import Money

_STATES = (
    "`absent` `opening` `initialising` `needs_pin` `unregistered` `ready` `degraded` `backoff` "
    "`failed` `held` `stopped`"
)


class Remedy(Output):
    """One step that was tried."""

    step: str
    helped: bool
    seconds: float
    at: Annotated[Moment, Field(description="when it was seen whether it helped")]
    detail: Annotated[str | None, Field(description="why it could not be taken")]


class Incident(Output):
    """One trouble, with its cause and cure."""

    id: str
    kind: str
    detail: str
    opened_at: Moment
    closed_at: Moment | None
    cure: Annotated[str | None, Field(description="the step that ended it")]
    story: Annotated[str, Field(description="all of it in words, times of the gateway's zone")]
    steps: Annotated[list[Remedy], Field(description="what was tried, in its order")]
    recording: Annotated[
        str | None, Field(description="its file in `troubles` in the data folder, while kept")
    ]


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


class ModemCanary(Output):
    """What its test messages to ourselves have proved of the whole path."""

    last_ok_at: Annotated[Moment | None, Field(description="when one arrived last")]
    awaiting_since: Annotated[Moment | None, Field(description="null while none is awaited")]


class Balance(Output):
    """What its SIM was last read to have."""

    amount: Annotated[str | None, Field(description="an exact decimal number; null until read")]
    currency: Annotated[str | None, Field(description="of `balance_low`, else `price_per_part`")]
    read_at: Moment | None
    low: Annotated[bool, Field(description="whether it is less than `balance_low`")]
    failure: Annotated[str | None, Field(description="why the last try did not read it")]


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
    balance: Annotated[Balance | None, Field(description="null without `balance_code`")]
    store_used: Annotated[int | None, Field(description="messages in the SIM's or its own store")]
    store_size: int | None
    since: Annotated[Moment, Field(description="when it entered this state")]
    muted: Annotated[bool, Field(description="receives but does not send")]
    canary: Annotated[ModemCanary | None, Field(description="null where it has none")]
    paused: Annotated[
        Pause | None, Field(description="null unless the network refused too many in a row")
    ]
    incidents: list[Incident]


class ModemPage(Page[Modem]):
    """All modems, in the order of the configuration."""


class IncidentPage(Page[Incident]):
    """A modem's troubles, newest first."""


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
        balance=_balance(view.balance),
        store_used=view.store_used,
        store_size=view.store_size,
        since=view.since,
        muted=view.muted,
        paused=_pause(view.paused),
        canary=_canary(view.canary),
        incidents=[incident_json(incident) for incident in view.incidents],
    )


def _balance(view: BalanceView | None) -> Balance | None:
    if view is None:
        return None
    amount = None
    if view.micros is not None:
        amount = Money(micros=view.micros, currency=view.currency or "").amount
    return Balance(
        amount=amount,
        currency=view.currency,
        read_at=view.read_at,
        low=view.low,
        failure=view.failure,
    )


def _canary(view: CanaryView | None) -> ModemCanary | None:
    if view is None:
        return None
    return ModemCanary(last_ok_at=view.last_ok_at, awaiting_since=view.awaiting_since)


def _pause(view: PauseView | None) -> Pause | None:
    if view is None:
        return None
    return Pause(since=view.since, detail=view.detail, next_try_at=view.next_try_at)


def incident_json(view: IncidentView) -> Incident:
    """Translate one trouble."""
    return Incident(
        id=view.id,
        kind=view.kind,
        detail=view.detail,
        opened_at=view.opened_at,
        closed_at=view.closed_at,
        cure=view.cure,
        story=view.story,
        steps=[Remedy(**asdict(step)) for step in view.steps],
        recording=view.recording,
    )
