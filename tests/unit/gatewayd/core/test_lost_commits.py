"""A COMMIT that fails: nothing of its transaction is remembered as done."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.incidents import Incidents
from gatewayd.rules_incident import RulesIncident
from modem.ladder import Cause, Step
from storage.errors import StoreUnavailable

OPEN = "SELECT code FROM incidents WHERE closed_at_ms IS NULL"


class Recorder:
    """Hears of which incidents there are."""

    def __init__(self) -> None:
        self.opened_ids: list[str] = []

    def opened(self, incident_id: str, *_: object) -> None:
        self.opened_ids.append(incident_id)

    def closed(self, _: Step) -> None:
        pass


async def test_an_incident_that_was_not_committed_has_no_recording(
    shop: Any, no_commit: Callable[[], Any]
) -> None:
    recorder: Any = Recorder()
    incidents = Incidents(
        store=shop.store, bus=shop.bus, clock=shop.clock, modem="counter", recorder=recorder
    )
    with no_commit():
        await incidents.opened(Cause.SILENT, "no answer", None)
    assert recorder.opened_ids == []
    await incidents.closed(Step.REOPEN)
    await incidents.opened(Cause.SILENT, "no answer", None)
    rows = await shop.rows("SELECT id FROM incidents")
    assert recorder.opened_ids == [row.id for row in rows]
    assert len(rows) == 1


class Rules:
    """The incident of the rules, in units as messages have them."""

    def __init__(self, shop: Any) -> None:
        self._store = shop.store
        self._incident = RulesIncident()

    async def failed(self) -> None:
        async with self._store.write() as tx:
            await self._incident.failed(tx, "counter", now_ms=1)

    async def went_well(self, then: Exception | None = None) -> None:
        async with self._store.write() as tx:
            await self._well(tx)
            if then is not None:
                raise then

    async def _well(self, tx: AsyncConnection) -> None:
        await self._incident.went_well(tx, "counter", now_ms=2)


async def test_the_incident_of_the_rules_ends_although_its_end_was_lost_once(
    shop: Any, no_commit: Callable[[], Any]
) -> None:
    rules = Rules(shop)
    await rules.failed()
    with no_commit():
        lost = await asyncio.gather(
            rules.went_well(), rules.went_well(), rules.went_well(), return_exceptions=True
        )
    assert [type(each) for each in lost] == [StoreUnavailable] * 3
    assert [row.code for row in await shop.rows(OPEN)] == ["rules_failed"]
    await rules.went_well()
    assert await shop.rows(OPEN) == []


async def test_the_incident_of_the_rules_ends_although_the_message_failed_after_it(
    shop: Any,
) -> None:
    rules = Rules(shop)
    await rules.failed()
    with pytest.raises(ZeroDivisionError):
        await rules.went_well(ZeroDivisionError())
    await rules.went_well()
    assert await shop.rows(OPEN) == []
