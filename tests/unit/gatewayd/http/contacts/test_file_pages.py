"""Pages that take contacts in from files, and hand them out."""

import re
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from aiohttp import FormData

from gatewayd.contactfiles.cards import FileFormat
from gatewayd.web.contacts.pending import PendingFiles

HTML = {"Accept": "text/html", "Accept-Language": "en"}
TABLE = (
    "Client;Tel.;Groupe;Etiquettes\n"
    "Amélie Roy;514 555-0123;;vip\n"
    "Luc;1-2;;\n"
    "Bea;514 555-0124;;;one too many\n"
    "Cai;(514) 555-0123;;\n"
)
CARDS = "BEGIN:VCARD\nVERSION:4.0\nFN:Zoé\nTEL:+15145550125\nEND:VCARD\nBEGIN:VCARD\nFN:X\n"


async def upload(desk: Any, data: bytes, name: str = "customers.csv", status: int = 303) -> str:
    form = FormData()
    form.add_field("csrf_token", desk.browser.session["csrf_token"])
    form.add_field("file", BytesIO(data), filename=name, content_type="application/octet-stream")
    async with desk.browser.client.post(
        "/contacts/import", data=form, headers=HTML, allow_redirects=False
    ) as answer:
        text = unescape(await answer.text())
        assert answer.status == status, text
        return answer.headers["Location"] if status == 303 else text


def counts(page: str) -> list[str]:
    """New, completed, known already, left out."""
    return re.findall(r"<dd>(\d+)</dd>", page)


def problems(page: str) -> list[tuple[str, str]]:
    return re.findall(r'class="line">Line (\d+)</span> <bdi>(.*?)</bdi>', page)


async def names(desk: Any) -> list[str]:
    return [each["name"] for each in (await desk.ask("/v1/contacts"))["items"]]


async def test_a_table_is_looked_at_mapped_and_taken_in(desk: Any) -> None:
    place = await upload(desk, TABLE.encode())
    page = await desk.see(place)
    assert counts(page) == ["1", "0", "0", "3"]
    assert problems(page) == [
        ("3", "“1-2” is no number to text. It has too few digits to be a telephone number."),
        ("4", "It has 5 cells, the first line has 4."),
        ("5", "Line 2 of this file has the same number or id."),
    ]
    assert await names(desk) == []

    page = await desk.see(f"{place}?c0=name&c1=-&c2=phone&c3=tags", status=200)
    assert counts(page) == ["0", "0", "0", "4"]
    page = await desk.see(f"{place}?c0=name&c1=-&c2=-&c3=tags", status=422)
    assert "Choose which column holds the numbers." in page

    page = await desk.send(place, status=200, c0="name", c1="phone", c2="-", c3="notes")
    assert counts(page) == ["1", "0", "0", "3"]
    [amelie] = (await desk.ask("/v1/contacts"))["items"]
    assert (amelie["name"], amelie["notes"], amelie["tags"]) == ("Amélie Roy", "vip", [])
    assert await desk.send(place, c0="name") == "/contacts/import"
    assert "not kept any more" in await desk.see("/contacts/import")


async def test_cards_are_taken_in_and_again_change_nothing(desk: Any) -> None:
    for expected in (["1", "0", "0", "1"], ["0", "0", "1", "1"]):
        place = await upload(desk, CARDS.encode(), "book.vcf")
        page = await desk.see(place)
        assert counts(page) == expected
        assert problems(page) == [("6", "This card is cut off: its end is missing.")]
        page = await desk.send(place, status=200)
        assert counts(page) == expected
    assert await names(desk) == ["Zoé"]
    audit = await desk.ask("/v1/audit?action=contacts.imported")
    assert len(audit["items"]) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Choose a file first."),
        ("name,phone\nAmélie,1\n".encode("latin-1"), "Save the file again as “CSV UTF-8”"),
        (b'"open\n', "a quotation mark stands alone"),
        (b"a," * 300, "It has more than 200 columns."),
    ],
)
async def test_what_is_no_such_file_is_said(desk: Any, data: bytes, said: str) -> None:
    if not data:
        assert said in await upload(desk, data, status=422)
        return
    place = await upload(desk, data)
    assert said in await desk.see(place, status=422)


async def test_a_file_that_is_too_large_is_not_taken(desk: Any) -> None:
    page = await upload(desk, b"x" * (9 * 1024 * 1024), status=413)
    assert "This is too large" in page
    note = await desk.send("/contacts/new", status=413, notes="x" * 300_000, numbers="1")
    assert "This is too large" in note


async def test_a_file_is_its_uploaders_only(desk: Any, staffroom: Any) -> None:
    place = await upload(desk, TABLE.encode())
    luc = type(desk)(browser=await staffroom.enter("luc", role="manager"))
    await luc.see(place, status=303)
    await luc.send(place)
    assert await names(desk) == []
    lea = type(desk)(browser=await staffroom.enter("lea", role="manager", inboxes=["main"]))
    await lea.see("/contacts/import", status=403)
    assert "/contacts/import" not in await lea.see("/contacts")
    await desk.send("/contacts/import", status=422)


def test_files_are_kept_briefly_and_few() -> None:
    class Clock:
        ms = 0

        def now_ms(self) -> int:
            return self.ms

    clock = Clock()
    files = PendingFiles(clock=clock)

    def keep(owner: str) -> str:
        return files.keep(b"x", name="x.csv", format_=FileFormat.CSV, owner_id=owner)

    first = keep("marie")
    assert files.get(first, owner_id="marie") is not None
    assert files.get(first, owner_id="luc") is None
    again = keep("marie")
    assert files.get(first, owner_id="marie") is None
    for at in range(4):
        keep(f"colleague {at}")
    assert files.get(again, owner_id="marie") is None
    last = keep("marie")
    clock.ms = 30 * 60_000
    assert files.get(last, owner_id="marie") is None


@pytest.mark.parametrize(
    ("format_", "media_type", "said"),
    [("csv", "text/csv", "external_id,name"), ("vcard", "text/vcard", "BEGIN:VCARD")],
)
async def test_all_contacts_are_handed_out(
    desk: Any, staffroom: Any, format_: str, media_type: str, said: str
) -> None:
    body = {"numbers": ["514 555-0123"], "name": "Amélie"}
    await staffroom.api.admin("POST", "/v1/contacts", status=201, json=body)
    data = {"csrf_token": desk.browser.session["csrf_token"], "format": format_}
    async with desk.browser.client.post("/contacts/export", data=data) as answer:
        text = await answer.text()
        assert (answer.status, answer.content_type) == (200, media_type)
    assert said in text
    assert "Amélie" in text
