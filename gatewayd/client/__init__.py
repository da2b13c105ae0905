"""A client of the gateway's HTTP API, for other programs and for our own command line.

Stands alone: it imports nothing else of this program, since the distribution `gatewayd-client`
installs it as `gatewayd_client` without the daemon. So its imports are relative. AsyncClient is in
`aio`, which needs aiohttp; all else needs the standard library only.
"""

from .errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    GatewaydError,
    GoneError,
    InvalidError,
    LostError,
    NotFoundError,
    RefusedError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnexpectedAnswerError,
    UnreachableError,
)
from .retrying import RetryPolicy
from .sse import Event
from .sync import Client
from .webhooks import WebhookError, verify_webhook

__all__ = [
    "Client",
    "ConflictError",
    "Event",
    "Fault",
    "ForbiddenError",
    "GatewaydError",
    "GoneError",
    "InvalidError",
    "LostError",
    "NotFoundError",
    "RefusedError",
    "RetryPolicy",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "WebhookError",
    "verify_webhook",
]
