"""The page as an app: how it is installed, and what is shown and kept when nothing is reached."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

SERIOUS = {"serious", "critical"}
READY = "navigator.serviceWorker.ready.then(there => there.active.scriptURL)"
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const files = await (await caches.open(name)).keys();
    found.push(...files.map((each) => new URL(each.url).pathname));
  }
  return found;
}"""
FRENCH = """async () => {
  for (;;) {
    const worker = (await navigator.serviceWorker.getRegistration()).active;
    if (worker?.scriptURL.endsWith("=fr") && worker.state === "activated") return;
    await new Promise(requestAnimationFrame);
  }
}"""


@pytest_asyncio.fixture(loop_scope="session")
async def phone(new_context: Any, shop: Any) -> Any:
    """Give a phone that somebody is logged in on; unwatched, since it goes offline."""
    context = await new_context(locale="en-CA", viewport={"width": 360, "height": 740})
    cookie = {"name": "gatewayd_session", "value": shop.person("marie"), "url": shop.url}
    await context.add_cookies([cookie])
    return await context.new_page()


async def test_offline_there_is_a_notice_and_drafts_survive(phone: Any, shop: Any) -> None:
    conversation = shop.conversation("A secret: the key is under the mat")
    place = f"{shop.url}/inbox/all/{conversation}"
    await phone.goto(place)
    assert (await phone.evaluate(READY)).endswith("/worker.js?language=en")
    await phone.goto(place)  # now that the worker is there
    await phone.locator("#text").fill("Half a thought")
    await phone.context.set_offline(True)
    await phone.goto(place)
    await expect(phone.get_by_role("heading")).to_have_text("The gateway cannot be reached")
    await expect(phone.locator("body")).not_to_contain_text("secret")
    found = await Axe().run(phone)
    assert [v for v in found.response["violations"] if v["impact"] in SERIOUS] == []
    await phone.context.set_offline(False)  # upon which it comes back by itself
    await expect(phone.locator("#text")).to_have_value("Half a thought")


async def test_only_files_and_the_notice_are_kept(phone: Any, shop: Any) -> None:
    conversation = shop.conversation("Another secret")
    for path in (f"/inbox/all/{conversation}", "/me", "/supervision", "/settings/replies"):
        await phone.goto(shop.url + path)
        await phone.evaluate(READY)
    kept = await phone.evaluate(KEPT)
    assert "/offline/en" in kept
    assert any(path.endswith("/page.js") for path in kept)
    others = [path for path in kept if not path.startswith("/static/") and path != "/offline/en"]
    assert others == []


async def test_another_language_has_another_notice(phone: Any, shop: Any) -> None:
    await phone.goto(f"{shop.url}/me")
    await phone.evaluate(READY)
    cookie = {"name": "gatewayd_language", "value": "fr", "url": shop.url}
    await phone.context.add_cookies([cookie])
    await phone.goto(f"{shop.url}/me")
    await phone.evaluate(FRENCH)
    await phone.context.set_offline(True)
    await phone.goto(f"{shop.url}/me")
    await expect(phone.get_by_role("heading")).to_have_text("La passerelle est injoignable")


async def test_the_browser_finds_it_installable(phone: Any, shop: Any) -> None:
    await phone.goto(f"{shop.url}/inbox/all")
    await phone.evaluate(READY)
    tool = await phone.context.new_cdp_session(phone)
    manifest = await tool.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["name"] == "Vélos du Plateau"
    found = await tool.send("Page.getInstallabilityErrors")
    errors = {each["errorId"] for each in found["installabilityErrors"]}
    # Playwright's contexts are private windows, which install nothing.
    assert errors <= {"in-incognito"}


async def test_it_says_how_it_is_installed(visit: Any) -> None:
    tab = await visit("/me")
    install = tab.page.locator("#install")
    await expect(install.locator("p:visible").last).to_contain_text("Add to Home screen")
    # As a browser that would install it asks; only Chromium's do.
    await tab.page.evaluate(
        "window.asked = 0; const offer = new Event('beforeinstallprompt');"
        "offer.prompt = async () => { window.asked += 1; }; dispatchEvent(offer)"
    )
    await install.get_by_role("button", name="Install").click()
    await tab.page.wait_for_function("window.asked === 1")
    await expect(install.get_by_role("button")).to_be_hidden()


@pytest.fixture
def plain_address(make_gateway: Callable[[Path], Any]) -> Any:
    """Give a gateway that goes by a name in the network, without encryption."""
    with TemporaryDirectory(prefix="gw-") as folder, closing(make_gateway(Path(folder))) as gateway:
        gateway.stick("counter", "--number", "+15145550100")
        gateway.configure()
        text = gateway.file.read_text()
        gateway.file.write_text(text.replace("[http]\n", '[http]\nallowed_hosts = ["shop.lan"]\n'))
        gateway.start()
        yield gateway


async def test_over_plain_http_it_says_what_is_missing(chromium: str, plain_address: Any) -> None:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - a browser of its own

    person = plain_address.http("POST", "/v1/users", {"name": "aline", "display_name": "A"}).json
    link = plain_address.http("POST", f"/v1/users/{person['id']}/link").json["path"]
    _, port = plain_address.address
    async with async_playwright() as playwright:
        found = "--host-resolver-rules=MAP shop.lan 127.0.0.1"
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu", found]
        )
        page = await browser.new_page(locale="en-CA")
        page.set_default_timeout(60_000)
        await page.goto(f"http://shop.lan:{port}{link}")
        await page.get_by_label("Password").fill("three blue bicycles")
        await page.get_by_role("button", name="Begin").click()
        await page.wait_for_url("**/inbox/mine")
        await page.goto(f"http://shop.lan:{port}/me")
        for place in ("#notices", "#install"):
            said = page.locator(place).locator(".notice:visible")
            await expect(said).to_contain_text("over https only")
            await expect(said).to_contain_text("gatewayd init --system --lan")
        assert await page.evaluate("navigator.serviceWorker === undefined")
        await browser.close()
