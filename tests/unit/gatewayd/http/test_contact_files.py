"""Contacts imported and exported over HTTP: what becomes of each row, and who may."""

import io
import json
from typing import Any

import pytest

from gatewayd.services.tokens import Scope, create_token
from storage import changes
from storage.contacts import change
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

ONE, TWO = "+15145550123", "+15145550124"
IMPORT, EXPORT = "/v1/contacts/import", "/v1/contacts/export"
FORMULA = '=HYPERLINK("http://evil.example","Free")'


async def receive(api: Any, sender: str) -> None:
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=sender,
        to_number=None,
        text="hello",
        encoding="gsm7",
        inbox="main",
        modem="counter",
        iccid=None,
        kind="text",
        sc_time_ms=None,
        parts_total=1,
        parts_present=1,
        complete=True,
    )
    async with api.context.store.write() as tx:
        await insert_incoming(tx, message, now_ms=now_ms)


async def take(api: Any, text: str, query: str = "", *, status: int = 200) -> Any:
    path = f"{IMPORT}?format=csv{query}"
    return await api.admin("POST", path, status=status, data=text.encode())


async def contacts(api: Any) -> list[Any]:
    found: list[Any] = (await api.admin("GET", "/v1/contacts"))["items"]
    return sorted(found, key=lambda contact: contact["numbers"][0]["number"])


async def export(api: Any, format_: str = "csv") -> str:
    async with api.unix.get(f"{EXPORT}?format={format_}") as answer:
        assert answer.status == 200, await answer.text()
        text: str = await answer.text()
        return text


def became(report: Any) -> tuple[int, int, int, int]:
    return (
        report["created"],
        report["updated"],
        report["unchanged"],
        len(report["problems"]),
    )


async def test_a_file_is_taken_in_once_and_tried_before(api: Any) -> None:
    await receive(api, ONE)
    text = f"id externe;nom;tel;tags\nc-1;Amélie;514 555-0123;vip\nc-2;Zoé;{TWO};\n;Bad;12;\n"

    tried = await take(api, text, "&dry_run=true")
    assert became(tried) == (1, 1, 0, 1)
    assert [contact["name"] for contact in await contacts(api)] == [None]
    assert (await api.admin("GET", "/v1/audit"))["items"] == []

    done = await take(api, text)
    assert done == {**tried, "dry_run": False}
    assert done["problems"][0]["line"] == 4
    amelie, zoe = await contacts(api)
    assert (amelie["name"], amelie["external_id"], amelie["tags"]) == ("Amélie", "c-1", ["vip"])
    assert (zoe["name"], zoe["numbers"][0]["number"]) == ("Zoé", TWO)

    again = await take(api, text)
    assert became(again) == (0, 0, 2, 1)
    assert await contacts(api) == [amelie, zoe]


async def test_journal_and_audit_tell_who_imported_what(api: Any) -> None:
    await receive(api, ONE)
    await take(api, f"name,phone\nAmélie,{ONE}\nZoé,{TWO}\n")
    page = await api.admin(
        "GET",
        "/v1/events?types=contact.created,contact.updated",
        headers={"Accept": "application/json"},
    )
    told = [(event["type"], event["data"].get("by", "")[:4]) for event in page["items"]]
    assert told == [
        ("contact.created", ""),
        ("contact.updated", "uid:"),
        ("contact.created", "uid:"),
    ]
    assert "Zoé" not in json.dumps(page, ensure_ascii=False)
    audit = (await api.admin("GET", "/v1/audit"))["items"]
    (entry,) = [each for each in audit if each["action"] == "contacts.imported"]
    assert entry["data"] == {"format": "csv", "rows": "2"}


async def test_what_is_given_goes_before_and_nothing_is_taken_away(api: Any) -> None:
    await take(api, f"external_id,name,phone,tags,notes\nc-1,Amélie,{ONE},vip,Mornings\n")
    await take(api, f"external_id,name,phone,tags,notes\nc-1,Amélie T.,{TWO},new,\n")
    (contact,) = await contacts(api)
    assert (contact["name"], contact["notes"]) == ("Amélie T.", "Mornings")
    assert contact["tags"] == ["new", "vip"]
    assert [each["number"] for each in contact["numbers"]] == [ONE, TWO]


