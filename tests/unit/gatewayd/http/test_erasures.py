"""Erasing a contact over HTTP: who may, what goes, what holds, and what is refused."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from gatewayd.services.erasures import semi_octets
from gatewayd.services.tokens import Scope
from storage.compacting import Compacted, compact
from storage.conversations import filing
from storage.copies import made_since, remember
from storage.engine import FILE_NAME
from storage.schema import changes, consents, deliveries, idempotency_keys, messages, parts
from storage.states import MessageState, PartState

NUMBER = "+15145550123"
WORDS = "walrus-galaxy-77 is the code"


async def erase(api: Any, contact_id: str, status: int = 200) -> Any:
    path = f"/v1/contacts/{contact_id}/erase"
    return await api.admin("POST", path, status=status, json={"reason": "asked at the counter"})


def lying_in(folder: Path) -> dict[str, bytes]:
    """All that the database's files hold at this moment."""
    return {file.name: file.read_bytes() for file in folder.glob("gatewayd.db*")}


async def contact(api: Any) -> Any:
    found = await api.admin("GET", "/v1/contacts", params={"number": NUMBER})
    (only,) = found["items"]
    return only


@pytest.fixture
async def written(api: Any) -> Any:
    """A message that waits to be sent, under an idempotency key."""
    body = {"to": NUMBER, "text": WORDS, "client_reference": "walrus order"}
    headers = {"Idempotency-Key": "k1"}
    return await api.admin("POST", "/v1/messages", status=202, json=body, headers=headers)


async def test_only_who_manages_erases(api: Any, written: Any) -> None:
    agent = await api.token(Scope.INBOX, Scope.MESSAGES_SEND, Scope.SUPERVISE)
    path = f"/v1/contacts/{(await contact(api))['id']}/erase"
    async with api.tcp.post(path, headers=agent, json={"reason": "x"}) as answer:
        assert answer.status == 403
    assert (await api.admin("GET", f"/v1/messages/{written['id']}"))["text"] == WORDS


@pytest.mark.usefixtures("written")
async def test_a_crms_id_of_a_part_of_them_goes_too(api: Any) -> None:
    """Who was merged into them had an id in the CRM, which may well be their address."""
    whom = await contact(api)
    part = {"numbers": ["+15145550199"], "external_id": "walrus@galaxy.example"}
    other = await api.admin("POST", "/v1/contacts", status=201, json=part)
    await api.admin("POST", f"/v1/contacts/{whom['id']}/merge", json={"other": other["id"]})
    await api.admin("PATCH", f"/v1/contacts/{whom['id']}", json={"external_id": "C-8"})
    await erase(api, whom["id"])
    former = await api.admin("GET", "/v1/contacts/former?since=2026-01-01T00:00:00Z")
    assert [(each["why"], each["external_id"]) for each in former["items"]] == [
        ("merged", None),
        ("erased", None),
    ]


async def test_what_waits_is_canceled_and_all_of_it_is_gone(api: Any, written: Any) -> None:
    whom = await contact(api)
    done = await erase(api, whom["id"])
    assert (done["contact"], done["messages"], done["canceled"]) == (whom["id"], 1, 1)
    assert done["files"] in {"clean", "rewritten"}
    shown = await api.admin("GET", f"/v1/messages/{written['id']}")
    assert (shown["state"], shown["error"]["code"]) == ("canceled", "contact_erased")
    assert (shown["text"], shown["to"], shown["client_reference"]) == (None, None, None)
    gone = await api.admin("GET", f"/v1/contacts/{whom['id']}", status=410)
    assert "erased" in gone["detail"]
    assert (await api.admin("GET", "/v1/contacts"))["items"] == []
    former = await api.admin("GET", "/v1/contacts/former?since=2026-01-01T00:00:00Z")
    assert [(each["id"], each["why"], each["into"]) for each in former["items"]] == [
        (whom["id"], "erased", None)
    ]
    conversation = await api.admin("GET", f"/v1/conversations/{written['conversation_id']}")
    assert (conversation["state"], conversation["contact"]["number"]) == ("closed", "erased")
    assert conversation["contact"]["answerable"] is False
    async with api.context.store.read() as tx:
        kept = (await tx.execute(select(idempotency_keys.c.body))).scalar_one()
        assert kept is None
        assert (await tx.execute(select(parts.c.tpdu))).scalar_one() == b""


