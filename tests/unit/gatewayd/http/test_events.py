"""Events: streamed, resumed, paged; bodies joined when read."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import delete
from structlog.testing import capture_logs

from gatewayd.bus import Topic
from gatewayd.http.context import HttpContext
from gatewayd.http.limits import Limits
from gatewayd.services.tokens import Scope
from storage import changes, outbox
from storage.conversations import filing
from storage.conversations.states import Turn
from storage.errors import StoreUnavailable
from storage.schema import changes as journal


@pytest.fixture
async def context(context: HttpContext) -> HttpContext:
    """The customer is known, so that a message is one event."""
    async with context.store.write() as tx:
        known = {"number": "+15145550123", "inbox": "main"}
        await filing.find_place(tx, **known, turn=Turn.PROGRAM, now_ms=1)
        await tx.execute(delete(journal))
    return context


class Reader:
    """Reads frames of one stream."""

    def __init__(self, answer: ClientResponse) -> None:
        self.answer = answer
        self.comments = 0

    async def event(self) -> dict[str, Any]:
        """Give the next event; its three lines must agree."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(60):
            while line := (await self.answer.content.readline()).decode():
                if line == "\n" and "data" in fields:
                    break
                name, _, value = line.rstrip("\n").partition(": ")
                if line.startswith(":"):
                    self.comments += 1
                elif value:
                    fields[name] = value
        body: dict[str, Any] = json.loads(fields["data"])
        assert (fields["id"], fields["event"]) == (body["id"], body["type"])
        return body

    async def greeting(self) -> None:
        """Wait until the stream has begun."""
        async with asyncio.timeout(60):
            assert await self.answer.content.readline() == b"retry: 2000\n"


