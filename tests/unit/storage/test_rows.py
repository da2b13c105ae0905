"""Tokens, idempotency keys, modems, incidents, reports, meta."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import balances, idempotency, meta, modems, outbox, reports, tokens, ussd
from storage.balances import BalanceRow
from storage.engine import Store
from storage.idempotency import Fresh, InProgress, Mismatch, Replay
from storage.modems import ModemRow
from storage.schema import modems as modem_table

NOW = 1_800_000_000_000


async def test_a_token_is_found_by_its_hash_until_revoked(store: Store) -> None:
    async with store.write() as tx:
        made = await tokens.create(
            tx,
            hash_=b"h",
            name="till",
            scopes=["events"],
            inboxes=None,
            person_id=None,
            now_ms=NOW,
        )
        assert await tokens.find_by_hash(tx, b"h") == made
        assert await tokens.find_by_hash(tx, b"other") is None
        await tokens.touch(tx, token_id=made.id, now_ms=NOW + 1)
        assert await tokens.revoke(tx, token_id=made.id, now_ms=NOW + 2)
        assert not await tokens.revoke(tx, token_id=made.id, now_ms=NOW + 3)
        assert await tokens.find_by_hash(tx, b"h") is None
        (listed,) = await tokens.list_all(tx)
    assert (listed.scopes, listed.last_used_at_ms, listed.revoked_at_ms) == (
        ("events",),
        NOW + 1,
        NOW + 2,
    )


async def begin(store: Store, body: bytes = b"body", key: str = "k") -> object:
    async with store.write() as tx:
        return await idempotency.begin(tx, token_id="tok_1", key=key, body_digest=body, now_ms=NOW)


async def test_a_key_may_count_for_a_while_only(store: Store) -> None:
    async with store.write() as tx:
        begun = [
            await idempotency.begin(
                tx, token_id="tok_1", key="k", body_digest=b"b", now_ms=now_ms, valid_ms=100
            )
            for now_ms in (NOW, NOW + 100, NOW + 101, NOW + 201)
        ]
    assert begun == [Fresh(), InProgress(), Fresh(), InProgress()]


async def test_an_idempotency_key_answers_as_the_first_time(store: Store, desk: Any) -> None:
    message_id = await desk.enqueue()
    answer = {"token_id": "tok_1", "key": "k", "status": 202, "body": {"id": message_id}}
    assert await begin(store) == Fresh()
    assert await begin(store) == InProgress()
    async with store.write() as tx:
        assert await idempotency.finish(tx, **answer, message_id=message_id)
        assert not await idempotency.finish(tx, **answer, message_id=message_id)
    assert await begin(store) == Replay(status=202, body={"id": message_id}, message_id=message_id)
    assert await begin(store, b"other") == Mismatch()
    assert await begin(store, b"other", key="other") == Fresh()


async def test_a_request_that_failed_leaves_no_key(store: Store, desk: Any) -> None:
    async def unit(tx: AsyncConnection) -> None:
        await idempotency.begin(tx, token_id="tok_1", key="k", body_digest=b"", now_ms=NOW)
        raise LookupError

    with pytest.raises(LookupError):
        await desk.do(unit)
    assert await begin(store) == Fresh()


async def test_idempotency_keys_are_forgotten_in_time(store: Store) -> None:
    await begin(store)
    async with store.write() as tx:
        assert await idempotency.prune(tx, NOW) == 0
        assert await idempotency.prune(tx, NOW + 1) == 1
    assert await begin(store, b"other") == Fresh()


async def test_a_modem_has_the_inbox_of_the_configuration(store: Store) -> None:
    async def inboxes() -> dict[str, str | None]:
        async with store.read() as tx:
            rows = (await tx.execute(select(modem_table.c.name, modem_table.c.inbox))).all()
        return {row.name: row.inbox for row in rows}

    async with store.write() as tx:
        await modems.upsert(tx, ModemRow(name="old", number="+1514"), now_ms=NOW)
        await modems.assign(tx, {"old": "main", "counter": "main"}, now_ms=NOW)
        # Being ready changes nothing of it.
        await modems.upsert(tx, ModemRow(name="counter", number="+1515"), now_ms=NOW)
    assert await inboxes() == {"old": "main", "counter": "main"}
    async with store.write() as tx:
        await modems.assign(tx, {"counter": "sales"}, now_ms=NOW)
    assert await inboxes() == {"old": None, "counter": "sales"}


async def test_modems_are_remembered_and_muting_is_the_managers(store: Store) -> None:
    async with store.write() as tx:
        assert await modems.get(tx, "counter") is None
        await modems.set_muted(tx, name="counter", muted=True, now_ms=NOW)
        await modems.upsert(tx, ModemRow(name="counter", imei="3520", muted=False), now_ms=NOW)
        await modems.upsert(tx, ModemRow(name="back", last_ready_ms=NOW), now_ms=NOW)
        assert await modems.get(tx, "counter") == ModemRow(name="counter", imei="3520", muted=True)
        await modems.set_muted(tx, name="counter", muted=False, now_ms=NOW)
        assert [(row.name, row.muted) for row in await modems.list_all(tx)] == [
            ("back", False),
            ("counter", False),
        ]


async def test_an_incident_is_opened_and_closed_once(store: Store, desk: Any) -> None:
    async with store.write() as tx:
        incident_id = await modems.open_incident(
            tx, modem="counter", code="deaf", detail="no line for 90 s", now_ms=NOW
        )
        closing = {"incident_id": incident_id, "cure": "reopened", "now_ms": NOW + 1}
        assert await modems.close_incident(tx, **closing)
        assert not await modems.close_incident(tx, **closing)
        (row,) = await modems.incidents_of(tx, "counter")
        assert await modems.incidents_of(tx, "other") == []
    assert (row.code, row.cure, row.closed_at_ms) == ("deaf", "reopened", NOW + 1)
    assert await desk.events() == ["modem.incident", "modem.incident"]


async def test_the_open_incident_of_a_kind_is_found(store: Store) -> None:
    async with store.write() as tx:
        assert await modems.open_incident_of(tx, "counter", "low_credit") is None
        for modem, code in (("counter", "deaf"), ("other", "low_credit")):
            await modems.open_incident(tx, modem=modem, code=code, detail=None, now_ms=NOW)
        assert await modems.open_incident_of(tx, "counter", "low_credit") is None
        low = await modems.open_incident(
            tx, modem="counter", code="low_credit", detail=None, now_ms=NOW
        )
        for later in range(30):
            await modems.open_incident(
                tx, modem="counter", code="deaf", detail=None, now_ms=NOW + later
            )
        found = await modems.open_incident_of(tx, "counter", "low_credit")
        assert found is not None
        assert found.id == low
        await modems.close_incident(tx, incident_id=low, cure=None, now_ms=NOW)
        assert await modems.open_incident_of(tx, "counter", "low_credit") is None


async def test_the_last_balance_of_each_modem(store: Store) -> None:
    row = BalanceRow(
        modem="counter",
        iccid="8930",
        micros=12_340_000,
        currency="CAD",
        read_at_ms=NOW,
        tried_at_ms=NOW,
        failure=None,
    )
    async with store.write() as tx:
        assert await balances.get(tx, "counter") is None
        await balances.put(tx, row)
        await balances.put(tx, replace(row, modem="other", micros=None))
        tried = replace(row, tried_at_ms=NOW + 1, failure="no answer")
        await balances.put(tx, tried)
        assert await balances.get(tx, "counter") == tried


async def test_the_form_of_ussd_that_worked_last(store: Store) -> None:
    async with store.write() as tx:
        assert await ussd.recall_form(tx, "counter") is None
        for form in ("plain", "packed"):
            await ussd.remember_form(tx, "counter", form)
        assert await ussd.recall_form(tx, "counter") == "packed"
        assert await ussd.recall_form(tx, "other") is None


async def test_a_report_waits_for_its_part(store: Store, desk: Any) -> None:
    await desk.enqueue()
    part_id = await desk.submit()
    report = reports.NewReport(
        raw=b"\x06",
        modem="counter",
        iccid="8930",
        number="+15145550123",
        reference=3,
        status=0,
        sc_time_ms=NOW,
        discharge_ms=None,
        received_at_ms=NOW + 2,
        part_id=None,
    )
    query = {"iccid": "8930", "modem": "counter", "number": "+15145550123"}
    async with store.write() as tx:
        report_id = await reports.insert_report(tx, report)
        (found,) = await reports.unmatched_reports(tx, **query, since_ms=NOW)
        assert (found.id, found.reference, found.raw) == (report_id, 3, b"\x06")
        assert await reports.unmatched_reports(tx, **query, since_ms=NOW + 3) == []
        await outbox.accept(tx, part_id=part_id, reference=3, now_ms=NOW)
        assert await reports.attach(tx, report_id=report_id, part_id=part_id)
        assert not await reports.attach(tx, report_id=report_id, part_id=part_id)
        assert await reports.unmatched_reports(tx, **query, since_ms=NOW) == []


async def test_the_salt_is_made_once_and_digests_depend_on_it(store: Store, desk: Any) -> None:
    async with store.write() as tx:
        first = await meta.salt(tx)
        assert await meta.newest_ms(tx) == 0
    await desk.enqueue(at=NOW)
    async with store.write() as tx:
        assert await meta.salt(tx) == first
        assert await meta.newest_ms(tx) == NOW
    assert len(first) == 32
    assert meta.digest(first, b"x") != meta.digest(b"", b"x")
