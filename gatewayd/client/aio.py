"""The client for asyncio programs, on aiohttp (the extra `async`); `sync` has the same methods.

What both decide alike is in modules without I/O: `calls`, `paging`, `retrying`, `sse`, `wire`. The
methods themselves are written twice, so that each has its types: an answer here is awaited.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import aiohttp
from yarl import URL

from . import calls, paging
from .connection import place_of
from .errors import GatewaydError, LostError, UnreachableError, refusal
from .paging import Pages
from .retrying import Comebacks, RetryPolicy, Tries
from .shapes import (
    Contact,
    Conversation,
    ConversationDetail,
    FormerContact,
    Message,
    Preview,
    Priority,
    TimelineEntry,
)
from .sse import Event, Reader
from .wire import (
    ANSWER_SECONDS,
    CONNECT_SECONDS,
    SILENCE_SECONDS,
    Call,
    Json,
    answer_of,
    headers_of,
)

T = TypeVar("T")


class AsyncClient:
    """Asks one gateway: `async with AsyncClient(address, token) as gateway`.

    ``address`` is as for Client. Every method raises a GatewaydError.
    """

    def __init__(
        self,
        address: str | Path,
        token: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._place = place_of(address)
        self._token = token
        self._retry = retry or RetryPolicy()
        self._answer_seconds = answer_seconds
        self._tls = tls
        self._sleep = sleep
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections; the client opens others when it is used again."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # Messages

    async def send(
        self,
        to: str,
        text: str,
        *,
        inbox: str | None = None,
        send_at: str | None = None,
        expires_at: str | None = None,
        priority: Priority | None = None,
        client_reference: str | None = None,
        key: str | None = None,
    ) -> Message:
        """Send a message, once however often it had to be asked; durable when this returns.

        Give a ``key`` of your own (an order's number) to send once over restarts of yours too.
        """
        call = calls.send(
            to,
            text,
            inbox=inbox,
            send_at=send_at,
            expires_at=expires_at,
            priority=priority,
            client_reference=client_reference,
            key=key,
        )
        return await self.run(call)

    async def preview(self, text: str, *, inbox: str | None = None) -> Preview:
        """Measure a text: parts, what makes it longer, the price."""
        return await self.run(calls.preview(text, inbox=inbox))

    async def message(self, message_id: str) -> Message:
        """Get one message."""
        return await self.run(calls.message(message_id))

    def messages(self, **filters: object) -> AsyncIterator[Message]:
        """Go through messages, newest first; filters are the route's: `state`, `since`, `q`."""
        return self._all(paging.messages(filters))

    async def cancel(self, message_id: str) -> Message:
        """Cancel what is not on the air; raises ConflictError `too_late`."""
        return await self.run(calls.cancel(message_id))

    # Conversations

    async def conversation(self, conversation_id: str) -> ConversationDetail:
        """Get one conversation with the newest page of its timeline."""
        return await self.run(calls.conversation(conversation_id))

    def conversations(self, **filters: object) -> AsyncIterator[Conversation]:
        """Go through conversations, newest activity first: by `state`, `external_id`, `waiting`."""
        return self._all(paging.conversations(filters))

    def timeline(self, conversation_id: str) -> AsyncIterator[TimelineEntry]:
        """Go through all that happened in a conversation, the newest first."""
        return self._all(paging.timeline(conversation_id))

    async def answer(
        self,
        conversation_id: str,
        text: str,
        *,
        client_reference: str | None = None,
        key: str | None = None,
    ) -> Message:
        """Send to its contact, from its inbox; as `send` otherwise."""
        call = calls.answer(conversation_id, text, client_reference=client_reference, key=key)
        return await self.run(call)

    async def note(
        self, conversation_id: str, text: str, *, key: str | None = None
    ) -> Conversation:
        """Write a note that only the shop sees; gives the conversation as it is then."""
        return await self.run(calls.note(conversation_id, text, key=key))

    # Contacts

    async def contact(self, contact_id: str) -> Contact:
        """Get one contact; raises GoneError where it was merged or erased."""
        return await self.run(calls.contact(contact_id))

    def contacts(self, **filters: object) -> AsyncIterator[Contact]:
        """Go through contacts: by `external_id`, `updated_since`, `number`, `tag`."""
        return self._all(paging.contacts(filters))

    def former_contacts(self, since: str) -> AsyncIterator[FormerContact]:
        """Go through contacts that were merged or erased, the first first."""
        return self._all(paging.former_contacts(since))

    async def edit_contact(
        self, contact_id: str, *, version: int | None = None, **changes: object
    ) -> Contact:
        """Change a contact; with ``version`` only if nobody did meanwhile (`changed_meanwhile`)."""
        return await self.run(calls.edit_contact(contact_id, changes, version=version))

    # Events

    def past_events(
        self, *, after: str | None = None, types: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        """Go through what happened after an event (or of all that is kept), and end."""
        return self._all(paging.past_events(after, types))

    async def events(
        self, *, after: str | None = None, types: Sequence[str] = ()
    ) -> AsyncIterator[Event]:
        """Wait for events and give them, for ever: over restarts of the gateway, none twice.

        Begins after an event, or now. Keep the `id` of the last one that you are done with: with
        it as ``after`` nothing is missed. Raises GoneError where it is older than what is kept.
        """
        reader, comebacks = Reader(after), Comebacks(self._retry)
        while True:
            error: GatewaydError | None = None
            try:
                async with self.stream(reader, types=types) as arriving:
                    async for event in arriving:
                        comebacks.arrived()
                        yield event
            except GatewaydError as raised:
                error = raised
            await self._sleep(comebacks.pause_after(error))

    @asynccontextmanager
    async def stream(
        self, reader: Reader, *, types: Sequence[str] = ()
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Open one stream: when the block begins it is open, and misses nothing from then on.

        Its iterator ends when the line does.
        """
        limits = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS)
        async with self._opened(calls.stream(reader.last_id, types), limits) as response:
            if response.status != HTTPStatus.OK:
                with _said_plainly():
                    raw = await response.read()
                raise refusal(response.status, raw, response.headers.get("Retry-After"))
            reader.begin()
            yield _arriving(response, reader)

    # Anything else

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Json | None = None,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> Json:
        """Ask what has no method here."""
        call: Call[Json] = Call(
            method=method, path=path, query=query or {}, body=body, headers=headers or {}
        )
        return await self.run(call)

    async def run(self, call: Call[T]) -> T:
        """Ask, again where that is safe and may help."""
        tries = Tries(self._retry, repeatable=call.repeatable)
        while True:
            try:
                return cast("T", await self._once(call))
            except GatewaydError as error:
                pause = tries.pause_after(error)
            await self._sleep(pause)

    async def _all(self, pages: Pages[T]) -> AsyncIterator[T]:
        while (call := pages.next) is not None:
            for item in pages.take(await self.run(call)):
                yield item

    async def _once(self, call: Call[Any]) -> Json:
        limits = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=self._answer_seconds)
        async with self._opened(call, limits) as response:
            with _said_plainly():
                raw = await response.read()
            return answer_of(response.status, raw, response.headers.get("Retry-After"))

    @asynccontextmanager
    async def _opened(
        self, call: Call[Any], limits: aiohttp.ClientTimeout
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        with _said_plainly():
            response = await self._open().request(
                call.method,
                URL(self._place.base + call.target, encoded=True),
                data=call.content,
                headers=headers_of(call, self._token),
                timeout=limits,
                allow_redirects=False,
            )
        async with response:
            yield response

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=self._connector())
        return self._session

    def _connector(self) -> aiohttp.BaseConnector:
        if self._place.socket_path is not None:
            return aiohttp.UnixConnector(str(self._place.socket_path))
        return aiohttp.TCPConnector(ssl=True if self._tls is None else self._tls)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Raise aiohttp's errors as ours."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        raise UnreachableError(f"the gateway does not answer: {error}") from error
    except (aiohttp.ClientError, OSError) as error:
        timed_out = isinstance(error, TimeoutError)
        said = "did not answer in time" if timed_out else "ended the connection"
        raise LostError(f"the gateway {said}", timed_out=timed_out) from error


async def _arriving(response: aiohttp.ClientResponse, reader: Reader) -> AsyncIterator[Event]:
    try:
        async for raw in response.content:
            if (event := reader.feed(raw)) is not None:
                yield event
    except (aiohttp.ClientError, OSError):
        return
