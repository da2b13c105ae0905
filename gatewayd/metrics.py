"""Figures for Prometheus: counted here while it runs, or read from modems and store when asked.

Owns the names of all metrics (docs/http.md lists them; a test compares). Knows neither sessions
nor SQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from gatewayd.directory import ModemView
from gatewayd.metrics_modems import modem_metrics
from gatewayd.watching import ServiceFigures, info, lag_histogram, service_metrics

_HTTP_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
# 24.011's TR1M lets an honest submit take 35–45 s.
_SUBMIT_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 30.0, 45.0, 60.0, 120.0)

# A second series for each counter, which tells only when this process started.
disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client left it untyped

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is read at the moment of a scrape."""

    version: str
    modems: Sequence[ModemView]
    messages: Mapping[str, int]
    """How many in each state; `received` are the incoming ones."""
    store_unavailable: int = 0
    """How often the store did not answer since the start."""
    webhooks: Sequence["WebhookFigures"] = ()
    mail: "Backlog | None" = None
    calls: "Backlog | None" = None
    """Reports to the addresses that clients gave with their messages."""
    service: ServiceFigures | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFigures:
    """One webhook at the moment of a scrape."""

    id: str
    pending: int
    lag_seconds: float
    """How long the oldest delivery has waited; 0 when none does."""
    failing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What is to be handed to others, at the moment of a scrape."""

    pending: int
    lag_seconds: float
    """How long the oldest has waited; 0 when none does."""
    failed: int
    """How many that are still remembered were given up."""


class SubmitResult(StrEnum):
    """What a modem said of one part."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


class PduResult(StrEnum):
    """What an incoming PDU was."""

    MESSAGE = "message"
    PART = "part"
    REPORT = "report"
    COPY = "copy"
    CANARY = "canary"
    UNDECODED = "undecoded"
    QUARANTINED = "quarantined"


class ReportMatch(StrEnum):
    """How a status report found its part when it came."""

    MATCHED = "matched"
    EVIDENCE = "evidence"
    UNMATCHED = "unmatched"


class ModemMetrics:
    """The counters of one modem; they show as 0 from its start."""

    def __init__(
        self,
        *,
        submits: Mapping[SubmitResult, Counter],
        submit_seconds: Histogram,
        pdus: Mapping[PduResult, Counter],
        reports: Mapping[ReportMatch, Counter],
    ) -> None:
        self._submits = submits
        self._submit_seconds = submit_seconds
        self._pdus = pdus
        self._reports = reports

    def submitted(self, result: SubmitResult) -> None:
        """Count one submit whose outcome is committed."""
        self._submits[result].inc()

    def answered(self, seconds: float) -> None:
        """Observe how long the network took, from Ctrl-Z to its answer."""
        self._submit_seconds.observe(seconds)

    def arrived(self, result: PduResult) -> None:
        """Count one incoming PDU that is committed."""
        self._pdus[result].inc()

    def reported(self, match: ReportMatch) -> None:
        """Count one status report that is committed."""
        self._reports[match].inc()


class Metrics:
    """The process's counters; each instance has its own registry, so tests don't share."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._http_requests = self._counter(
            "gatewayd_http_requests", "Requests answered", "method", "route", "status"
        )
        self._http_seconds = self._histogram(
            "gatewayd_http_request_seconds",
            "Time to answer a request; event streams are not counted",
            "route",
            buckets=_HTTP_BUCKETS,
        )
        self.event_streams = Gauge(
            "gatewayd_event_streams", "Event streams open now", registry=self.registry
        )
        self.loop_lag = lag_histogram(self.registry)
        ProcessCollector(registry=self.registry)
        self._submits = self._counter(
            "gatewayd_submits", "Parts handed to a modem, by what it said", "modem", "outcome"
        )
        self._submit_seconds = self._histogram(
            "gatewayd_submit_seconds",
            "Time from Ctrl-Z to the network's answer",
            "modem",
            buckets=_SUBMIT_BUCKETS,
        )
        self._pdus = self._counter(
            "gatewayd_incoming_pdus", "PDUs taken from a modem, by what they were", "modem", "kind"
        )
        self._reports = self._counter(
            "gatewayd_reports", "Delivery reports, by how they found their part", "modem", "match"
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, *labels: str, buckets: Sequence[float]) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)

    def of_modem(self, name: str) -> ModemMetrics:
        """Give the counters of this modem."""
        return ModemMetrics(
            submits={one: self._submits.labels(modem=name, outcome=one) for one in SubmitResult},
            submit_seconds=self._submit_seconds.labels(modem=name),
            pdus={one: self._pdus.labels(modem=name, kind=one) for one in PduResult},
            reports={one: self._reports.labels(modem=name, match=one) for one in ReportMatch},
        )

    def http_answered(self, *, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count one answered request; `seconds` is None for a stream."""
        self._http_requests.labels(method=method, route=route, status=str(status)).inc()
        if seconds is not None:
            self._http_seconds.labels(route=route).observe(seconds)

    def exposition(self, snapshot: Snapshot) -> bytes:
        """Write everything in Prometheus' text format."""
        reading = CollectorRegistry()
        reading.register(_Reading(snapshot))
        return generate_latest(self.registry) + generate_latest(reading)


class _Reading:
    """Turns one snapshot into metrics."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def collect(self) -> Iterator[Metric]:
        """Implement prometheus_client's collector."""
        yield info(self._snapshot.version)
        messages = GaugeMetricFamily(
            "gatewayd_messages", "Messages kept, by state", labels=("state",)
        )
        for state, count in self._snapshot.messages.items():
            messages.add_metric([state], count)
        yield messages
        unavailable = CounterMetricFamily(
            "gatewayd_store_unavailable", "Times that the store did not answer"
        )
        unavailable.add_metric([], self._snapshot.store_unavailable)
        yield unavailable
        yield from modem_metrics(self._snapshot.modems)
        yield from _webhook_metrics(self._snapshot.webhooks)
        if self._snapshot.service is not None:
            yield from service_metrics(self._snapshot.service)
        if self._snapshot.mail is not None:
            yield from _backlog("gatewayd_mail", "E-mail", self._snapshot.mail)
        if self._snapshot.calls is not None:
            yield from _backlog("gatewayd_report_calls", "Reports to clients", self._snapshot.calls)


def _webhook_metrics(webhooks: Sequence[WebhookFigures]) -> Iterator[Metric]:
    labels = ("webhook",)
    pending = GaugeMetricFamily(
        "gatewayd_webhook_pending", "Deliveries that wait for the webhook", labels=labels
    )
    lag = GaugeMetricFamily(
        "gatewayd_webhook_lag_seconds", "How long the oldest of them has waited", labels=labels
    )
    failing = GaugeMetricFamily(
        "gatewayd_webhook_failing", "1 while the webhook keeps failing", labels=labels
    )
    for one in webhooks:
        pending.add_metric([one.id], one.pending)
        lag.add_metric([one.id], one.lag_seconds)
        failing.add_metric([one.id], float(one.failing))
    yield from (pending, lag, failing)


def _backlog(name: str, what: str, backlog: Backlog) -> Iterator[Metric]:
    yield GaugeMetricFamily(f"{name}_pending", f"{what}: how many wait", backlog.pending)
    yield GaugeMetricFamily(
        f"{name}_lag_seconds", "How long the oldest has waited", backlog.lag_seconds
    )
    yield GaugeMetricFamily(f"{name}_failed", f"{what}: how many were given up", backlog.failed)
