"""One request to a receiver: signed, bounded in time and size, never following a redirect.

Knows neither the store nor when to try again.
"""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from standardwebhooks import Webhook

from gatewayd.webhooks.schedule import Attempt
from gatewayd.webhooks.targets import ForbiddenTargetError, GuardedResolver, Targets
from gatewayd.webhooks.trailing import TolerantConnector

TIMEOUT_SECONDS = 15.0
CONNECT_SECONDS = 5.0

ANSWER_BYTES = 4096
"""What is read of an answer; more is of no use to anybody."""

ANSWER_KEPT = 500
_FAILURES = (
    (aiohttp.ClientConnectorCertificateError, "its certificate is not valid"),
    (aiohttp.ClientSSLError, "no TLS connection could be made"),
    (aiohttp.ClientConnectorDNSError, "its name cannot be resolved"),
    (aiohttp.ServerDisconnectedError, "the connection was closed without an answer"),
    (aiohttp.ClientResponseError, "its answer is not HTTP"),
    (aiohttp.ClientPayloadError, "its answer broke off"),
)
_SECRET_BYTES = 32


def new_secret() -> str:
    """Make a signing secret in the form of Standard Webhooks 1.0."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def signed(event_id: str, body: str, signing: Sequence[str], *, now_ms: int) -> dict[str, str]:
    """Give the three headers of Standard Webhooks 1.0; each secret adds a signature."""
    moment = datetime.fromtimestamp(now_ms // 1000, tz=UTC)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(now_ms // 1000),
        "webhook-signature": " ".join(
            Webhook(secret).sign(event_id, moment, body) for secret in signing
        ),
    }


class Poster:
    """Posts bodies to receivers, and calls them. ``opened`` makes it."""

    def __init__(self, session: aiohttp.ClientSession, targets: Targets) -> None:
        self._session = session
        self._targets = targets

    @classmethod
    @asynccontextmanager
    async def opened(cls, targets: Targets, *, agent: str) -> AsyncIterator["Poster"]:
        """Hold the connections open for as long as the block lasts."""
        connector = TolerantConnector(
            resolver=GuardedResolver(targets), limit=100, limit_per_host=8, ttl_dns_cache=30
        )
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS, sock_connect=CONNECT_SECONDS),
            headers={"User-Agent": agent},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # a few bytes must not become many
        ) as session:
            yield cls(session, targets)

    async def post(self, url: str, body: str, headers: dict[str, str]) -> Attempt:
        """Post it; an answer of any kind and every failure is a value."""
        headers = {"Content-Type": "application/json"} | headers
        return await self._ask("POST", url, data=body.encode(), headers=headers)

    async def get(self, url: str) -> Attempt:
        """Fetch it; values as of ``post``."""
        return await self._ask("GET", url)

    async def _ask(self, method: str, url: str, **what: Any) -> Attempt:
        loop = asyncio.get_running_loop()
        began = loop.time()

        def took() -> int:
            return round((loop.time() - began) * 1000)

        # The resolver is not asked about a host that is an address already.
        why_not = self._targets.why_not(url)
        if why_not is not None:
            return Attempt(duration_ms=0, error=why_not)
        try:
            async with self._session.request(method, url, allow_redirects=False, **what) as answer:
                said = await _beginning(answer)
                return Attempt(
                    duration_ms=took(),
                    status=answer.status,
                    answer=said,
                    retry_after_seconds=_retry_after(answer.headers.get("Retry-After")),
                )
        except TimeoutError:
            error = f"no answer within {TIMEOUT_SECONDS:.0f} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = _words(failure)
        return Attempt(duration_ms=took(), error=error)


async def _beginning(answer: aiohttp.ClientResponse) -> str:
    """Read a little of the body; the rest is dropped with the connection."""
    read = bytearray()
    async for chunk in answer.content.iter_any():
        read += chunk
        if len(read) >= ANSWER_BYTES:
            answer.close()
            break
    text = bytes(read[:ANSWER_BYTES]).decode(errors="replace").replace("\0", "�")
    return text[:ANSWER_KEPT]


def _words(failure: Exception) -> str:
    """Say what went wrong, without the URL's query, which may hold a secret."""
    cause = getattr(failure, "os_error", None) or failure.__cause__
    if isinstance(cause, ForbiddenTargetError):
        return str(cause)
    for kind, words in _FAILURES:
        if isinstance(failure, kind):
            return words
    if isinstance(failure, aiohttp.ClientConnectorError):
        return f"no connection: {failure.os_error.strerror or failure.os_error}"
    return f"the request failed ({type(failure).__name__})"


def _retry_after(header: str | None) -> float | None:
    """Read seconds or a date (RFC 9110 §10.2.3); None for anything else."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header.strip()[:9])
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(tz=UTC)).total_seconds())
