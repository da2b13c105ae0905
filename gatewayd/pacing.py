"""One modem's limits at work: whether a part may go now, what is left, and when to ask again.

What was handed to the SIM is read from the store once and kept up here; :mod:`routing.pacing`
judges. Without limits it asks nothing and remembers nothing.
"""

import asyncio
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock, is_plausible
from gatewayd.directory import LimitsView
from gatewayd.line import Line
from gatewayd.money import price_of
from routing.pacing import Limits, needed_since_ms, pace
from storage import pacing as store

CLOCK_NOT_SET = "clock_not_set"
"""No hour and no month can be told: nothing goes until the clock is set."""

CLOCK_RETRY_MS = 10_000


class Pacing:
    """The limits and the price of one modem's SIM."""

    def __init__(
        self,
        *,
        modem: ModemSettings,
        zone: ZoneInfo,
        bus: Bus,
        clock: Clock,
        line: Callable[[], Line],
    ) -> None:
        self._limits = Limits(
            min_interval_ms=modem.min_interval_ms,
            per_hour=modem.max_per_hour,
            per_day=modem.max_per_day,
            per_month=modem.max_per_month,
        )
        self._price = None if modem.price_per_part is None else price_of(modem.price_per_part)
        self._zone = zone
        self._bus = bus
        self._clock = clock
        self._line = line
        self._handed: list[int] | None = None
        self._sim: tuple[str | None, str] | None = None
        self._stale = False
        self._since_ms = 0
        self._timer: asyncio.TimerHandle | None = None

    async def allows(self, tx: AsyncConnection) -> bool:
        """Whether a part may be claimed now; if not, the workers are woken when it may."""
        if not self._limits.any:
            return True
        now_ms = self._clock.now_ms()
        if not is_plausible(now_ms):
            self._ask_again(CLOCK_RETRY_MS)
            return False
        handed = await self._read(tx, now_ms)
        wait = pace(self._limits, handed, now_ms=now_ms, zone=self._zone).wait
        if wait is not None:
            self._ask_again(wait.until_ms - now_ms)
        return wait is None

    async def _read(self, tx: AsyncConnection, now_ms: int) -> list[int]:
        line = self._line()
        sim = (line.iccid, line.modem)
        since_ms = needed_since_ms(self._limits, now_ms=now_ms, zone=self._zone)
        known = not self._stale and sim == self._sim and since_ms >= self._since_ms
        if self._handed is None or not known:
            self._handed = await store.handed_since(
                tx, iccid=line.iccid, modem=line.modem, since_ms=since_ms
            )
            self._sim, self._stale = sim, False
        del self._handed[: bisect_left(self._handed, since_ms)]
        self._since_ms = since_ms
        return self._handed

    def _ask_again(self, in_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(in_ms / 1000, self._bus.publish, Topic.OUTBOX)

    async def handed(self, tx: AsyncConnection, attempt_id: str, *, now_ms: int) -> None:
        """Count a part that the network may have from now on, and note its price."""
        if self._handed is not None:
            insort(self._handed, now_ms)
        if self._price is not None:
            await store.set_price(
                tx,
                attempt_id=attempt_id,
                micros=self._price.micros,
                currency=self._price.currency,
            )

    def forget(self) -> None:
        """Read the store again next time: what was counted did not reach the network."""
        self._stale = True

    @contextmanager
    def exact(self) -> Iterator[None]:
        """Forget what was counted in a transaction that came to nothing."""
        try:
            yield
        except BaseException:
            self.forget()
            raise

    def view(self) -> LimitsView:
        """Tell the limits; what is left of them is known once this SIM has been ready."""
        limits, now_ms = self._limits, self._clock.now_ms()
        waits_for, next_at = None, None
        hour_left = day_left = month_left = None
        if limits.any and not is_plausible(now_ms):
            waits_for = CLOCK_NOT_SET
        elif self._handed is not None:
            verdict = pace(limits, self._handed, now_ms=now_ms, zone=self._zone)
            hour_left, day_left = verdict.hour_left, verdict.day_left
            month_left = verdict.month_left
            if verdict.wait is not None:
                waits_for = verdict.wait.limit.value
                next_at = _moment(verdict.wait.until_ms)
        return LimitsView(
            min_interval_ms=limits.min_interval_ms or None,
            max_per_hour=limits.per_hour,
            hour_left=hour_left,
            max_per_day=limits.per_day,
            day_left=day_left,
            max_per_month=limits.per_month,
            month_left=month_left,
            waits_for=waits_for,
            next_at=next_at,
        )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)
