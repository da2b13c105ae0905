import asyncio
import socket
import time
from contextlib import closing
from email.utils import formatdate
from typing import Any

import pytest
from aiohttp import ClientTimeout, web
from standardwebhooks import Webhook, WebhookVerificationError

from gatewayd.webhooks.post import ANSWER_KEPT, Poster, new_secret, signed
from gatewayd.webhooks.targets import Targets

BODY = '{"id": "evt_1", "text": "Déjà prête 🎉"}'


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def headers(*secrets: str) -> dict[str, str]:
    return signed("evt_1", BODY, secrets or [new_secret()], now_ms=now_ms())


def test_the_library_of_standard_webhooks_verifies_it_with_either_secret() -> None:
    old, new = new_secret(), new_secret()
    made = headers(new, old)

    assert Webhook(new).verify(BODY, made) == Webhook(old).verify(BODY, made)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, made)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(BODY.replace("1", "2"), made)


async def test_what_the_receiver_gets(receiver: Any, poster: Poster) -> None:
    secret = new_secret()
    attempt = await poster.post(receiver.url, BODY, headers(secret))

    (sent, body), *_ = receiver.got
    assert (attempt.status, attempt.error) == (204, None)
    assert body == BODY
    assert sent["Content-Type"] == "application/json"
    assert sent["User-Agent"] == "gatewayd/1.2.3"
    assert Webhook(secret).verify(body, sent)["id"] == "evt_1"


async def test_the_beginning_of_an_answer_is_kept(receiver: Any, poster: Poster) -> None:
    receiver.answers = [web.Response(status=500, body=b"no\x00pe\xff" * 10_000)]
    attempt = await poster.post(receiver.url, BODY, headers())

    assert attempt.status == 500
    assert attempt.answer is not None
    assert attempt.answer.startswith("no�pe�")
    assert len(attempt.answer) == ANSWER_KEPT


async def test_an_answer_without_end_is_cut_off(receiver: Any, poster: Poster) -> None:
    async def flood(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        while True:
            await answer.write(b"x" * 1000)

    receiver.answers = [flood]
    assert (await poster.post(receiver.url, BODY, headers())).status == 200


async def test_a_redirect_is_not_followed(receiver: Any, poster: Poster) -> None:
    receiver.answers = [web.Response(status=307, headers={"Location": receiver.url})]

    assert (await poster.post(receiver.url, BODY, headers())).status == 307
    assert len(receiver.got) == 1


async def test_a_receiver_that_hangs_is_given_up(
    receiver: Any, poster: Poster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await asyncio.Event().wait()
        raise AssertionError

    receiver.answers = [hang]
    monkeypatch.setattr(poster._session, "_timeout", ClientTimeout(total=0.2))
    attempt = await poster.post(receiver.url, BODY, headers())

    assert (attempt.status, attempt.error) == (None, "no answer within 15 s")


async def test_a_closed_port_and_a_broken_answer_have_their_words(poster: Poster) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    attempt = await poster.post(f"http://127.0.0.1:{port}/", BODY, headers())
    assert attempt.error == f"no connection: Connect call failed ('127.0.0.1', {port})"

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as rude:
        port = rude.sockets[0].getsockname()[1]
        attempt = await poster.post(f"http://127.0.0.1:{port}/", BODY, headers())
    assert attempt.error == "the connection was closed without an answer"

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(babble, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        attempt = await poster.post(f"http://127.0.0.1:{port}/?key=secret", BODY, headers())
    assert attempt.error == "its answer is not HTTP"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:9/", "private network"),
        ("http://localhost:9/", "private network"),
        ("http://name.invalid/", "cannot be resolved"),
    ],
)
async def test_where_nothing_may_be_posted(url: str, why: str) -> None:
    async with Poster.opened(Targets([]), agent="x") as careful:
        attempt = await careful.post(url, BODY, headers())
    assert attempt.status is None
    assert why in (attempt.error or "")


async def wish(receiver: Any, poster: Poster, header: str) -> float | None:
    receiver.answers = [web.Response(status=503, headers={"Retry-After": header})]
    return (await poster.post(receiver.url, BODY, headers())).retry_after_seconds


@pytest.mark.parametrize(
    ("header", "seconds"), [("120", 120), (formatdate(0), 0), ("soon", None), ("", None)]
)
async def test_a_wish_for_later(
    receiver: Any, poster: Poster, header: str, seconds: float | None
) -> None:
    assert await wish(receiver, poster, header) == seconds


async def test_a_wish_may_be_a_date(receiver: Any, poster: Poster) -> None:
    seconds = await wish(receiver, poster, formatdate(time.time() + 3600, usegmt=True))
    assert seconds == pytest.approx(3600, abs=60)
