"""The page that brings the shop's authority to phones, and the plain listener that shows it."""

import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from aiohttp import ClientSession, TCPConnector

from config.schema import Language, Settings
from config.tls import TlsSettings
from config.values import Listen
from gatewayd.http.server import Listening, serve
from gatewayd.http.trust import qr_svg
from gatewayd.http.trust_texts import TEXTS
from gatewayd.tls.certificates import Certificates

if TYPE_CHECKING:
    from conftest import Api

    from gatewayd.http.context import HttpContext

ANYWHERE = Listen(host="127.0.0.1", port=0)


class Lan:
    """Both listeners, and a client that trusts nobody."""

    def __init__(self, listening: Listening, certificates: Certificates) -> None:
        self.listening = listening
        self.certificates = certificates
        self.plain = f"http://127.0.0.1:{listening.plain_port}"
        self.session = ClientSession(connector=TCPConnector(force_close=True))

    async def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, str]:
        async with self.session.request(
            method, self.plain + path, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, answer.headers, await answer.text()


@asynccontextmanager
async def opened(context: "HttpContext", settings: Settings) -> AsyncIterator[Lan]:
    certificates = Certificates(settings, addresses=lambda: (ip_address("192.168.1.5"),))
    async with serve(replace(context, settings=settings, certificates=certificates)) as listening:
        lan = Lan(listening, certificates)
        async with lan.session:
            yield lan


@pytest.fixture
async def lan(context: "HttpContext", settings: Settings) -> AsyncIterator[Lan]:
    tls = TlsSettings(local_authority=True, plain_listen=ANYWHERE)
    async with opened(context, replace(settings, http_tls=tls)) as found:
        yield found


async def test_a_phone_gets_the_authority_and_then_trusts_the_listener(lan: Lan) -> None:
    status, headers, pem = await lan.get("/trust/authority.crt")
    assert (status, headers["Content-Type"]) == (200, "application/x-x509-ca-cert")

    trusting = ssl.create_default_context(cadata=pem)
    async with lan.session.get(f"{lan.listening.url}/trust", ssl=trusting) as answer:
        assert answer.status == 200
        assert answer.url.scheme == "https"


@pytest.mark.parametrize("language", Language)
async def test_the_page_shows_the_fingerprint_the_steps_and_a_code(
    lan: Lan, language: Language
) -> None:
    status, headers, text = await lan.get("/trust", **{"Accept-Language": f"{language}-CA"})
    found = lan.certificates.authority()
    assert found is not None
    assert status == 200
    assert f'<html lang="{language}">' in text
    assert found[1] in text.replace("<br>", ":")
    assert all(f"<summary>{system}</summary>" in text for system, _ in TEXTS[language].ways)
    assert "<svg" in text
    assert "script" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_the_other_language_is_a_link_away(lan: Lan) -> None:
    _, _, text = await lan.get("/trust?lang=fr", **{"Accept-Language": "en"})
    assert "Faire confiance" in text
    assert 'href="/trust?lang=en"' in text


async def test_all_else_leads_to_https(lan: Lan) -> None:
    status, headers, _ = await lan.get("/v1/messages?limit=3")
    assert status == 307
    assert headers["Location"] == f"{lan.listening.url}/v1/messages?limit=3"


@pytest.mark.parametrize(
    ("method", "headers"), [("POST", {}), ("GET", {"Authorization": "Bearer gw_x"})]
)
async def test_a_token_or_a_message_on_plain_http_is_refused_in_words(
    lan: Lan, method: str, headers: dict[str, str]
) -> None:
    status, _, text = await lan.get("/v1/messages", method, **headers)
    assert status == 403
    assert '"https_only"' in text


async def test_nobody_is_led_away_by_a_host_of_their_own(lan: Lan) -> None:
    status, _, text = await lan.get("/", Host="evil.example")
    assert status == 421
    assert "wrong_host" in text


async def test_without_an_authority_of_its_own_there_is_nothing_to_trust(api: "Api") -> None:
    for path in ("/trust", "/trust/authority.crt"):
        async with api.tcp.get(path) as answer:
            assert answer.status == 404
            assert "local_authority" in (await answer.json(content_type=None))["detail"]


def test_a_code_is_one_svg_and_differs_with_what_it_says() -> None:
    drawn = qr_svg("http://192.168.1.5:8766/trust")
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own
    assert drawn != qr_svg("http://192.168.1.6:8766/trust")
    assert not re.search("<script|href", drawn)


def test_each_language_has_the_same_ways() -> None:
    ways = [[(system, len(steps)) for system, steps in text.ways] for text in TEXTS.values()]
    assert ways[0] == ways[1]