@asynccontextmanager
async def _stream(
    api: Any, path: str = "/v1/events", headers: dict[str, str] | None = None
) -> AsyncIterator[Reader]:
    async with api.unix.get(path, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        reader = Reader(answer)
        await reader.greeting()
        yield reader


async def _page(api: Any, query: str = "", status: int = 200) -> dict[str, Any]:
    body: dict[str, Any] = await api.admin(
        "GET", f"/v1/events{query}", status=status, headers={"Accept": "application/json"}
    )
    return body


async def test_a_stream_begins_now_and_carries_whole_messages(api: Any) -> None:
    await api.send(text="before")

    async with _stream(api) as stream:
        sent = await api.send(text="after")
        event = await stream.event()

    assert event["type"] == "message.queued"
    assert event["id"].startswith("evt_")
    assert event["created_at"] == "2026-12-01T12:00:00.000Z"
    assert event["data"] == sent


async def test_a_stream_is_resumed_without_loss_or_repetition(api: Any) -> None:
    async with _stream(api) as stream:
        await api.send(text="1")
        first = await stream.event()
    for text in ("2", "3"):
        await api.send(text=text)

    async with _stream(api, headers={"Last-Event-ID": first["id"]}) as stream:
        texts = [(await stream.event())["data"]["text"] for _ in range(2)]
        await api.send(text="4")
        texts.append((await stream.event())["data"]["text"])

    assert texts == ["2", "3", "4"]


async def test_the_last_event_id_wins_over_the_address(api: Any) -> None:
    for text in ("1", "2", "3"):
        await api.send(text=text)
    ids = [event["id"] for event in (await _page(api))["items"]]

    async with _stream(
        api, f"/v1/events?after={ids[0]}", headers={"Last-Event-ID": ids[1]}
    ) as stream:
        assert (await stream.event())["data"]["text"] == "3"


async def test_a_long_backlog_is_streamed_whole(api: Any) -> None:
    await api.send()
    [first] = (await _page(api))["items"]
    async with api.context.store.write() as tx:
        for number in range(250):
            data = {"number": number}
            await changes.record(tx, "modem.state", now_ms=1, subject="counter", data=data)

    async with _stream(api, headers={"Last-Event-ID": first["id"]}) as stream:
        numbers = [(await stream.event())["data"]["number"] for _ in range(250)]

    assert numbers == list(range(250))


async def test_a_lost_hint_costs_time_only(api: Any) -> None:
    async with _stream(api) as stream:
        async with api.context.store.write() as tx:
            await changes.record(tx, "modem.state", now_ms=1, subject="counter", data={"a": 1})

        assert (await stream.event())["data"] == {"a": 1}


async def test_a_quiet_stream_has_heartbeats(api: Any) -> None:
    async with _stream(api) as stream, asyncio.timeout(60):
        lines = [await stream.answer.content.readline() for _ in range(6)]

    assert lines.count(b": still here\n") >= 2


async def test_a_stream_may_want_some_types_only(api: Any) -> None:
    async with _stream(api, "/v1/events?types=message.canceled") as stream:
        sent = await api.send()
        await api.admin("POST", f"/v1/messages/{sent['id']}/cancel")
        event = await stream.event()

    assert (event["type"], event["data"]["state"]) == ("message.canceled", "canceled")


async def test_an_old_event_keeps_the_state_of_its_time(api: Any) -> None:
    sent = await api.send()
    await api.admin("POST", f"/v1/messages/{sent['id']}/cancel")

    events = (await _page(api))["items"]

    assert [event["data"]["state"] for event in events] == ["queued", "canceled"]


async def test_pages_are_oldest_first(api: Any) -> None:
    for text in ("1", "2", "3"):
        await api.send(text=text)

    first = await _page(api, "?limit=2")
    second = await _page(api, f"?limit=2&after={first['next']}")

    assert [event["data"]["text"] for event in first["items"]] == ["1", "2"]
    assert [event["data"]["text"] for event in second["items"]] == ["3"]
    assert second["next"] is None
    assert (await _page(api, f"?after={second['items'][-1]['id']}"))["items"] == []


async def test_pages_may_hold_some_types_only(api: Any) -> None:
    sent = await api.send()
    await api.admin("POST", f"/v1/messages/{sent['id']}/cancel")

    body = await _page(api, "?types=message.canceled,modem.state")

    assert [event["type"] for event in body["items"]] == ["message.canceled"]


@pytest.mark.parametrize("types", ["message.lost", "message.queued,x", ",", ""])
async def test_an_unknown_type_is_pointed_at(api: Any, types: str) -> None:
    body = await _page(api, f"?types={types}", status=422)

    assert body["errors"][0]["pointer"] == "/query/types"
    assert "message.received" in body["errors"][0]["detail"]


async def test_a_cursor_that_is_not_kept_is_gone(api: Any) -> None:
    await api.send()

    assert (await _page(api, "?after=evt_x", status=410))["code"] == "cursor_expired"
    body = await api.admin("GET", "/v1/events", status=410, headers={"Last-Event-ID": "evt_x"})
    assert body["code"] == "cursor_expired"


async def test_a_first_event_is_not_missed_by_a_stream_on_an_empty_journal(api: Any) -> None:
    async with _stream(api) as stream:
        sent = await api.send()

        assert (await stream.event())["data"]["id"] == sent["id"]


async def test_streams_end_when_the_server_closes(context: Any, start: Any) -> None:
    async with start(context) as api:
        response = await api.unix.get("/v1/events")
        await Reader(response).greeting()

    response.close()
    assert context.metrics.event_streams._value.get() == 0


async def test_a_revoked_token_ends_its_streams(api: Any) -> None:
    headers = await api.token(Scope.EVENTS)
    [token] = (await api.admin("GET", "/v1/tokens"))["items"]
    async with api.tcp.get("/v1/events", headers=headers) as answer:
        reader = Reader(answer)
        await reader.greeting()
        async with api.unix.delete(f"/v1/tokens/{token['id']}") as revoked:
            assert revoked.status == 204
        async with asyncio.timeout(60):
            await answer.content.read()

    async with api.tcp.get("/v1/events", headers=headers) as answer:
        assert answer.status == 401


async def test_too_many_streams_are_refused(context: Any, start: Any) -> None:
    limits = Limits(streams=1, heartbeat_seconds=0.05)
    async with start(replace(context, limits=limits)) as api, _stream(api):
        body = await api.admin("GET", "/v1/events", status=429)

        assert body["code"] == "too_many_streams"


async def _until_no_stream_is_open(api: Any) -> None:
    with api.context.bus.subscribe(Topic.JOURNAL) as hints:
        async with asyncio.timeout(60):
            while api.context.metrics.event_streams._value.get():
                await hints.wait(0.01)


async def test_a_stalled_reader_is_cut_off(context: Any, start: Any) -> None:
    limits = Limits(stalled_reader_seconds=0.1)
    async with start(replace(context, limits=limits)) as api:
        await api.send()
        [first] = (await _page(api))["items"]
        async with context.store.write() as tx:
            for number in range(500):
                data = {"number": number, "padding": "x" * 2000}
                await changes.record(tx, "modem.state", now_ms=1, subject="counter", data=data)

        _, writer = await asyncio.open_unix_connection(str(api.listening.socket))
        with capture_logs() as logs, context.bus.subscribe(Topic.JOURNAL) as hints:
            place = f"Last-Event-ID: {first['id']}"
            writer.write(f"GET /v1/events HTTP/1.1\r\nHost: x\r\n{place}\r\n\r\n".encode())
            while not any(each["event"] == "event_stream_stalled" for each in logs):
                await hints.wait(0.01)
        await _until_no_stream_is_open(api)
        writer.close()


async def test_a_store_that_fails_ends_the_stream_not_the_server(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def refuse(_: object) -> AsyncIterator[None]:
        raise StoreUnavailable(reason="disk gone")
        yield

    async with _stream(api) as stream:
        monkeypatch.setattr(type(api.context.store), "read", refuse)
        async with asyncio.timeout(60):
            await stream.answer.content.read()

    monkeypatch.undo()
    await api.admin("GET", "/v1/messages")


async def test_a_reader_that_leaves_is_forgotten(api: Any) -> None:
    streams = api.context.metrics.event_streams
    async with _stream(api):
        assert streams._value.get() == 1

    await _until_no_stream_is_open(api)


async def test_the_events_of_a_message_tell_its_way(api: Any) -> None:
    sent = await api.send()
    now_ms = api.clock.now_ms()
    async with api.context.store.write() as tx:
        await outbox.claim(tx, modem="counter", iccid="89", inboxes=["main"], now_ms=now_ms)

    events = (await _page(api))["items"]

    assert [event["type"] for event in events] == ["message.queued", "message.sending"]
    assert {event["data"]["id"] for event in events} == {sent["id"]}
