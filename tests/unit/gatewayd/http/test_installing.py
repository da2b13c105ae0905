"""What a browser installs the page by, which anybody may ask for."""

import json
from typing import Any

import pytest

from gatewayd.web.assets import assets

HTML = {"Accept": "text/html", "Accept-Language": "en"}
PNG = b"\x89PNG\r\n\x1a\n"
SIZE_AT = 16  # of the header chunk's width and height


async def ask(client: Any, path: str, **headers: str) -> tuple[Any, str]:
    async with client.get(path, headers=HTML | headers) as answer:
        return answer, await answer.text()


async def test_the_manifest_says_what_it_is(staffroom: Any) -> None:
    client = await staffroom.stranger()
    answer, body = await ask(client, "/app.webmanifest", **{"Accept-Language": "fr"})
    assert (answer.status, answer.content_type) == (200, "application/manifest+json")
    manifest = json.loads(body)
    assert (manifest["name"], manifest["start_url"]) == ("Shop", "/")
    assert manifest["description"] == "La boîte de l’équipe, sur le numéro du commerce"
    for icon in manifest["icons"]:
        async with client.get(icon["src"]) as picture:
            assert picture.status == 200
            assert picture.content_type == icon["type"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}


@pytest.mark.parametrize("name", ["icon-192.png", "icon-512.png", "icon-maskable-512.png"])
def test_a_picture_is_as_large_as_its_name_says(name: str) -> None:
    body = assets()[name].body
    assert body.startswith(PNG)
    sides = body[SIZE_AT : SIZE_AT + 8]
    size = int(name.rpartition("-")[2].partition(".")[0])
    assert (int.from_bytes(sides[:4]), int.from_bytes(sides[4:])) == (size, size)


async def test_the_worker_keeps_files_and_a_notice_in_the_reader_s_language(staffroom: Any) -> None:
    client = await staffroom.stranger()
    answer, body = await ask(client, "/worker.js?language=fr")
    assert (answer.status, answer.content_type) == (200, "text/javascript")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    line, source = body.split("\n", 1)
    shipped = json.loads(line.removeprefix("const SHIPPED = ").removesuffix(";"))
    assert shipped["notice"] == "/offline/fr"
    assert set(shipped["files"]) == {each.url for each in assets().values()}
    assert source.encode() == assets()["worker.js"].body
    other = (await ask(client, "/worker.js?language=tlh"))[1]
    assert '"/offline/en"' in other
    assert shipped["version"] not in other


async def test_the_notice_has_nothing_of_whoever_asks_for_it(staffroom: Any) -> None:
    marie = (await staffroom.enter("marie", role="manager")).client
    mine = (await ask(marie, "/offline/fr"))[1]
    assert mine == (await ask(await staffroom.stranger(), "/offline/fr"))[1]
    assert '<html lang="fr">' in mine
    assert 'data-csrf="" data-person="" data-at=""' in mine
    assert (await ask(marie, "/offline/tlh"))[0].status == 404
