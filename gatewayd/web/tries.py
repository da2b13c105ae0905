"""Names one try to send, so that a form that is sent twice is one message."""

import hashlib
import re

from gatewayd.services.messages import IdempotencyKey
from gatewayd.web.route import Visit

_ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


def key_of_try(visit: Visit, *what: str) -> IdempotencyKey | None:
    """Give the key of a form's ``once``; ``what`` was asked for by it. None: it names none."""
    once = visit.field("once")
    if not _ONCE.fullmatch(once):
        return None
    digest = hashlib.sha256("\0".join(what).encode("utf-8", "surrogatepass")).digest()
    return IdempotencyKey(key=f"page-{once}", body_digest=digest)
