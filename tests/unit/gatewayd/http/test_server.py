"""Listening: addresses that are taken or forbidden, and what a killed predecessor left."""

import socket
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.schema import Settings
from config.values import Listen
from gatewayd.http.server import ListenError, Listening


def _with(context: Any, settings: Settings, **http: Any) -> Any:
    changed = replace(settings, http=replace(settings.http, **http))
    return replace(context, settings=changed)


async def test_the_real_port_and_a_closed_socket_file(
    context: Any, settings: Settings, start: Any
) -> None:
    async with start(context) as api:
        assert api.listening.url == f"http://127.0.0.1:{api.listening.port}"
        assert api.listening.port != 0
        assert stat.S_IMODE(settings.http.socket.stat().st_mode) == 0o660

    assert not settings.http.socket.exists()


async def test_a_port_in_use_is_told_plainly(context: Any, settings: Settings, start: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        taken = _with(context, settings, listen=Listen(host="127.0.0.1", port=port))

        with pytest.raises(ListenError, match="in use by another program") as raised:
            async with start(taken):
                pass

    assert raised.value.address == f"127.0.0.1:{port}"
    assert not settings.http.socket.exists()


async def test_an_address_that_is_not_ours_is_told_plainly(
    context: Any, settings: Settings, start: Any
) -> None:
    foreign = _with(context, settings, listen=Listen(host="192.0.2.1", port=0))

    with pytest.raises(ListenError, match="does not have that address"):
        async with start(foreign):
            pass


async def test_a_killed_predecessors_socket_is_replaced(
    context: Any, settings: Settings, start: Any
) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(settings.http.socket))

    async with start(context) as api:
        await api.admin("GET", "/healthz")


async def test_a_living_ones_socket_is_not_taken_away(
    context: Any, settings: Settings, start: Any
) -> None:
    with socket.socket(socket.AF_UNIX) as alive:
        alive.bind(str(settings.http.socket))
        alive.listen()

        with pytest.raises(ListenError, match="another gatewayd answers there"):
            async with start(context):
                pass

    assert settings.http.socket.exists()


async def test_another_file_is_not_overwritten(
    context: Any, settings: Settings, start: Any
) -> None:
    settings.http.socket.write_text("precious")

    with pytest.raises(ListenError, match="another file is there"):
        async with start(context):
            pass

    assert settings.http.socket.read_text() == "precious"


async def test_a_missing_folder_is_told_plainly(
    context: Any, settings: Settings, start: Any, tmp_path: Path
) -> None:
    nowhere = _with(context, settings, socket=tmp_path / "missing" / "api.sock")

    with pytest.raises(ListenError, match="No such file or directory"):
        async with start(nowhere):
            pass


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:80"), ("::1", "http://[::1]:80")]
)
def test_an_address_is_written_for_people(host: str, url: str) -> None:
    assert Listening(host=host, port=80, socket=Path("x")).url == url
