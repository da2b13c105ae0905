"""Exports over HTTP: who may, that each is in the audit, and what hostile words do in them."""

import csv
import io
import json
from typing import Any

import pytest

from gatewayd.exports.cells import line, safe
from gatewayd.services.tokens import Scope
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

NUMBER = "+15145550123"
FORMULA = '=HYPERLINK("http://evil.example","Free")'
SCRIPT = "<script>alert('é')</script>"


async def receive(api: Any, text: str) -> str:
    api.clock.ms += 1000
    now_ms = api.clock.now_ms()
    message = NewIncoming(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        from_=NUMBER,
        to_number=None,
        text=text,
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
        place = await insert_incoming(tx, message, now_ms=now_ms)
    assert place is not None
    return place.conversation_id


@pytest.fixture
async def conversation(api: Any) -> str:
    for text in ("first", FORMULA, SCRIPT):
        found = await receive(api, text)
    path = f"/v1/conversations/{found}"
    await api.admin("POST", f"{path}/notes", json={"text": "@SUM(1) a note\nof two lines"})
    await api.admin("POST", f"{path}/messages", status=202, json={"text": "answer"})
    return found


async def fetch(api: Any, path: str, **headers: str) -> tuple[str, Any]:
    async with api.unix.get(path, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text(), answer.headers


@pytest.mark.parametrize("path", ["/v1/export", "/v1/conversations/{}/export"])
async def test_a_manager_exports_and_an_agent_may_not(
    api: Any, conversation: str, path: str
) -> None:
    agent = await api.token(Scope.INBOX, Scope.MESSAGES_READ, Scope.MESSAGES_SEND, Scope.EVENTS)
    manager = await api.token(Scope.SUPERVISE, name="Marie")
    async with api.tcp.get(path.format(conversation), headers=agent) as answer:
        assert (answer.status, (await answer.json())["code"]) == (403, "scope_missing")
    assert (await api.admin("GET", "/v1/audit"))["items"] == []
    async with api.tcp.get(path.format(conversation), headers=manager) as answer:
        assert answer.status == 200
        assert "first" in await answer.text()
    (told,) = (await api.admin("GET", "/v1/audit"))["items"]
    assert told["action"] in {"conversation.exported", "everything.exported"}
    assert told["actor"]["name"] == "Marie"


async def test_json_has_all_of_it_the_oldest_first(api: Any, conversation: str) -> None:
    text, headers = await fetch(api, f"/v1/conversations/{conversation}/export")
    found = json.loads(text)
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Content-Disposition"] == f'attachment; filename="{conversation}.json"'
    assert found["id"] == conversation
    said = [
        each["message"]["text"] if each["message"] else each["text"] for each in found["timeline"]
    ]
    assert said == ["first", FORMULA, SCRIPT, "@SUM(1) a note\nof two lines", "answer"]


async def test_no_spreadsheet_takes_a_cell_for_a_formula(api: Any, conversation: str) -> None:
    text, headers = await fetch(api, f"/v1/conversations/{conversation}/export?format=csv")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert text.startswith("\ufeffat,type,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["text"] for row in rows] == [
        "first",
        f"'{FORMULA}",
        SCRIPT,
        "'@SUM(1) a note\nof two lines",
        "answer",
    ]
    assert rows[0]["from"] == NUMBER
    assert [row["direction"] for row in rows] == ["in", "in", "in", "", "out"]
    assert rows[0]["at"].endswith("Z")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1514", "+1514"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cells(cell: str, written: str) -> None:
    assert safe(cell) == written
    assert next(csv.reader(io.StringIO(line([cell, None]), newline=""))) == [written, ""]


async def test_the_page_runs_nothing_that_was_texted(api: Any, conversation: str) -> None:
    text, headers = await fetch(api, f"/v1/conversations/{conversation}/export?format=html")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#x27;é&#x27;)" in text
    assert "note (not sent)" in text
    assert "http" not in text.replace("http://evil.example", "")


@pytest.mark.parametrize(
    ("query", "accepted", "lang"),
    [
        ("", "", "en"),
        ("", "fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("", "de, en", "en"),
        ("&language=fr", "en", "fr"),
    ],
)
async def test_the_page_is_in_the_asker_s_language(
    api: Any, conversation: str, query: str, accepted: str, lang: str
) -> None:
    path = f"/v1/conversations/{conversation}/export?format=html{query}"
    text, _ = await fetch(api, path, **{"Accept-Language": accepted})
    assert f'<html lang="{lang}">' in text
    assert ("note (non envoyée)" if lang == "fr" else "note (not sent)") in text


async def test_everything_is_one_object_a_line(api: Any, conversation: str) -> None:
    blocked = (await api.admin("GET", "/v1/contacts"))["items"][0]["id"]
    await api.admin("POST", f"/v1/contacts/{blocked}/block")
    stop = {"what": "opted_out", "reason": "said so"}
    await api.admin("POST", f"/v1/contacts/{blocked}/consent", json=stop)
    text, headers = await fetch(api, "/v1/export")
    assert headers["Content-Type"] == "application/jsonl; charset=utf-8"
    found = [json.loads(each) for each in text.splitlines()]
    kinds = [each["kind"] for each in found]
    assert (kinds[0], kinds.count("contact"), kinds.count("conversation")) == ("export", 1, 1)
    entries = [each for each in found if each["kind"] == "entry"]
    assert {each["conversation_id"] for each in entries} == {conversation}
    assert [each["message"]["text"] for each in entries if each["message"]] == [
        "first",
        FORMULA,
        SCRIPT,
        "answer",
    ]
    (consent,) = [each for each in found if each["kind"] == "consent"]
    assert consent["contact_id"] == blocked


async def test_a_long_history_comes_in_portions(
    api: Any, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.exporting._PORTION", 2)
    text, _ = await fetch(api, f"/v1/conversations/{conversation}/export")
    assert len(json.loads(text)["timeline"]) == 5
    everything, _ = await fetch(api, "/v1/export")
    assert sum('"kind":"entry"' in each for each in everything.splitlines()) == 5


async def test_what_cannot_be_noted_is_not_handed_out(
    api: Any, conversation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_store: Store) -> Any:
        raise StoreUnavailable(reason="the disk is full")

    monkeypatch.setattr(Store, "write", full)
    for path in ("/v1/export", f"/v1/conversations/{conversation}/export"):
        async with api.unix.get(path) as answer:
            assert (answer.status, (await answer.json())["code"]) == (503, "store_unavailable")


async def test_exports_that_cannot_be(api: Any, conversation: str) -> None:
    await api.admin("GET", "/v1/conversations/cnv_x/export", status=404)
    await api.admin("GET", f"/v1/conversations/{conversation}/export?format=pdf", status=422)
    assert (await api.admin("GET", "/v1/audit"))["items"] == []
