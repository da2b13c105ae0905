"""The page's files: an address for each content, and nothing from elsewhere."""

import gzip
import re

from gatewayd.web.assets import asset_url, assets

IMPORT = re.compile(r'from "([^"]+)"')


def test_an_address_says_what_is_there() -> None:
    css = assets()["page.css"]
    assert asset_url("page.css") == css.url
    assert re.fullmatch(r"/static/[0-9a-f]{12}/page\.css", css.url)
    assert css.zipped is not None
    assert gzip.decompress(css.zipped) == css.body


def test_modules_import_one_another_by_these_addresses() -> None:
    urls = {each.url for each in assets().values()}
    for each in assets().values():
        if each.name.endswith(".js"):
            assert set(IMPORT.findall(each.body.decode())) <= urls


def test_nothing_comes_from_another_host() -> None:
    for each in assets().values():
        if each.name.endswith((".css", ".js")):
            found = re.findall(r"https?://[^\s\"')]+", each.body.decode())
            assert not [url for url in found if "www.w3.org/2000/svg" not in url]


def test_the_first_load_is_small() -> None:
    """Of the 100 kB, which pages and pictures share."""
    first = [each for each in assets().values() if each.name.endswith((".css", ".js"))]
    assert sum(len(each.zipped or each.body) for each in first) < 60_000