@pytest.mark.usefixtures("written")
async def test_a_repeated_request_sends_nothing_again(api: Any) -> None:
    await erase(api, (await contact(api))["id"])
    body = {"to": NUMBER, "text": WORDS, "client_reference": "walrus order"}
    headers = {"Idempotency-Key": "k1"}
    await api.admin("POST", "/v1/messages", status=202, json=body, headers=headers)
    async with api.context.store.read() as tx:
        assert (await tx.execute(select(func.count()).select_from(messages))).scalar_one() == 1


async def test_the_files_hold_nothing_of_it(api: Any, written: Any, tmp_path: Path) -> None:
    conversation = f"/v1/conversations/{written['conversation_id']}"
    await api.admin("POST", f"{conversation}/notes", json={"text": "walrus note"})
    whom = await contact(api)
    fields = {"name": "Walrus", "notes": "walrus", "tags": ["walrus"], "external_id": "walrus"}
    await api.admin("PATCH", f"/v1/contacts/{whom['id']}", json=fields)
    await erase(api, whom["id"])
    for name, octets in lying_in(tmp_path).items():
        for needle in (b"walrus", NUMBER[1:].encode(), semi_octets(NUMBER[1:])):
            assert needle not in octets.lower(), name


@pytest.mark.usefixtures("written")
async def test_an_erased_number_that_said_stop_is_still_refused(api: Any) -> None:
    whom = await contact(api)
    stop = {"what": "opted_out", "reason": "said walrus and STOP"}
    await api.admin("POST", f"/v1/contacts/{whom['id']}/consent", json=stop)
    await erase(api, whom["id"])
    again = {"to": NUMBER, "text": "Sale!"}
    refused = await api.admin("POST", "/v1/messages", status=422, json=again)
    assert refused["code"] == "opted_out"
    other = await api.admin("POST", "/v1/messages", status=202, json={**again, "to": "5145550199"})
    assert other["state"] == "queued"
    async with api.context.store.read() as tx:
        (row,) = (await tx.execute(select(consents.c.number, consents.c.source))).all()
    assert row.number.startswith("erased:")
    assert row.source is None


@pytest.mark.usefixtures("written")
async def test_a_number_that_said_stop_is_known_again_when_it_writes(api: Any) -> None:
    whom = await contact(api)
    stop = {"what": "opted_out", "reason": "STOP"}
    await api.admin("POST", f"/v1/contacts/{whom['id']}/consent", json=stop)
    await erase(api, whom["id"])
    async with api.context.store.write() as tx:
        call = {"number": NUMBER, "inbox": "main", "modem": "counter"}
        await filing.add_missed_call(tx, **call, now_ms=api.clock.now_ms())
    met = await contact(api)
    assert met["id"] != whom["id"]
    held = await api.admin("GET", f"/v1/contacts/{met['id']}/consent")
    assert [each["inbox"] for each in held["opted_out"]] == ["main"]


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(("before", "code"), [("block", "contact_blocked"), ("stop", "opted_out")])
async def test_rules_know_an_erased_number_that_is_not_to_be_answered(
    api: Any, staffroom: Any, before: str, code: str
) -> None:
    await staffroom.inboxes("main")
    path = f"/v1/contacts/{(await contact(api))['id']}"
    if before == "block":
        await api.admin("POST", f"{path}/block")
    else:
        stop = {"what": "opted_out", "reason": "STOP"}
        await api.admin("POST", f"{path}/consent", json=stop)
    await erase(api, path.rpartition("/")[2])
    asked = {"from": NUMBER, "text": "hello", "kind": "sms", "inbox": "main"}
    seen = await api.admin("POST", "/v1/rules/preview", json=asked)
    words = {"contact_blocked": "blocked", "opted_out": "opted out"}[code]
    assert words in " ".join(seen["story"])
    again = {"to": NUMBER, "text": "Sale!"}
    refused = await api.admin("POST", "/v1/messages", status=422, json=again)
    assert refused["code"] == code


