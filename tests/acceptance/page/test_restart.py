"""The daemon restarts while somebody writes: the page says so, reconnects, and loses no word."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.async_api import expect

PASSWORD = "three blue bicycles"


def free_port() -> int:
    """Give a port that is still free when the daemon comes back to it.

    It is below those that the system gives to whoever asks for any.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@pytest.fixture
def own_shop(make_gateway: Callable[[Path], Any]) -> Iterator[Any]:
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure()
        written = gateway.file.read_text()
        gateway.file.write_text(written.replace("127.0.0.1:0", f"127.0.0.1:{free_port()}"))
        gateway.start()
        gateway.modem("counter", "ready")
        yield gateway


async def test_a_restart_in_mid_draft_loses_nothing(new_context: Any, own_shop: Any) -> None:
    person = own_shop.http("POST", "/v1/users", {"name": "aline", "display_name": "Aline"}).json
    link = own_shop.http("POST", f"/v1/users/{person['id']}/link").json["path"]
    own_shop.sticks["counter"].order("text_in", **{"from": "+15145552001", "text": "Hello"})
    own_shop.incoming(text="Hello")
    conversation = own_shop.http("GET", "/v1/conversations").json["items"][0]["id"]
    host, port = own_shop.address
    context = await new_context(locale="en-CA")
    page = await context.new_page()
    await page.goto(f"http://{host}:{port}{link}")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url("**/inbox/mine")
    await page.goto(f"http://{host}:{port}/inbox/all/{conversation}")
    await page.get_by_label("Your answer").fill("It is half written when the")

    own_shop.stop()
    banner = page.locator("#connection")
    await expect(banner).to_contain_text("Connection lost")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#flash")).to_contain_text("Your text is kept")
    await page.get_by_label("Your answer").press_sequentially(" power goes.")
    own_shop.start()
    await expect(banner).to_contain_text("Connected again")
    await expect(page.get_by_label("Your answer")).to_have_value(
        "It is half written when the power goes."
    )
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator(".message.out .text")).to_contain_text(
        "It is half written when the power goes."
    )
    own_shop.sticks["counter"].order("text_in", **{"from": "+15145552001", "text": "Still there?"})
    await expect(page.locator(".message.in .text").last).to_have_text("Still there?")
    await page.reload()
    await expect(page.get_by_label("Your answer")).to_have_value("")
    await context.close()
    sent = own_shop.http("GET", "/v1/messages?direction=out").json["items"]
    assert len(sent) == 1
    assert sent[0]["text"].startswith("It is half written when the power goes.")
