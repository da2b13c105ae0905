"""What the HTTP side is given by the daemon."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.schema import Settings
from gatewayd.bus import Bus
from gatewayd.clock import Clock
from gatewayd.directory import ModemDirectory
from gatewayd.http.limits import Limits
from gatewayd.metrics import Metrics
from storage.engine import Store

if TYPE_CHECKING:
    from gatewayd.tls.certificates import Certificates


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpContext:
    """The daemon's parts that requests reach."""

    settings: Settings
    store: Store
    bus: Bus
    clock: Clock
    modems: ModemDirectory
    stopping: asyncio.Event
    version: str
    metrics: Metrics = field(default_factory=Metrics)
    limits: Limits = field(default_factory=Limits)
    certificates: "Certificates | None" = None
    """What encrypts the listener; None where nothing does."""
