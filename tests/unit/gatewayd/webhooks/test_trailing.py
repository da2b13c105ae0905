"""Receivers that send more than an answer, as bytes: what they accepted is not posted again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gatewayd.webhooks.post import Poster


class Socket:
    """Answers each request with the same bytes, and keeps the connection."""

    def __init__(self, *pieces: bytes) -> None:
        self.url = ""
        self.pieces = pieces
        self.connections = 0
        self.requests = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                await reader.readuntil(b"{}")
                self.requests += 1
                for piece in self.pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def listening(*pieces: bytes) -> AsyncIterator[Socket]:
    found = Socket(*pieces)
    async with await asyncio.start_server(found.take, "127.0.0.1", 0) as server:
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        yield found


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\nContent-Type: text/html\r\n\r\n<p>Thank you</p>\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nok",
    ],
)
async def test_a_body_with_a_204_is_no_failure(poster: Poster, answer: bytes) -> None:
    async with listening(answer) as receiver:
        attempts = [await poster.post(receiver.url, "{}", {}) for _ in range(3)]

    assert [(each.status, each.error) for each in attempts] == [(204, None)] * 3
    assert receiver.requests == 3


async def test_what_comes_after_a_204_is_not_the_next_answer(poster: Poster) -> None:
    async with listening(b"HTTP/1.1 204 No Content\r\n\r\n", b"ok\r\n\r\n") as receiver:
        attempts = [await poster.post(receiver.url, "{}", {}) for _ in range(5)]

    assert {(each.status, each.error) for each in attempts} == {(204, None)}
    assert receiver.connections == 5


async def test_more_than_was_announced_is_left(poster: Poster) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more\r\n"
    async with listening(answer) as receiver:
        attempts = [await poster.post(receiver.url, "{}", {}) for _ in range(3)]

    assert [(each.status, each.answer, each.error) for each in attempts] == [(200, "ok", None)] * 3


async def test_who_answers_as_announced_is_posted_to_on_one_connection(poster: Poster) -> None:
    body = b"line\n" * 200  # more lines than are told apart
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    async with listening(answer) as receiver:
        attempts = [await poster.post(receiver.url, "{}", {}) for _ in range(3)]

    assert {(each.status, each.answer) for each in attempts} == {(200, body.decode()[:500])}
    assert receiver.connections == 1


async def test_less_than_was_announced_is_a_failure(poster: Poster) -> None:
    async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
        writer.close()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        attempt = await poster.post(f"http://127.0.0.1:{port}/", "{}", {})

    assert (attempt.status, attempt.error) == (None, "its answer broke off")
