"""What is watched of the service itself: the event loop's delay, disk, database, its certificate.

Owns these figures and their names in Prometheus (docs/http.md lists them; a test compares). Knows
neither modems nor SQL.
"""

import asyncio
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from gatewayd.disk import DiskSpace
from storage.checkup import sqlite_version

LAG_SECONDS = 1.0
"""How often the loop's delay is measured."""

_LAG_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFigures:
    """The service at the moment of a scrape."""

    store_writable: bool
    disk: DiskSpace
    queue_age_seconds: Mapping[str, float] = field(default_factory=dict)
    """By inbox: how long the part waits that should have gone first."""
    database_bytes: Mapping[str, int] = field(default_factory=dict)
    certificate_ends: float | None = None
    """In seconds of the epoch; None where nothing is encrypted."""
    last_backup: float | None = None
    """In seconds of the epoch; None where none was ever made."""


def lag_histogram(registry: CollectorRegistry) -> Histogram:
    """Make what the loop's delay is counted in."""
    return Histogram(
        "gatewayd_event_loop_lag_seconds",
        "How late the event loop woke up, once a second",
        buckets=_LAG_BUCKETS,
        registry=registry,
    )


async def watch_loop(lag: Histogram) -> None:
    """Measure how late the loop is, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_SECONDS
        await asyncio.sleep(LAG_SECONDS)
        lag.observe(max(0.0, loop.time() - due))


def info(version: str) -> Metric:
    """Say what runs."""
    family = GaugeMetricFamily(
        "gatewayd_info", "The running version", labels=("version", "python", "sqlite")
    )
    family.add_metric([version, platform.python_version(), sqlite_version()], 1)
    return family


def service_metrics(figures: ServiceFigures) -> Iterator[Metric]:
    """Turn the figures into metrics."""
    yield GaugeMetricFamily(
        "gatewayd_store_writable",
        "1 while the database takes what is written",
        float(figures.store_writable),
    )
    age = GaugeMetricFamily(
        "gatewayd_queue_age_seconds",
        "How long the part waits that should have gone first",
        labels=("inbox",),
    )
    for inbox, seconds in figures.queue_age_seconds.items():
        age.add_metric([inbox], seconds)
    yield age
    size = GaugeMetricFamily(
        "gatewayd_database_bytes", "Size of the database and of its log", labels=("file",)
    )
    for name, octets in figures.database_bytes.items():
        size.add_metric([name], octets)
    yield size
    yield GaugeMetricFamily(
        "gatewayd_disk_free_bytes",
        "Free on the disk that holds the data folder",
        figures.disk.free_bytes,
    )
    yield GaugeMetricFamily(
        "gatewayd_disk_total_bytes", "Size of that disk", figures.disk.total_bytes
    )
    yield _moment(
        "gatewayd_last_backup_timestamp_seconds",
        "When the newest backup was made",
        figures.last_backup,
    )
    yield _moment(
        "gatewayd_tls_certificate_end_timestamp_seconds",
        "When the listener's certificate ends",
        figures.certificate_ends,
    )


def _moment(name: str, text: str, seconds: float | None) -> Metric:
    """Give it no value where there is no such moment."""
    family = GaugeMetricFamily(name, text)
    if seconds is not None:
        family.add_metric([], seconds)
    return family
