"""The frame of the page: what each answer says about itself, and what is at hand everywhere."""

import gzip
import http.client
import re
from contextlib import closing
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

PHONE = {"width": 360, "height": 740}
SERIOUS = {"serious", "critical"}


def ask(shop: Any, method: str, path: str, body: str | None = None, **headers: str) -> Any:
    """Ask as Marie's browser would, which shows no token."""
    sent = {"Cookie": f"gatewayd_session={shop.person('marie')}"} | headers
    with closing(http.client.HTTPConnection(*shop.gateway.address, timeout=30)) as line:
        line.request(method, path, body, sent)
        answer = line.getresponse()
        return answer, answer.read()


def head(shop: Any, path: str, **headers: str) -> Any:
    return ask(shop, "GET", path, **headers)


def form(shop: Any, path: str, written: dict[str, str], **headers: str) -> int:
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer, _ = ask(shop, "POST", path, urlencode(written), **kind, **headers)
    status: int = answer.status
    return status


def csrf_token(shop: Any) -> str:
    _, body = head(shop, "/me")
    found = re.search(rb'name="csrf_token" value="([^"]+)"', body)
    assert found
    return found[1].decode()


class Inline(HTMLParser):
    """What of a page would run or style by itself; quoted text is none of it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


def test_what_runs_by_itself_is_seen_and_what_is_quoted_is_not() -> None:
    page = "<p onclick=a() style='x'>&lt;img onerror=b()&gt;</p><style></style><script>c</script>"
    assert sorted(Inline(page).found) == ["onclick", "script", "style", "style"]


def test_a_page_lets_nothing_in_but_its_own_files(shop: Any) -> None:
    answer, raw = head(shop, "/inbox/all")
    assert answer.status == 200
    policy = dict(
        directive.strip().split(" ", 1)
        for directive in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    body = raw.decode()
    assert Inline(body).found == []
    assert shop.person("marie") not in body
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_file_is_kept_for_ever_under_the_address_of_its_content(shop: Any) -> None:
    page = head(shop, "/inbox/all")[1].decode()
    css = re.search(r'href="(/static/[^"]+/page\.css)"', page)
    assert css
    answer, _ = head(shop, css[1], **{"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    other = re.sub(r"[0-9a-f]{12}", "0" * 12, css[1])
    assert head(shop, other)[0].status == 404
    assert head(shop, "/static/x/../../render.py")[0].status == 404


def test_the_first_load_is_below_100_kb(shop: Any) -> None:
    zipped = {"Accept-Encoding": "gzip"}
    _, page = head(shop, "/inbox/all", **zipped)
    text = gzip.decompress(page).decode()
    urls = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', text))
    size = len(page) + sum(len(head(shop, url, **zipped)[1]) for url in urls)
    assert size < 100_000


def test_who_is_not_logged_in_is_sent_to_the_log_in_and_back(shop: Any) -> None:
    answer, _ = head(shop, "/inbox/all?q=a%26b", Cookie="")
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?next=%2Finbox%2Fall%3Fq%3Da%2526b"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_another_site_s_form_is_refused(shop: Any, headers: dict[str, str]) -> None:
    written = {"theme": "dark", "csrf_token": csrf_token(shop)}
    assert form(shop, "/me", written, **headers) == 403


def test_a_form_without_its_secret_is_refused(shop: Any) -> None:
    assert form(shop, "/me", {"theme": "dark"}) == 403
    assert form(shop, "/me", {"theme": "dark", "csrf_token": "guessed"}) == 403
    assert form(shop, "/me", {"theme": "dark", "csrf_token": csrf_token(shop)}) == 303


def test_the_page_is_for_the_gateway_s_own_names(shop: Any) -> None:
    assert head(shop, "/inbox/all", Host="evil.example")[0].status == 421


async def test_what_is_not_there_is_said_in_a_page(visit: Any) -> None:
    tab = await visit("/inbox/all")
    answer = await tab.page.request.get(f"{tab.url}/nowhere", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert "There is nothing here" in await answer.text()


async def test_language_and_appearance_are_chosen_and_stay(visit: Any) -> None:
    tab = await visit("/me")
    await tab.page.get_by_label("Français").check()
    await tab.page.get_by_label("Dark").check()
    await tab.page.get_by_role("button", name="Save").first.click()  # of this device
    await expect(tab.page.locator("#flash")).to_contain_text("Enregistré")
    await tab.go("/inbox/all")
    await expect(tab.page.locator("html")).to_have_attribute("lang", "fr")
    await expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    await expect(tab.page.locator("#flash .flash")).to_have_count(0)


async def test_the_browser_s_language_is_the_page_s(visit: Any) -> None:
    tab = await visit("/inbox/all", locale="fr-CA")
    await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Toutes")


async def test_without_script_a_customer_is_read_and_answered(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("Is my bike ready?")
    tab = await visit("/inbox/waiting", java_script_enabled=False)
    row = tab.page.locator(f'a[href$="{conversation}"]').first
    await expect(row).to_contain_text("Is my bike ready?")
    await row.click()
    await tab.page.get_by_label("Your answer").fill("Yes, since this morning.")
    await tab.page.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.page.locator(".message.out .text")).to_contain_text("Yes, since this morning.")
    await tab.page.get_by_label("Your answer").fill("Blue one, back room.")
    await tab.page.get_by_label("Note for us").check()
    await tab.page.get_by_role("button", name="Add note").click()
    await expect(tab.page.locator(".note .text")).to_have_text("Blue one, back room.")
    sent = shop.api("GET", f"/v1/messages?conversation={conversation}&direction=out")["items"]
    assert len(sent) == 1
    assert sent[0]["text"].startswith("Yes, since this morning.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_anybody_can_use_it(visit: Any, shop: Any, scheme: str) -> None:
    conversation = shop.conversation("See https://example.com")
    shop.api("POST", f"/v1/conversations/{conversation}/notes", {"text": "Known, and nice."})
    tab = await visit(f"/inbox/all/{conversation}", color_scheme=scheme)
    for path in (
        f"/inbox/all/{conversation}",
        "/inbox/snoozed",
        "/me",
        *(f"/start/{step}" for step in ("modems", "hours", "answer", "people", "test")),
    ):
        await tab.go(path)
        found = await Axe().run(tab.page)
        bad = [v for v in found.response["violations"] if v["impact"] in SERIOUS]
        assert not bad, found.generate_report()


async def test_at_360_pixels_one_thing_is_shown_at_a_time(visit: Any, shop: Any) -> None:
    conversation = shop.conversation("x" * 400)
    tab = await visit("/inbox/all", viewport=PHONE)
    shown = tab.page.locator(".pane:visible")
    for path, label in (
        ("/inbox/all", "list-pane"),
        (f"/inbox/all/{conversation}", "conversation-pane"),
        (f"/inbox/all/{conversation}/contact", "contact-pane"),
    ):
        await tab.go(path)
        await expect(shown).to_have_count(1)
        await expect(shown).to_have_class(re.compile(label))
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert await tab.page.evaluate(overflow) == 0
