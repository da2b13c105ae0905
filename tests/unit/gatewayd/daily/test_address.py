"""Where links in e-mail lead."""

from dataclasses import replace
from typing import Any

import pytest

from config.schema import HttpSettings, Settings
from config.tls import TlsSettings
from config.values import Listen
from gatewayd.daily.address import page_address


@pytest.mark.parametrize(
    ("http", "encrypted", "address"),
    [
        ({"page_url": "https://sms.shop.example"}, False, "https://sms.shop.example"),
        ({"allowed_hosts": ("sms.shop.lan", "shop.local")}, True, "https://shop.local:8767"),
        ({"allowed_hosts": ("sms.shop.lan",)}, False, "http://sms.shop.lan:8767"),
        ({"allowed_hosts": ("fd00::1",)}, False, "http://[fd00::1]:8767"),
        ({}, False, "http://127.0.0.1:8767"),
    ],
)
def test_it_is_what_is_said_or_made_of_what_is_known(
    settings: Settings, http: dict[str, Any], encrypted: bool, address: str
) -> None:
    listen = Listen(host="127.0.0.1", port=8767)
    wanted = replace(
        settings,
        http=HttpSettings(listen=listen, socket=settings.http.socket, **http),
        http_tls=TlsSettings(local_authority=encrypted),
    )
    assert page_address(wanted) == address


def test_beyond_loopback_it_is_an_address_of_this_machine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    listen = Listen(host="0.0.0.0", port=80)  # noqa: S104 - nothing listens
    wanted = replace(settings, http=HttpSettings(listen=listen, socket=settings.http.socket))
    monkeypatch.setattr("gatewayd.daily.address.lan_addresses", lambda: ["192.168.1.7"])
    assert page_address(wanted) == "http://192.168.1.7:80"
    monkeypatch.setattr("gatewayd.daily.address.lan_addresses", list)
    assert page_address(wanted) == "http://127.0.0.1:80"
