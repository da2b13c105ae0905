"""Server-sent events: the open streams, and how one of them is written.

A stream keeps no queue. It reads the journal from its own cursor, so a slow reader costs a full
socket buffer and no more; one that stays stalled is cut off and resumes by Last-Event-ID.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus

import structlog
from aiohttp import web

from gatewayd.asides import Aside, Asides, Listener
from gatewayd.bus import Bus, Subscription, Topic
from gatewayd.clock import Clock
from gatewayd.http.limits import Limits
from gatewayd.http.masked import is_masked
from gatewayd.http.models.events import event_json
from gatewayd.http.problems import Problem
from gatewayd.http.shared_reading import Batch, SharedReading, frame_of
from gatewayd.masking import mask_json
from gatewayd.metrics import Metrics
from gatewayd.services.events import Events, Filter, Told
from gatewayd.services.sessions import Session
from gatewayd.services.tokens import Principal
from storage.errors import StoreError

log = structlog.get_logger(__name__)

_HEARTBEAT = b": still here\n\n"


@dataclass(slots=True, kw_only=True, eq=False)
class _Open:
    principal_id: str
    session: Session | None
    hints: Subscription
    heard: Listener
    ended: bool = field(default=False)

    @property
    def session_id(self) -> str | None:
        """By which session it was opened; None for a token's."""
        return None if self.session is None else self.session.id

    def end(self) -> None:
        self.ended = True
        self.hints.hint()


class Streams:
    """All open streams of one application."""

    def __init__(
        self, *, bus: Bus, asides: Asides, limits: Limits, metrics: Metrics, clock: Clock
    ) -> None:
        self._bus = bus
        self._asides = asides
        self._limits = limits
        self._metrics = metrics
        self._clock = clock
        self._open: set[_Open] = set()
        self._reading = SharedReading()

    def end_all(self) -> None:
        """End every stream after what it is writing; the server is closing."""
        for stream in self._open:
            stream.end()

    def end_of(self, whose: str, *, but: str | None = None) -> None:
        """End the streams of a token, a person or a session; ``but``: not those of this session."""
        for stream in self._open:
            if whose in {stream.principal_id, stream.session_id} and (
                but is None or stream.session_id != but
            ):
                stream.end()

    async def run(
        self,
        request: web.Request,
        *,
        principal: Principal,
        session: Session | None,
        events: Events,
        cursor: str | None,
        wanted: Filter,
    ) -> web.StreamResponse:
        """Write events until the reader leaves or the server closes.

        Without a cursor it begins with what happens from now on. Raises CursorExpired before
        anything is written, Problem 429 when too many streams are open.
        """
        with self._admitted(principal, session) as stream:
            position = await events.start(cursor)
            response = web.StreamResponse(
                headers={"Content-Type": "text/event-stream; charset=utf-8"}
            )
            await response.prepare(request)
            try:
                frame = _masked_frame if is_masked(request) else Batch.frame
                await self._feed(response, stream, events, position, wanted, principal, frame)
            except TimeoutError:
                log.info("event_stream_stalled", principal=principal.id)
                if request.transport is not None:
                    request.transport.abort()
            except ConnectionError:
                log.debug("event_stream_left", principal=principal.id)
            except StoreError as error:
                # The answer has begun; the reader comes back and resumes.
                log.warning("event_stream_store_unavailable", error=repr(error))
            return response

    @contextmanager
    def _admitted(self, principal: Principal, session: Session | None) -> Iterator[_Open]:
        if len(self._open) >= self._limits.streams:
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_streams",
                f"{self._limits.streams} event streams are open already",
                headers={"Retry-After": "15"},
            )
        # Before the start is read, so that nothing falls between the two.
        with (
            self._bus.subscribe(Topic.JOURNAL) as hints,
            self._asides.heard_by(principal, hints.hint) as heard,
        ):
            stream = _Open(principal_id=principal.id, session=session, hints=hints, heard=heard)
            self._open.add(stream)
            self._metrics.event_streams.set(len(self._open))
            try:
                yield stream
            finally:
                self._open.discard(stream)
                self._metrics.event_streams.set(len(self._open))

    async def _feed(
        self,
        response: web.StreamResponse,
        stream: _Open,
        events: Events,
        position: str | None,
        wanted: Filter,
        principal: Principal,
        frame: Callable[[Batch, Told], bytes],
    ) -> None:
        await self._write(response, _greeting(position))
        while not stream.ended and not self._is_over(stream):
            told_aside = [each for each in stream.heard.take() if wanted.takes(each.type)]
            if told_aside:
                await self._write(response, b"".join(map(_aside_frame, told_aside)))
            batch = await self._reading.after(events, position)
            if batch.told:
                position = batch.told[-1].change.id
                chosen = await events.seen_by(
                    principal, [told for told in batch.told if wanted.takes(told.change.type)]
                )
                if chosen:
                    await self._write(response, b"".join(frame(batch, told) for told in chosen))
                continue
            hinted = await stream.hints.wait(self._limits.heartbeat_seconds)
            if not hinted:
                await self._write(response, _HEARTBEAT)

    def _is_over(self, stream: _Open) -> bool:
        """Whether its session ends now, as it stood at the beginning; the reader comes back."""
        return stream.session is not None and self._clock.now_ms() >= stream.session.expires_at_ms

    async def _write(self, response: web.StreamResponse, data: bytes) -> None:
        async with asyncio.timeout(self._limits.stalled_reader_seconds):
            await response.write(data)


def _greeting(position: str | None) -> bytes:
    """Say where the reader resumes if the line breaks before its first event."""
    begins = "" if position is None else f"id: {position}\n"
    return f"retry: 2000\n{begins}: gatewayd\n\n".encode()


def _masked_frame(_batch: Batch, told: Told) -> bytes:
    event = event_json(told)
    return frame_of(event.model_copy(update={"data": mask_json(event.data)}))


def _aside_frame(aside: Aside) -> bytes:
    """Without an id: a reader's place in the journal stays what it was."""
    data = json.dumps({"type": aside.type, "data": dict(aside.data)}, ensure_ascii=False)
    return f"event: {aside.type}\ndata: {data}\n\n".encode()
