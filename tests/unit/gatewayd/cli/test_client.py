import os
import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from gatewayd.cli.client import Client, LostError, path_of
from gatewayd.cli.failure import CliError, Exit, NoDaemonError, RefusedError
from gatewayd.cli.waiting import Until, follow


def test_a_socket_left_by_a_killed_daemon_is_no_daemon(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "s"))

    with pytest.raises(NoDaemonError, match="nobody listens") as raised:
        Client(tmp_path / "s").get("/v1/modems")

    assert raised.value.stopped


@pytest.mark.skipif(os.geteuid() == 0, reason="root may connect everywhere")
def test_a_forbidden_socket_is_said(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as ours:
        ours.bind(str(tmp_path / "s"))
        ours.listen()
        (tmp_path / "s").chmod(0)
        with pytest.raises(NoDaemonError, match="You may not talk") as raised:
            Client(tmp_path / "s").get("/v1/modems")

    assert not raised.value.stopped


def test_an_unforeseen_trouble_is_said_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(NoDaemonError, match="does not answer: AF_UNIX path too long"):
        Client(tmp_path / ("x" * 200)).get("/v1/modems")


@pytest.mark.parametrize("body", [b"not json", b"[1, 2]", b"3"])
def test_an_answer_of_another_program_is_no_bug(daemon: Any, folder: Path, body: bytes) -> None:
    daemon.on("GET", "/v1/modems", lambda _request, _body: web.Response(body=body))

    with pytest.raises(CliError, match="not this version's daemon"):
        Client(folder / "data" / "gatewayd.sock").get("/v1/modems")


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]"])
def test_a_refusal_without_a_problem_document_still_says_something(
    daemon: Any, folder: Path, body: bytes
) -> None:
    daemon.on("GET", "/v1/modems", lambda _request, _body: web.Response(body=body, status=502))

    with pytest.raises(RefusedError, match=r"^HTTP status 502\.$"):
        Client(folder / "data" / "gatewayd.sock").get("/v1/modems")


def test_503_means_that_the_daemon_cannot_be_reached(
    daemon: Any, script: Any, folder: Path
) -> None:
    daemon.on("GET", "/v1/events", script.refuse(503, "stopping", "shutting down"))

    with pytest.raises(RefusedError) as raised:
        list(Client(folder / "data" / "gatewayd.sock").stream())

    assert raised.value.status is Exit.UNREACHABLE


def test_an_answer_cut_short_may_have_taken_effect(daemon: Any, script: Any, folder: Path) -> None:
    def cut(request: Any, _body: Any) -> Any:
        request.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        request.transport.close()
        return script.stream()(request, None)

    daemon.on("POST", "/v1/x", cut)

    with pytest.raises(LostError, match="may or may not have taken effect"):
        Client(folder / "data" / "gatewayd.sock").post("/v1/x")


def test_a_daemon_that_is_away_until_the_end_is_said(tmp_path: Path) -> None:
    seen: list[str] = []

    with pytest.raises(NoDaemonError):
        follow(
            Client(tmp_path / "s"),
            {"id": "msg_1", "state": "queued"},
            until=Until.SENT,
            seconds=0.02,
            report=seen.append,
        )

    assert seen[0] == "the daemon is away"


def test_names_stay_one_segment() -> None:
    assert path_of("v1", "a/b?c") == "/v1/a%2Fb%3Fc"
