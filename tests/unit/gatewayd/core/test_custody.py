"""What is done day by day: the audit's head is logged, once a day and at each start."""

from dataclasses import dataclass

from structlog.testing import capture_logs

from gatewayd.custody import Custody
from storage import audit
from storage.engine import Store

DAY_MS = 86_400_000


@dataclass
class SetClock:
    ms: int = 1_800_000_000_000

    def now_ms(self) -> int:
        return self.ms


async def test_the_head_is_logged_with_each_day(store: Store) -> None:
    clock = SetClock()
    custody = Custody(store=store, clock=clock)
    with capture_logs() as logs:
        await custody.round()
        async with store.write() as tx:
            await audit.record(tx, actor="a", action="b", subject="c", now_ms=clock.ms)
            head = await audit.head(tx)
        await custody.round()
        clock.ms += DAY_MS
        await custody.round()
    told = [(row["rows"], row["head"]) for row in logs if row["event"] == "audit_head"]
    assert told == [(0, "00" * 32), (1, head.hash.hex())]