async def test_no_consent_is_given(api: Any) -> None:
    await receive(api, ONE)
    (contact,) = await contacts(api)
    path = f"/v1/contacts/{contact['id']}/consent"
    await api.admin("POST", path, json={"what": "opted_out", "reason": "said so"})
    before = await api.admin("GET", path)
    await take(api, f"name,phone\nAmélie,{ONE}\n")
    assert await api.admin("GET", path) == before
    # Nor does one who was erased come back as somebody who never refused.
    await api.admin("POST", f"/v1/contacts/{contact['id']}/erase", json={"reason": "asked"})
    await take(api, f"name,phone\nAmélie,{ONE}\n")
    (contact,) = await contacts(api)
    consent = await api.admin("GET", f"/v1/contacts/{contact['id']}/consent")
    assert consent["opted_out"] == before["opted_out"] != []


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        (f"c-3,,{ONE}", "external_id", "has another one"),
        (f"c-1,,{TWO}", "phone", "belongs to another contact"),
        (f",,{ONE};{TWO}", "phone", "belongs to another contact"),
        ("c-9,Nobody,", "phone", "needs a number"),
        (",Nobody,VIDEO", "phone", "letters"),
        (",Nobody,", "phone", "needs a number"),
    ],
)
async def test_a_row_that_is_not_clear_is_left_out(
    api: Any, row: str, field: str, said: str
) -> None:
    await take(api, f"external_id,name,phone\nc-1,A,{ONE}\nc-2,B,{TWO}\n")
    before = await contacts(api)
    for query in ("&dry_run=true", ""):
        report = await take(api, f"external_id,name,phone\n{row}\n", query)
        assert became(report) == (0, 0, 0, 1)
        (problem,) = report["problems"]
        assert (problem["line"], problem["field"]) == (2, field)
        assert said in problem["detail"]
    assert await contacts(api) == before


async def test_two_rows_of_one_contact_are_a_problem(api: Any) -> None:
    await take(api, f"external_id,phone\nc-1,{ONE}\n")
    report = await take(api, f"external_id,phone,name\nc-1,,A\n,{ONE},B\n")
    assert became(report) == (0, 1, 0, 1)
    assert report["problems"][0]["detail"] == "it is the same contact as line 2"


async def test_problems_are_bounded_and_the_rest_counted(api: Any) -> None:
    report = await take(api, "phone\n" + "12\n" * 300)
    assert (len(report["problems"]), report["more_problems"], report["rows"]) == (200, 100, 300)


async def test_many_rows_come_in_portions(api: Any) -> None:
    lines = [f"c-{number},+1514555{number:04}" for number in range(200, 260)]
    report = await take(api, "external_id,phone\n" + "\n".join(lines))
    assert became(report) == (60, 0, 0, 0)


