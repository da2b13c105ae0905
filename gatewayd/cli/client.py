"""The command line's way to the running daemon: JSON over its unix socket.

Owns connecting, asking once, and reading the event stream. Built on http.client, since a command
that sends one request should not wait for an asynchronous library to load. Must not print.
"""

import http.client
import json
import math
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from gatewayd.cli.failure import CliError, NoDaemonError, RefusedError

Json = dict[str, Any]

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 30.0
_DOWNLOAD_SECONDS = 1800.0
# The daemon's heartbeat comes every 15 s; without two of them the stream is dead.
_SILENCE_SECONDS = 35.0


def path_of(*names: str) -> str:
    """Join names to a path; what a person typed stays one name whatever is in it."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


class LostError(CliError):
    """The connection ended before the answer was whole: the request may have taken effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event of the stream: the envelope, and the id to resume after."""

    id: str
    type: str
    data: Json
    envelope: Json


class _UnixConnection(http.client.HTTPConnection):
    """HTTP/1.1 on a unix socket."""

    def __init__(self, path: Path, *, answer_seconds: float) -> None:
        super().__init__("localhost", timeout=_CONNECT_SECONDS)
        self._path = path
        self._answer_seconds = answer_seconds
        # http.client lets go of its `sock` when the answer says "close", which a stream may.
        self.line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)

    def connect(self) -> None:
        self.line.settimeout(_CONNECT_SECONDS)
        try:
            self.line.connect(str(self._path))
        except BaseException:
            self.line.close()
            raise
        self.line.settimeout(self._answer_seconds)
        self.sock = self.line


class Client:
    """Asks the daemon that listens on ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

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
        given = {name: value for name, value in query.items() if value is not None}
        target = f"{path}?{urlencode(given)}" if given else path
        connection, response = self._open("GET", target, None, {}, _DOWNLOAD_SECONDS)
        try:
            if response.status >= HTTPStatus.BAD_REQUEST:
                raise _refusal(response.status, response.read())
            while chunk := _portion(response):
                write(chunk)
        finally:
            connection.close()

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
        headers = {"Accept": "text/event-stream"}
        if after is not None:
            headers["Last-Event-ID"] = after
        target = "/v1/events" if types is None else f"/v1/events?{urlencode({'types': types})}"
        connection, response = self._open("GET", target, None, headers)
        try:
            if response.status != HTTPStatus.OK:
                raise _refusal(response.status, response.read())
            yield Event(id="", type="", data={}, envelope={})
            yield from _events(_lines(connection.line, response, deadline))
        except (OSError, http.client.HTTPException):
            return
        finally:
            response.close()
            connection.close()

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
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given)}" if given else path
        accepted = {"Accept": "application/json", **(headers or {})}
        connection, response = self._open(method, target, body, accepted, answer_seconds)
        try:
            raw = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise _lost(error) from error
        finally:
            connection.close()
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(response.status, raw)
        return _object(raw)

    def _open(
        self,
        method: str,
        target: str,
        body: Json | None,
        headers: Mapping[str, str],
        answer_seconds: float = _ANSWER_SECONDS,
    ) -> tuple[_UnixConnection, http.client.HTTPResponse]:
        connection = _UnixConnection(self._path, answer_seconds=answer_seconds)
        try:
            connection.connect()
        except OSError as error:
            raise self._unreachable(error) from error
        # ASCII with escapes: a text from the terminal may hold what UTF-8 cannot.
        raw = None if body is None else json.dumps(body).encode("ascii")
        json_headers = {} if raw is None else {"Content-Type": "application/json"}
        try:
            connection.request(method, target, raw, {**json_headers, **headers})
            return connection, connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise _lost(error) from error

    def _unreachable(self, error: OSError) -> NoDaemonError:
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


def _portion(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(1 << 16)
    except (OSError, http.client.HTTPException) as error:
        raise _lost(error) from error


def _lines(
    line: socket.socket, response: http.client.HTTPResponse, deadline: float
) -> Iterator[str]:
    while (left := deadline - time.monotonic()) > 0:
        line.settimeout(min(left, _SILENCE_SECONDS))
        raw = response.readline()
        if not raw:
            return
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _events(lines: Iterable[str]) -> Iterator[Event]:
    """Read server-sent events (HTML living standard §9.2); comments are heartbeats."""
    data: list[str] = []
    for text in lines:
        name, _, value = text.partition(":")
        if name == "data":
            data.append(value.removeprefix(" "))
        elif not text and data:
            envelope = _object("\n".join(data).encode())
            data.clear()
            yield Event(
                id=str(envelope.get("id", "")),
                type=str(envelope.get("type", "")),
                data=envelope.get("data") or {},
                envelope=envelope,
            )


def _object(raw: bytes) -> Json:
    if not raw.strip():
        return {}
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise CliError(
            "What answers at the socket is not this version's daemon.",
            advice="After an upgrade, restart it: `systemctl restart gatewayd`.",
        )
    return answer


def _lost(error: Exception) -> LostError:
    what = "did not answer in time" if isinstance(error, TimeoutError) else "ended the connection"
    return LostError(
        f"The daemon {what}; the command may or may not have taken effect.",
        advice="Look with `gatewayd messages list`; the log is `journalctl -u gatewayd -n 50`.",
    )


def _refusal(status: int, raw: bytes) -> RefusedError:
    try:
        problem = json.loads(raw)
        if not isinstance(problem, dict):
            problem = {}
    except ValueError:
        problem = {}
    code = str(problem.get("code", ""))
    detail = str(problem.get("detail") or problem.get("title") or f"HTTP status {status}")
    errors = problem.get("errors") or []
    if errors:
        detail = "; ".join(f"{_field(each.get('pointer', ''))}{each['detail']}" for each in errors)
    sentence = detail[:1].upper() + detail[1:].removesuffix(".") + "."
    advice = _ADVICE.get(status)
    return RefusedError(
        sentence,
        http_status=status,
        code=code,
        advice=advice,
        fields=[(each.get("pointer", ""), each["detail"]) for each in errors],
    )


def _field(pointer: str) -> str:
    name = pointer.removeprefix("/").removeprefix("query/")
    return f"{name}: " if name else ""


_ADVICE: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "Run this as root (sudo) or as the user that the daemon runs as.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Try again in a moment; `journalctl -u gatewayd` says more.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "This is a bug; `journalctl -u gatewayd` has its traceback.",
}
