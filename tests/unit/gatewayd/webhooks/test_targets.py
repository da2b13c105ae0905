import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from gatewayd.webhooks.targets import ForbiddenTargetError, GuardedResolver, Targets

SHOP = Targets([ip_network("192.168.1.0/24")])


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "2606:2800:220:1::1", "192.168.1.7", "::ffff:192.168.1.7"]
)
def test_public_and_allowed_addresses_may_be_reached(address: str) -> None:
    assert SHOP.may_reach(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "10.0.0.1",
        "192.168.2.1",
        "169.254.169.254",
        "fe80::1",
        "fd00::1",
        "224.0.0.1",
        "255.255.255.255",
    ],
)
def test_this_machine_and_private_networks_may_not(address: str) -> None:
    assert not SHOP.may_reach(ip_address(address))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://crm.example/x", "https://"),
        ("crm.example", "https://"),
        ("http://", "https://"),
        ("http://crm.example:99999/", "no URL"),
        ("http://crm.example:0/", "https://"),
        ("http://[::1", "no URL"),
        ("http://user:secret@crm.example/", "user or password"),
        ("http://crm.example/\r\nX: y", "printable"),
        ("http://crm.example/é", "printable"),
        ("http://127.0.0.1/", "private network"),
        ("http://[::ffff:10.0.0.1]/", "private network"),
    ],
)
def test_what_cannot_be_a_target_is_refused_with_the_reason(url: str, why: str) -> None:
    assert why in (SHOP.why_not(url) or "")


@pytest.mark.parametrize("url", ["https://crm.example/sms?key=1", "http://192.168.1.7:8080/"])
def test_the_others_may_be(url: str) -> None:
    assert SHOP.why_not(url) is None


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f000001"])
async def test_a_name_that_leads_to_this_machine_is_refused(name: str) -> None:
    resolver = GuardedResolver(SHOP)
    with pytest.raises(ForbiddenTargetError, match="allowed_networks"):
        await resolver.resolve(name, 80, socket.AF_UNSPEC)


async def test_of_several_addresses_only_those_that_may_be_reached_are_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = GuardedResolver(SHOP)

    async def resolve(*_: Any) -> list[dict[str, Any]]:
        return [{"host": host} for host in ("10.0.0.1", "192.168.1.9", "127.0.0.1")]

    monkeypatch.setattr(resolver._inner, "resolve", resolve)
    assert [one["host"] for one in await resolver.resolve("crm.lan")] == ["192.168.1.9"]
    await resolver.close()
