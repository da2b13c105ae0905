"""Structured logs on stderr: one event a line, facts as keys, no message text, numbers masked.

Owns the set-up of structlog and of the standard library's logging. Must not know who logs what:
the masking here is the last line of defence, not a licence to log texts.
"""

import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog

from config.schema import LogFormat, LoggingSettings

# What customers wrote, under whichever name it is logged: never written.
_TEXT_KEYS = frozenset({"text", "body", "content", "tpdu", "pdu", "user_data", "raw", "payload"})
_NUMBER_KEYS = frozenset(
    {
        "to",
        "from",
        "from_",
        "number",
        "to_number",
        "from_number",
        "sender",
        "recipient",
        "originator",
        "destination",
        "contact",
        "caller",
    }
)
# What happens again and again while the store takes nothing: the log is on that disk too.
_REPEATED = frozenset({"store_unavailable", "request_store_unavailable"})
_REPEATED_SECONDS = 60.0
_MOST_KINDS = 256
_NUMBER = re.compile(r"\+\d{7,15}(?!\d)")
_SHOWN_BEFORE, _SHOWN_AFTER = 3, 2


def configure(
    settings: LoggingSettings, *, stream: TextIO | None = None, colors: bool | None = None
) -> None:
    """Send all logs, structlog's and the standard library's, to ``stream`` (default stderr)."""
    stream = stream or sys.stderr
    terminal = stream.isatty()
    as_json = settings.format is LogFormat.JSON or (
        settings.format is LogFormat.AUTO and not terminal
    )
    shared = _shared(settings, as_json=as_json)
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=terminal if colors is None else colors)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            Repeats(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level.upper())
    # Requests carry numbers in their paths, and statements carry texts: not ours to write.
    for chatty in ("aiohttp.access", "sqlalchemy.engine", "alembic", "aiosqlite"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _shared(settings: LoggingSettings, *, as_json: bool) -> list[structlog.typing.Processor]:
    """What every entry passes, also one of a library that knows only the standard logging."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        _exception_as_data if as_json else structlog.processors.format_exc_info,
        Guard(mask_numbers=settings.mask_numbers),
    ]


class Repeats:
    """A processor that says once a minute what a full disk would say at each try, and how often.

    In front of the others: they write into an entry what makes it one of its kind.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._said: dict[tuple[str, ...], tuple[float, int]] = {}

    def __call__(
        self, logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Drop what was said within the minute; the next that passes has ``repeated``."""
        if event.get("event") not in _REPEATED:
            return event
        kind = (event["event"], logger.name, *(str(event.get(key)) for key in ("reason", "error")))
        now = self._monotonic()
        since, times = self._said.get(kind, (now - _REPEATED_SECONDS, 0))
        if now - since < _REPEATED_SECONDS:
            self._said[kind] = (since, times + 1)
            raise structlog.DropEvent
        if len(self._said) >= _MOST_KINDS:
            self._said.clear()
        self._said[kind] = (now, 0)
        if times:
            event["repeated"] = times
        return event


class Guard:
    """A processor that takes out message texts and, unless told otherwise, hides numbers."""

    def __init__(self, *, mask_numbers: bool) -> None:
        self._mask_numbers = mask_numbers

    def __call__(
        self, _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """Clean every value, also those inside lists and mappings."""
        for key in event.keys() - {"event", "_record", "_from_structlog", "exc_info"}:
            event[key] = self._clean(key, event[key])
        if self._mask_numbers and isinstance(event.get("event"), str):
            event["event"] = _NUMBER.sub(_mask_match, event["event"])
        return event

    def _clean(self, key: str, value: Any) -> Any:
        if key in _TEXT_KEYS and value is not None:
            return f"<{len(value)} long>" if isinstance(value, str | bytes) else "<hidden>"
        match value:
            case str() if self._mask_numbers:
                if key in _NUMBER_KEYS:
                    return mask(value)
                return _NUMBER.sub(_mask_match, value)
            case Mapping():
                return {name: self._clean(str(name), item) for name, item in value.items()}
            case list() | tuple():
                return [self._clean(key, item) for item in value]
            case _:
                return value


def mask(number: str) -> str:
    """Hide a number but for its ends: ``+15145550123`` becomes ``+15•••••••23``."""
    hidden = len(number) - _SHOWN_BEFORE - _SHOWN_AFTER
    # A short code names a service, not a person.
    if hidden < 2:  # noqa: PLR2004 - hiding one digit hides nothing
        return number
    return number[:_SHOWN_BEFORE] + "•" * hidden + number[-_SHOWN_AFTER:]


def _mask_match(match: re.Match[str]) -> str:
    return mask(match[0])


_format_exception = structlog.tracebacks.ExceptionDictTransformer(
    # Locals hold texts and numbers; the frames alone tell where it happened.
    show_locals=False,
    max_frames=30,
)


def _exception_as_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if isinstance(exc_info, tuple) and exc_info[0] is not None:
        event["exception"] = _format_exception(exc_info)
    return event
