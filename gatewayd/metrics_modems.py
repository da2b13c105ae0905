"""The figures of each modem for Prometheus, read from its view at the moment of a scrape.

Owns their names (docs/http.md lists them; a test compares). Knows neither sessions nor SQL.
"""

from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from gatewayd.directory import BalanceView, LimitsView, ModemView


def modem_metrics(views: Sequence[ModemView]) -> Iterator[Metric]:
    """Turn the views into metrics."""
    state = GaugeMetricFamily(
        "gatewayd_modem_state", "1 for the state that the modem is in", labels=("modem", "state")
    )
    for view in views:
        state.add_metric([view.name, view.state], 1)
    yield state
    registration = GaugeMetricFamily(
        "gatewayd_modem_registration",
        "1 for how the modem stands with the network",
        labels=("modem", "registration"),
    )
    for view in views:
        if view.registration is not None:
            registration.add_metric([view.name, view.registration], 1)
    yield registration
    unparsed = CounterMetricFamily(
        "gatewayd_modem_unparsed_lines",
        "Lines from the modem that mean nothing to the gateway",
        labels=("modem",),
    )
    for view in views:
        unparsed.add_metric([view.name], view.unparsed_lines)
    yield unparsed
    for name, text, figure in _MODEM_FIGURES:
        family = GaugeMetricFamily(name, text, labels=("modem",))
        for view in views:
            value = figure(view)
            if value is not None:
                family.add_metric([view.name], value)
        yield family
    yield from _plan_metrics(views)


def _plan_metrics(views: Sequence[ModemView]) -> Iterator[Metric]:
    labels = ("modem", "period")
    limit = GaugeMetricFamily(
        "gatewayd_modem_limit_parts", "Parts that the SIM may send in a period", labels=labels
    )
    left = GaugeMetricFamily(
        "gatewayd_modem_limit_left_parts", "Parts that it may still send in it", labels=labels
    )
    for view in views:
        for period, allowed, remaining in _limits(view.limits):
            if allowed is not None:
                limit.add_metric([view.name, period], allowed)
            if remaining is not None:
                left.add_metric([view.name, period], remaining)
    yield from (limit, left)


def _limits(limits: LimitsView) -> Iterator[tuple[str, int | None, int | None]]:
    yield ("hour", limits.max_per_hour, limits.hour_left)
    yield ("day", limits.max_per_day, limits.day_left)
    yield ("month", limits.max_per_month, limits.month_left)


def _units(balance: BalanceView | None) -> float | None:
    return None if balance is None or balance.micros is None else balance.micros / 1_000_000


_MODEM_FIGURES: tuple[tuple[str, str, Callable[[ModemView], float | None]], ...] = (
    (
        "gatewayd_modem_signal_dbm",
        "Signal strength in dBm",
        lambda view: view.signal_dbm,
    ),
    (
        "gatewayd_modem_queue_parts",
        "Parts that wait for this modem",
        lambda view: view.queue,
    ),
    (
        "gatewayd_modem_sent_today_parts",
        "Parts that the network accepted since the gateway's midnight",
        lambda view: view.sent_today,
    ),
    (
        "gatewayd_modem_store_used",
        "Messages that lie in the modem's store",
        lambda view: view.store_used,
    ),
    (
        "gatewayd_modem_store_size",
        "Messages that the modem's store can hold",
        lambda view: view.store_size,
    ),
    (
        "gatewayd_modem_balance",
        "What the SIM was last read to have, in the currency of its settings",
        lambda view: _units(view.balance),
    ),
    (
        "gatewayd_modem_balance_read_timestamp_seconds",
        "When the balance was last read",
        lambda view: (
            view.balance.read_at.timestamp() if view.balance and view.balance.read_at else None
        ),
    ),
    (
        "gatewayd_modem_muted",
        "1 while the modem receives but does not send",
        lambda view: float(view.muted),
    ),
    (
        "gatewayd_modem_paused",
        "1 while it sends nothing because the network refused too many",
        lambda view: float(view.paused is not None),
    ),
    (
        "gatewayd_modem_canary_age_seconds",
        "Seconds since a test message last proved the whole path",
        lambda view: None if view.canary is None else view.canary.age_seconds,
    ),
    (
        "gatewayd_modem_incidents_open",
        "Troubles of the modem that are not over",
        lambda view: sum(incident.closed_at is None for incident in view.incidents),
    ),
)
