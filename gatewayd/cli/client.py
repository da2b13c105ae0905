"""The command line's way to the running daemon: the client, in a command's words.

Owns the sentences and advice for what goes wrong. Must not print.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import gatewayd.client as api
from gatewayd.cli.failure import CliError, NoDaemonError, RefusedError
from gatewayd.client.sse import Event, Reader
from gatewayd.client.wire import Json, path_of

__all__ = ["Client", "Event", "Json", "LostError", "path_of"]

_ANSWER_SECONDS = 30.0
_DOWNLOAD_SECONDS = 1800.0


class LostError(CliError):
    """The connection ended before the answer was whole: the request may have taken effect."""


class Client:
    """Asks the daemon that listens on ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # What to do about a daemon that is away is the command's to say, at once.
        self._gateway = api.Client(path, retry=api.RetryPolicy(attempts=1))

    def get(
        self,
        path: str,
        query: Mapping[str, object] | None = None,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> Json:
        """GET an object; raises NoDaemonError, RefusedError, LostError."""
        return self._ask("GET", path, query=query, answer_seconds=answer_seconds)

    def post(
        self,
        path: str,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> Json:
        """POST an object; raises NoDaemonError, RefusedError, LostError."""
        return self._ask("POST", path, body=body, headers=headers, answer_seconds=answer_seconds)

    def put(self, path: str, body: Json) -> Json:
        """PUT an object; raises NoDaemonError, RefusedError, LostError."""
        return self._ask("PUT", path, body=body)

    def delete(self, path: str) -> Json:
        """DELETE something; raises NoDaemonError, RefusedError, LostError."""
        return self._ask("DELETE", path)

    def download(
        self, path: str, query: Mapping[str, object], write: Callable[[bytes], object]
    ) -> None:
        """GET what is no object, in portions; raises NoDaemonError, RefusedError, LostError."""
        with self._said_plainly():
            self._gateway.download(path, dict(query), write, seconds=_DOWNLOAD_SECONDS)

    def pages(self, path: str, query: Mapping[str, object], limit: int) -> Iterator[Json]:
        """GET a list's items, newest first, page after page, at most ``limit`` of them."""
        cursor: str | None = None
        while limit > 0:
            page = self.get(path, {**query, "limit": min(limit, 200), "cursor": cursor})
            yield from page["items"][:limit]
            limit -= len(page["items"])
            cursor = page["next"]
            if cursor is None:
                return

    def stream(
        self, *, after: str | None = None, types: str | None = None, deadline: float = math.inf
    ) -> Iterator[Event]:
        """Yield a hello, then each event as it comes.

        The hello is an Event of type "" that says the stream is open: what is asked from then on
        misses nothing. Ends when the daemon ends it, when it has been silent for longer than two
        heartbeats, or at ``deadline`` (of time.monotonic). Raises NoDaemonError, RefusedError.
        """
        wanted = [] if types is None else types.split(",")
        with (
            self._said_plainly(),
            self._gateway.stream(Reader(after), types=wanted, deadline=deadline) as arriving,
        ):
            yield Event(id="", type="", data={}, envelope={})
            yield from arriving

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Json | None = None,
        headers: Mapping[str, str] | None = None,
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> Json:
        with self._said_plainly():
            return self._gateway.request(
                method,
                path,
                query=dict(query or {}),
                body=body,
                headers=dict(headers or {}),
                answer_seconds=answer_seconds,
            )

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        """Raise the client's errors as those of a command."""
        try:
            yield
        except api.UnreachableError as error:
            raise self._unreachable(error.__cause__) from error.__cause__
        except api.LostError as error:
            raise _lost(error) from error
        except api.UnexpectedAnswerError as error:
            raise CliError(
                "What answers at the socket is not this version's daemon.",
                advice="After an upgrade, restart it: `systemctl restart gatewayd`.",
            ) from error
        except api.RefusedError as error:
            raise _refusal(error) from error

    def _unreachable(self, error: BaseException | None) -> NoDaemonError:
        match error:
            case FileNotFoundError():
                sentence = f"The daemon does not run: there is no socket {self._path}."
                advice = (
                    "Start it with `systemctl start gatewayd` or `gatewayd run`; if it runs with "
                    "another configuration, name that one with --config."
                )
            case PermissionError():
                sentence = f"You may not talk to the daemon at {self._path}."
                advice = "Run this as root (sudo) or as the user that the daemon runs as."
            case ConnectionRefusedError():
                sentence = f"The daemon does not run: nobody listens at {self._path}."
                advice = "Start it with `systemctl start gatewayd` or `gatewayd run`."
            case _:
                sentence = f"The daemon at {self._path} does not answer: {error}."
                advice = "Its log says why: `journalctl -u gatewayd -n 50`."
        stopped = isinstance(error, FileNotFoundError | ConnectionRefusedError)
        return NoDaemonError(sentence, advice=advice, stopped=stopped)


def _lost(error: api.LostError) -> LostError:
    what = "did not answer in time" if error.timed_out else "ended the connection"
    return LostError(
        f"The daemon {what}; the command may or may not have taken effect.",
        advice="Look with `gatewayd messages list`; the log is `journalctl -u gatewayd -n 50`.",
    )


def _refusal(error: api.RefusedError) -> RefusedError:
    detail = error.detail
    if error.faults:
        detail = "; ".join(f"{_field(fault.pointer)}{fault.detail}" for fault in error.faults)
    return RefusedError(
        detail[:1].upper() + detail[1:].removesuffix(".") + ".",
        http_status=error.status,
        code=error.code,
        advice=_ADVICE.get(error.status),
        fields=[(fault.pointer, fault.detail) for fault in error.faults],
    )


def _field(pointer: str) -> str:
    name = pointer.removeprefix("/").removeprefix("query/")
    return f"{name}: " if name else ""


_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Run this as root (sudo) or as the user that the daemon runs as.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Try again in a moment; `journalctl -u gatewayd` says more.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This is a bug; `journalctl -u gatewayd` has its traceback.",
}
