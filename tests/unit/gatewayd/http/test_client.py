"""What a reverse proxy says of a client counts only from one that is trusted."""

from dataclasses import replace
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp.test_utils import make_mocked_request

from config.hosts import Network
from gatewayd.http.client import client_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from conftest import Api

    from gatewayd.http.context import HttpContext

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8")]


class Wire:
    """A connection from an address."""

    def __init__(self, address: str) -> None:
        self.facts = {"peername": (address, 40_000), "sslcontext": None, "socket": None}

    def get_extra_info(self, name: str, default: object = None) -> object:
        return self.facts.get(name, default)


def asked(peer: str, proxies: list[Network], **headers: str) -> tuple[str | None, bool, str | None]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    wire: Any = Wire(peer)
    client = client_of(make_mocked_request("GET", "/", named, transport=wire), proxies)
    return client.address, client.encrypted, client.host


FORWARDED = {
    "X_Forwarded_For": "203.0.113.9",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "sms.shop.example",
}


def test_a_trusted_proxy_is_believed() -> None:
    found = asked("127.0.0.1", LOOPBACK, **FORWARDED)
    assert found == ("203.0.113.9", True, "sms.shop.example")


def test_a_stranger_is_not() -> None:
    assert asked("192.0.2.7", LOOPBACK, **FORWARDED) == ("192.0.2.7", False, None)


def test_nobody_is_where_no_proxy_is_named() -> None:
    assert asked("127.0.0.1", [], **FORWARDED) == ("127.0.0.1", False, None)


@pytest.mark.parametrize(
    ("written", "believed"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first one the client made up
        ("203.0.113.9, 10.0.0.2", "203.0.113.9"),  # two proxies of ours
        ("nonsense", "127.0.0.1"),
        ("203.0.113.9, nonsense", "127.0.0.1"),
        ("10.0.0.2", "127.0.0.1"),
        ("2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_the_nearest_proxy_saw_counts(written: str, believed: str) -> None:
    assert asked("127.0.0.1", LOOPBACK, X_Forwarded_For=written)[0] == believed


def test_an_ipv4_address_on_an_ipv6_socket_is_the_same_proxy() -> None:
    assert asked("::ffff:127.0.0.1", LOOPBACK, **FORWARDED)[0] == "203.0.113.9"


@pytest.mark.parametrize(
    ("trusted", "called", "status"),
    [
        (True, "texts.shop.example", 200),
        (True, "evil.example", 421),
        (False, "texts.shop.example", 421),
    ],
)
async def test_the_name_that_the_proxy_was_called_by(
    context: "HttpContext",
    start: "Callable[[HttpContext], AbstractAsyncContextManager[Api]]",
    trusted: bool,
    called: str,
    status: int,
) -> None:
    proxies = tuple(LOOPBACK) if trusted else ()
    http = replace(context.settings.http, trusted_proxies=proxies)
    behind = replace(context, settings=replace(context.settings, http=http))
    async with start(behind) as api:
        headers = {"Host": "upstream", "X-Forwarded-Host": called} | await api.token()
        async with api.tcp.get("/readyz", headers=headers) as answer:
            assert answer.status == status


async def test_a_forwarded_request_is_never_from_this_machine_even_if_trusted(
    context: "HttpContext", start: "Callable[[HttpContext], AbstractAsyncContextManager[Api]]"
) -> None:
    http = replace(context.settings.http, trusted_proxies=tuple(LOOPBACK))
    behind = replace(context, settings=replace(context.settings, http=http))
    async with start(behind) as api:
        for claimed in ("127.0.0.1", "::1"):
            headers = {"X-Forwarded-For": claimed}
            async with api.tcp.get("/metrics", headers=headers) as answer:
                assert answer.status == 401
