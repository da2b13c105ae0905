"""What the gateway counts of its modems, once it is committed."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from gatewayd import ingest
from gatewayd.handler import ModemHandler
from gatewayd.metrics import Metrics, PduResult, ReportMatch, SubmitResult
from modem.events import Accepted, ArrivedPdu, NotSent, Refused, Slot, Submission, Unknown

if TYPE_CHECKING:
    from conftest import Outage, Shop

    from modem.events import SubmitOutcome

COUNTED = "gatewayd_"
REFUSED = Refused(
    code="cms_38", detail="network out of order", permanent=False, modem_trouble=False
)


class Counted:
    """The counter modem's handler with figures of its own."""

    def __init__(self, shop: "Shop") -> None:
        self.shop = shop
        self.metrics = Metrics()
        self.handler = ModemHandler(
            settings=shop.settings,
            modem=shop.settings.modems[0],
            store=shop.store,
            bus=shop.bus,
            clock=shop.clock,
            proved=lambda _: None,
            metrics=self.metrics,
        )

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(
            COUNTED + name, {"modem": "counter", **labels}
        )

    def counts(self, name: str, label: str) -> dict[str, float]:
        """The counts that are not 0, by one label."""
        return {
            sample.labels[label]: sample.value
            for family in self.metrics.registry.collect()
            for sample in family.samples
            if sample.name == f"{COUNTED}{name}_total" and sample.value
        }

    async def begin(self) -> Submission:
        submission = await self.handler.next_submission()
        assert submission is not None
        assert await self.handler.submitting(submission, deadline_seconds=60)
        return submission

    async def send(self, outcome: "SubmitOutcome") -> None:
        await self.shop.enqueue()
        await self.handler.settled(await self.begin(), outcome)

    async def hears(self, *pdus: bytes, slot: Slot | None = None) -> None:
        for pdu in pdus:
            await self.handler.arrived(ArrivedPdu(pdu=pdu, slot=slot))


@pytest.fixture
async def counted(shop: "Shop") -> Counted:
    made = Counted(shop)
    await made.handler.status_changed(shop.counter.status)
    return made


def test_a_modem_shows_zeros_before_anything_has_happened() -> None:
    metrics = Metrics()
    metrics.of_modem("counter")
    names = {
        *(("submits", "outcome", one) for one in SubmitResult),
        *(("incoming_pdus", "kind", one) for one in PduResult),
        *(("reports", "match", one) for one in ReportMatch),
    }
    for name, label, one in names:
        labels = {"modem": "counter", label: one.value}
        assert metrics.registry.get_sample_value(f"{COUNTED}{name}_total", labels) == 0


class TestSubmits:
    @pytest.mark.parametrize(
        ("outcome", "expected", "answers"),
        [
            (Accepted(reference=7), "accepted", 1),
            (REFUSED, "refused", 1),
            (NotSent(code="no_prompt", detail="no prompt came"), "not_sent", 0),
            (Unknown(code="silence", detail="no answer"), "unknown", 0),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_outcomes(
        self, counted: Counted, outcome: "SubmitOutcome", expected: str, answers: int
    ) -> None:
        await counted.send(outcome)
        assert counted.counts("submits", "outcome") == {expected: 1}
        assert counted.value("submit_seconds_count") == answers

    async def test_the_seconds_begin_at_ctrl_z(
        self, counted: Counted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await counted.shop.enqueue()
        submission = await counted.begin()
        loop = asyncio.get_running_loop()
        later = loop.time() + 7
        with monkeypatch.context() as patch:
            patch.setattr(loop, "time", lambda: later)
            await counted.handler.settled(submission, Accepted(reference=7))
        assert counted.value("submit_seconds_sum") == pytest.approx(7, abs=0.5)

    async def test_a_withdrawn_part_was_not_sent(self, counted: Counted) -> None:
        message = await counted.shop.enqueue()
        submission = await counted.handler.next_submission()
        assert submission is not None
        await counted.shop.cancel(message)
        assert not await counted.handler.submitting(submission, deadline_seconds=60)
        withdrawn = NotSent(code="withdrawn", detail="canceled before it was sent")
        await counted.handler.settled(submission, withdrawn)
        assert counted.counts("submits", "outcome") == {"not_sent": 1}

    async def test_an_outage_counts_nothing_twice(
        self, counted: Counted, outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("gatewayd.handler.STORE_RETRY_SECONDS", 0)
        await counted.shop.enqueue()
        submission = await counted.begin()
        outage.begin(times=2)
        await counted.handler.settled(submission, Accepted(reference=7))
        assert counted.counts("submits", "outcome") == {"accepted": 1}
        assert counted.value("submit_seconds_count") == 1


class TestIncoming:
    async def test_kinds(
        self, counted: Counted, long_text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        parts = counted.shop.pdus(long_text)
        await counted.hears(counted.shop.pdu("hello"), *parts, parts[0], b"\x00\x04\x0b")
        await counted.hears(counted.shop.report(7))
        monkeypatch.setattr(ingest, "decode_incoming", _fails)
        await counted.hears(counted.shop.pdu("bye"))
        assert counted.counts("incoming_pdus", "kind") == {
            "message": 1,
            "part": 3,
            "copy": 1,
            "undecoded": 1,
            "report": 1,
            "quarantined": 1,
        }

    async def test_what_is_only_deleted_again_is_not_counted_again(self, counted: Counted) -> None:
        slot = counted.shop.counter.slot(3)
        pdu = counted.shop.pdu("hello")
        for _ in range(2):
            await counted.hears(pdu, slot=slot)
        assert counted.counts("incoming_pdus", "kind") == {"message": 1}

    async def test_what_is_not_committed_is_not_counted(
        self, counted: Counted, outage: "Outage", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        outage.begin()
        await counted.hears(counted.shop.pdu("hello"))
        monkeypatch.setattr(ingest, "decode_incoming", _fails)
        await counted.hears(counted.shop.pdu("hello"))
        assert counted.counts("incoming_pdus", "kind") == {}


async def test_reports_by_how_they_found_their_part(counted: Counted) -> None:
    await counted.send(Accepted(reference=7))
    await counted.hears(counted.shop.report(7))
    await counted.send(Unknown(code="silence", detail="no answer"))
    await counted.hears(counted.shop.report(8))
    await counted.hears(counted.shop.report(9), counted.shop.report(10))
    assert counted.counts("reports", "match") == {"matched": 1, "evidence": 1, "unmatched": 2}


def _fails(_: bytes) -> None:
    raise ZeroDivisionError
