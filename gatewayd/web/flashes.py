"""What is said once, on the page after a form: "Closed. Undo".

It travels in a cookie of its own, so that addresses stay clean and nothing is kept here. Only our
own origin can set it, and what it holds is escaped like any other text.
"""

import base64
import binascii
import json
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

COOKIE = "gatewayd_flash"
_LONGEST = 3500
_SECONDS = 60


class Tone(StrEnum):
    """How it is meant."""

    DONE = "done"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A sentence of the catalogue with its values, and how to take back what was done."""

    message: str
    values: dict[str, str] = field(default_factory=dict)
    tone: Tone = Tone.DONE
    undo: str | None = None
    """Where to post to take it back."""
    undo_fields: dict[str, str] = field(default_factory=dict)


def put(response: web.StreamResponse, flash: Flash) -> None:
    """Send it along, for the next page."""
    written = json.dumps(
        {
            "message": flash.message,
            "values": flash.values,
            "tone": flash.tone,
            "undo": flash.undo,
            "undo_fields": flash.undo_fields,
        },
        separators=(",", ":"),
    )
    value = base64.urlsafe_b64encode(written.encode()).decode("ascii")
    if len(value) <= _LONGEST:
        response.set_cookie(
            COOKIE, value, max_age=_SECONDS, path="/", httponly=True, samesite="Strict"
        )


def taken(request: web.Request) -> Flash | None:
    """Read what the page before has sent along; None where it is nothing, or not ours."""
    value = request.cookies.get(COOKIE, "")
    if not value or len(value) > _LONGEST:
        return None
    try:
        read = json.loads(base64.urlsafe_b64decode(value))
        return Flash(
            message=str(read["message"]),
            values={str(k): str(v) for k, v in dict(read["values"]).items()},
            tone=Tone(read["tone"]),
            undo=_path(read["undo"]),
            undo_fields={str(k): str(v) for k, v in dict(read["undo_fields"]).items()},
        )
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None


def _path(written: object) -> str | None:
    return written if isinstance(written, str) and is_ours(written) else None


def is_ours(path: str) -> bool:
    """Whether this is a place on this very page, and no other site."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