async def test_who_changed_meanwhile_is_left_out(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await take(api, f"phone,name\n{ONE},A\n")

    async def late(tx: Any, contact_id: str, values: Any, **more: Any) -> Any:
        return await change(tx, contact_id, values, **{**more, "version": 99})

    monkeypatch.setattr("storage.contacts.change", late)
    report = await take(api, f"phone,name\n{ONE},B\n")
    assert became(report) == (0, 0, 0, 1)
    assert "import the file again" in report["problems"][0]["detail"]


async def test_what_is_no_such_file_is_refused_whole(api: Any) -> None:
    refused = await take(api, "name\nx\n", status=422)
    assert refused["code"] == "file_unreadable"
    for query in ("&map={", '&map={"phone":"shoe"}', "&map=[]", "&dry_run=perhaps"):
        refused = await take(api, "phone\n1\n", query, status=422)
        assert refused["code"] == "invalid_request"
    await api.admin("POST", IMPORT, status=422, data=b"phone\n")
    assert (await api.admin("GET", "/v1/audit"))["items"] == []


async def test_a_file_too_large_is_refused_declared_or_not(api: Any) -> None:
    most = api.context.limits.file_bytes
    declared = io.BytesIO(b"x" * (most + 1))
    refused = await api.admin("POST", f"{IMPORT}?format=csv", status=413, data=declared)
    assert refused["code"] == "body_too_large"

    async def endless() -> Any:
        for _ in range(most // 65_536 + 1):
            yield b"x" * 65_536

    await api.admin("POST", f"{IMPORT}?format=csv", status=413, data=endless())
    # More than other bodies may have is no matter.
    report = await take(api, f"phone,notes\n{ONE},x\n" + "\n" * 300_000)
    assert report["created"] == 1


@pytest.mark.parametrize("format_", ["csv", "vcard"])
async def test_an_export_imported_again_changes_nothing(api: Any, format_: str) -> None:
    await receive(api, ONE)
    await receive(api, "VIDEOTRON")
    await receive(api, "unknown")
    notes = f"{FORMULA}\nand more"
    text = (
        f'phone,name,notes,tags\n{TWO},"O\'Hara, Zoé","{notes.replace(chr(34), chr(34) * 2)}",a;b\n'
    )
    assert (await take(api, text))["created"] == 1
    before = await contacts(api)
    data = (await export(api, format_)).encode()
    report = await api.admin("POST", f"{IMPORT}?format={format_}", data=data)
    assert became(report) == (0, 0, 3, 0)
    assert await contacts(api) == before


async def test_no_spreadsheet_takes_an_export_s_cell_for_a_formula(api: Any) -> None:
    doubled = FORMULA.replace('"', '""')
    await take(api, f'phone,name,tags\n{ONE},"{doubled}",@SUM(1)\n')
    text = await export(api)
    assert text.startswith("\ufeffexternal_id,name,phone,")
    assert f"\"'{doubled}\",{ONE},,'@SUM(1)," in text


async def test_an_export_is_in_the_audit_or_is_not(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await export(api, "vcard")
    (told,) = (await api.admin("GET", "/v1/audit"))["items"]
    assert (told["action"], told["data"]) == ("contacts.exported", {"format": "vcard"})

    def full(_store: Store) -> Any:
        raise StoreUnavailable(reason="the disk is full")

    monkeypatch.setattr(Store, "write", full)
    await api.admin("GET", EXPORT, status=503)


async def test_who_sees_some_inboxes_exports_theirs_and_imports_nothing(api: Any) -> None:
    await receive(api, ONE)
    await take(api, f"phone\n{TWO}\n")
    async with api.context.store.write() as tx:
        _, secret = await create_token(
            tx,
            name="till",
            scopes=(Scope.SUPERVISE, Scope.MANAGE),
            inboxes=["main"],
            now_ms=api.clock.now_ms(),
        )
    headers = {"Authorization": f"Bearer {secret}"}
    async with api.tcp.get(EXPORT, headers=headers) as answer:
        text = await answer.text()
    assert ONE in text
    assert TWO not in text
    async with api.tcp.post(f"{IMPORT}?format=csv", headers=headers, data=b"phone\n") as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "inbox_not_yours")


@pytest.mark.parametrize("way", ["to one that is known", "as a new one"])
async def test_a_number_whose_erased_contact_was_blocked_comes_back_blocked(
    api: Any, way: str
) -> None:
    """It is told as any block is: a version, an event, and nobody waits there any more."""
    await receive(api, TWO)
    (whom,) = await contacts(api)
    await api.admin("POST", f"/v1/contacts/{whom['id']}/block")
    await api.admin("POST", f"/v1/contacts/{whom['id']}/erase", json={"reason": "asked"})
    text = f"external_id,phone\nc-1,{TWO}\n"
    if way == "to one that is known":
        await receive(api, ONE)
        text = f"external_id,phone,other phone\nc-1,{ONE},{TWO}\n"
        more = '&map={"other phone": "phone"}'
        before = next(each for each in await contacts(api) if each["numbers"][0]["number"] == ONE)
        report = await take(api, text, more)
        assert became(report) == (0, 1, 0, 0)
    else:
        before = {"version": 0}
        assert became(await take(api, text)) == (1, 0, 0, 0)
    (met,) = [each for each in await contacts(api) if each["external_id"] == "c-1"]
    assert met["blocked_at"] is not None
    assert met["version"] == before["version"] + 2
    async with api.context.store.read() as tx:
        told = await changes.after(tx, None, 500, {"contact.updated"})
    assert [one.data.get("blocked") for one in told if one.subject == met["id"]][-1] is True
    assert (await api.admin("GET", "/v1/conversations?waiting=true"))["items"] == []
    await api.admin("POST", f"/v1/contacts/{met['id']}/unblock")
    items = (await api.admin("GET", "/v1/conversations?waiting=true"))["items"]
    assert len(items) == (1 if way == "to one that is known" else 0)