async def test_what_a_modem_is_sending_is_waited_for(api: Any, written: Any) -> None:
    async with api.context.store.write() as tx:
        await tx.execute(update(parts).values(state=PartState.SUBMITTING))
    refused = await erase(api, (await contact(api))["id"], status=409)
    assert refused["code"] == "message_on_its_way"
    assert (await api.admin("GET", f"/v1/messages/{written['id']}"))["text"] == WORDS


async def test_an_unknown_message_that_was_erased_is_not_sent_again(api: Any, written: Any) -> None:
    async with api.context.store.write() as tx:
        await tx.execute(update(parts).values(state=PartState.UNKNOWN))
        await tx.execute(update(messages).values(state=MessageState.UNKNOWN))
    await erase(api, (await contact(api))["id"])
    path = f"/v1/messages/{written['id']}/resolve"
    refused = await api.admin("POST", path, status=409, json={"as": "resend"})
    assert refused["code"] == "message_erased"
    assert (await api.admin("POST", path, json={"as": "failed"}))["state"] == "failed"


@pytest.mark.usefixtures("written")
async def test_what_cannot_be_erased(api: Any) -> None:
    assert (await erase(api, "con_x", status=404))["code"] == "not_found"
    whom = (await contact(api))["id"]
    await erase(api, whom)
    assert (await erase(api, whom, status=410))["code"] == "contact_gone"
    path = f"/v1/contacts/{whom}"
    await api.admin("PATCH", path, status=404, json={"name": "A"})
    await api.admin("POST", f"{path}/erase", status=422, json={"reason": ""})


@pytest.mark.usefixtures("written")
async def test_backups_of_before_are_named(api: Any, tmp_path: Path) -> None:
    now_ms = api.clock.now_ms()
    remember(tmp_path, tmp_path / "new.db", now_ms=now_ms + 1)
    remember(tmp_path, tmp_path / "old.db", now_ms=now_ms - 1)
    with (tmp_path / "backups.jsonl").open("a") as file:
        file.write('{"path": "half a li')
    assert made_since(tmp_path / "nowhere", 0) == []
    done = await erase(api, (await contact(api))["id"])
    assert [copy["file"] for copy in done["backups"]] == [str(tmp_path / "new.db")]


def test_a_file_that_somebody_reads_is_busy(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("storage.compacting._BUSY_SECONDS", 0.01)
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("CREATE TABLE words (word TEXT)")
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM words").fetchall()
            writer.execute("INSERT INTO words VALUES ('walrus')")
            assert compact(path, [b"walrus"]) is Compacted.BUSY
        assert compact(path, [b"narwhal"]) is Compacted.CLEAN
        assert compact(path, [b"walrus"]) is Compacted.REWRITTEN


def test_semi_octets() -> None:
    assert semi_octets("15145550123") == bytes.fromhex("5141550521F3")
    assert semi_octets("1514") == bytes.fromhex("5141")


async def test_what_an_endpoint_answered_to_it_is_gone(api: Any, written: Any) -> None:
    webhook = {"url": "https://example.com/hook"}
    made = await api.admin("POST", "/v1/webhooks", status=201, json=webhook)
    now_ms = api.clock.now_ms()
    async with api.context.store.write() as tx:
        event = select(changes.c.id).where(changes.c.subject == written["id"])
        row = {
            "id": "dlv_1",
            "webhook_id": made["id"],
            "event_id": (await tx.execute(event.limit(1))).scalar_one(),
            "event_type": "message.queued",
            "state": "delivered",
            "tries": 1,
            "due_at_ms": now_ms,
            "created_at_ms": now_ms,
            "answer": "I took walrus-galaxy-77",
        }
        await tx.execute(insert(deliveries), row)
    await erase(api, (await contact(api))["id"])
    async with api.context.store.read() as tx:
        assert (await tx.execute(select(deliveries.c.answer))).scalar_one() is None
