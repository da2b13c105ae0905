"""The client for programs with threads or none: the standard library's HTTP, nothing else.

A connection for each request: one to this machine or house costs less than a stale one would.
"""

import http.client
import math
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar, cast

from . import calls, paging
from .connection import connection_to, place_of
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

_PORTION = 1 << 16


class Client:
    """Asks one gateway. Any thread may use it.

    ``address`` is `http://127.0.0.1:8767`, `https://…`, `unix:/run/gatewayd/gatewayd.sock`, or a
    socket's Path. Every method raises a GatewaydError: UnreachableError, LostError, RefusedError.
    """

    def __init__(
        self,
        address: str | Path,
        token: str | None = None,
        *,
        retry: RetryPolicy | None = None,
        answer_seconds: float = ANSWER_SECONDS,
        tls: ssl.SSLContext | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._place = place_of(address)
        self._token = token
        self._retry = retry or RetryPolicy()
        self._answer_seconds = answer_seconds
        self._tls = tls
        self._sleep = sleep

    # Messages

    def send(
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
        return self.run(call)

    def preview(self, text: str, *, inbox: str | None = None) -> Preview:
        """Measure a text: parts, what makes it longer, the price."""
        return self.run(calls.preview(text, inbox=inbox))

    def message(self, message_id: str) -> Message:
        """Get one message."""
        return self.run(calls.message(message_id))

    def messages(self, **filters: object) -> Iterator[Message]:
        """Go through messages, newest first; filters are the route's: `state`, `since`, `q`."""
        return self._all(paging.messages(filters))

    def cancel(self, message_id: str) -> Message:
        """Cancel what is not on the air; raises ConflictError `too_late`."""
        return self.run(calls.cancel(message_id))

    # Conversations

    def conversation(self, conversation_id: str) -> ConversationDetail:
        """Get one conversation with the newest page of its timeline."""
        return self.run(calls.conversation(conversation_id))

    def conversations(self, **filters: object) -> Iterator[Conversation]:
        """Go through conversations, newest activity first: by `state`, `external_id`, `waiting`."""
        return self._all(paging.conversations(filters))

    def timeline(self, conversation_id: str) -> Iterator[TimelineEntry]:
        """Go through all that happened in a conversation, the newest first."""
        return self._all(paging.timeline(conversation_id))

    def answer(
        self,
        conversation_id: str,
        text: str,
        *,
        client_reference: str | None = None,
        key: str | None = None,
    ) -> Message:
        """Send to its contact, from its inbox; as `send` otherwise."""
        call = calls.answer(conversation_id, text, client_reference=client_reference, key=key)
        return self.run(call)

    def note(self, conversation_id: str, text: str, *, key: str | None = None) -> Conversation:
        """Write a note that only the shop sees; gives the conversation as it is then."""
        return self.run(calls.note(conversation_id, text, key=key))

    # Contacts

    def contact(self, contact_id: str) -> Contact:
        """Get one contact; raises GoneError where it was merged or erased."""
        return self.run(calls.contact(contact_id))

    def contacts(self, **filters: object) -> Iterator[Contact]:
        """Go through contacts: by `external_id`, `updated_since`, `number`, `tag`."""
        return self._all(paging.contacts(filters))

    def former_contacts(self, since: str) -> Iterator[FormerContact]:
        """Go through contacts that were merged or erased, the first first."""
        return self._all(paging.former_contacts(since))

    def edit_contact(
        self, contact_id: str, *, version: int | None = None, **changes: object
    ) -> Contact:
        """Change a contact; with ``version`` only if nobody did meanwhile (`changed_meanwhile`)."""
        return self.run(calls.edit_contact(contact_id, changes, version=version))

    # Events

    def past_events(
        self, *, after: str | None = None, types: Sequence[str] = ()
    ) -> Iterator[Event]:
        """Go through what happened after an event (or of all that is kept), and end."""
        return self._all(paging.past_events(after, types))

    def events(self, *, after: str | None = None, types: Sequence[str] = ()) -> Iterator[Event]:
        """Wait for events and give them, for ever: over restarts of the gateway, none twice.

        Begins after an event, or now. Keep the `id` of the last one that you are done with: with
        it as ``after`` nothing is missed. Raises GoneError where it is older than what is kept.
        """
        reader, comebacks = Reader(after), Comebacks(self._retry)
        while True:
            error: GatewaydError | None = None
            try:
                with self.stream(reader, types=types) as arriving:
                    for event in arriving:
                        comebacks.arrived()
                        yield event
            except GatewaydError as raised:
                error = raised
            self._sleep(comebacks.pause_after(error))

    @contextmanager
    def stream(
        self, reader: Reader, *, types: Sequence[str] = (), deadline: float = math.inf
    ) -> Iterator[Iterator[Event]]:
        """Open one stream: when the block begins it is open, and misses nothing from then on.

        Its iterator ends when the line does, or at ``deadline`` (of time.monotonic).
        """
        call = calls.stream(reader.last_id, types)
        with self._opened(call, SILENCE_SECONDS) as (line, response):
            if response.status != HTTPStatus.OK:
                raise refusal(response.status, response.read(), response.getheader("Retry-After"))
            reader.begin()
            yield _arriving(line, response, reader, deadline)

    # Anything else

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Json | None = None,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
        answer_seconds: float | None = None,
    ) -> Json:
        """Ask what has no method here."""
        call: Call[Json] = Call(
            method=method, path=path, query=query or {}, body=body, headers=headers or {}
        )
        return self.run(call, answer_seconds=answer_seconds)

    def run(self, call: Call[T], *, answer_seconds: float | None = None) -> T:
        """Ask, again where that is safe and may help."""
        tries = Tries(self._retry, repeatable=call.repeatable)
        while True:
            try:
                return cast("T", self._once(call, answer_seconds or self._answer_seconds))
            except GatewaydError as error:
                pause = tries.pause_after(error)
            self._sleep(pause)

    def download(
        self, path: str, query: Json, write: Callable[[bytes], object], *, seconds: float
    ) -> None:
        """GET what is no object, in portions."""
        call: Call[Json] = Call(method="GET", path=path, query=query)
        with self._opened(call, seconds) as (_, response):
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise refusal(response.status, response.read(), response.getheader("Retry-After"))
            while chunk := _read(lambda: response.read(_PORTION)):
                write(chunk)

    def _all(self, pages: Pages[T]) -> Iterator[T]:
        while (call := pages.next) is not None:
            yield from pages.take(self.run(call))

    def _once(self, call: Call[Any], answer_seconds: float) -> Json:
        with self._opened(call, answer_seconds) as (_, response):
            raw = _read(response.read)
            return answer_of(response.status, raw, response.getheader("Retry-After"))

    @contextmanager
    def _opened(
        self, call: Call[Any], answer_seconds: float
    ) -> Iterator[tuple[socket.socket, http.client.HTTPResponse]]:
        connection = connection_to(self._place, connect_seconds=CONNECT_SECONDS, context=self._tls)
        with closing(connection):
            try:
                connection.connect()
            except OSError as error:
                raise UnreachableError(f"the gateway does not answer: {error}") from error
            # http.client lets go of its `sock` when the answer says "close", which a stream may.
            line = connection.sock
            line.settimeout(answer_seconds)
            headers = headers_of(call, self._token)

            def ask() -> http.client.HTTPResponse:
                connection.request(call.method, call.target, call.content, headers)
                return connection.getresponse()

            with closing(_read(ask)) as response:
                yield line, response


def _read(reading: Callable[[], T]) -> T:
    try:
        return reading()
    except (OSError, http.client.HTTPException) as error:
        timed_out = isinstance(error, TimeoutError)
        said = "did not answer in time" if timed_out else "ended the connection"
        raise LostError(f"the gateway {said}", timed_out=timed_out) from error


def _arriving(
    line: socket.socket, response: http.client.HTTPResponse, reader: Reader, deadline: float
) -> Iterator[Event]:
    while (left := deadline - time.monotonic()) > 0:
        line.settimeout(min(left, SILENCE_SECONDS))
        try:
            raw = response.readline()
        except (OSError, http.client.HTTPException):
            return
        if not raw:
            return
        if (event := reader.feed(raw)) is not None:
            yield event
