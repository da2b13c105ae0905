"""A conversation is opened at what was found in it, and goes on from there; what is shown stays."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import pytest

from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming, insert_incoming

CUSTOMER = "+15145550123"
HTML = {"Accept": "text/html", "Accept-Language": "en"}


class Talk:
    """A long conversation, in a manager's browser."""

    def __init__(self, browser: Any, conversation: str, messages: list[str]) -> None:
        self.browser = browser
        self.id = conversation
        self.messages = messages

    async def see(
        self, query: str = "", *, status: int = 200, view: str = "all", **how: str
    ) -> str:
        """Read the page, or what a link of it leads to, as ``how`` says: `part`, `shown`."""
        path = query if query.startswith("/") else f"/inbox/{view}/{self.id}{query}"
        headers = HTML | {f"X-Gatewayd-{name.title()}": value for name, value in how.items()}
        async with self.browser.client.get(path, headers=headers) as answer:
            assert answer.status == status
            return unescape(await answer.text())

    def shown(self, page: str) -> range:
        """Which of the messages are shown, all that are between the first and the last."""
        found = re.findall(r'<div class="text" dir="auto">Message (\d+)\.<', page)
        which = range(int(found[0]), int(found[-1]) + 1)
        assert [int(each) for each in found] == [*which]
        return which

    def link(self, page: str, name: str) -> str:
        found = re.search(rf'href="([^"]+)" data-{name}', page)
        assert found
        return found[1]


async def receive(api: Any, texts: Sequence[tuple[str, str]]) -> list[str]:
    """Take texts of customers; gives the messages' ids."""
    ids = []
    async with api.context.store.write() as tx:
        for sender, text in texts:
            ids.append(new_id(Prefix.MESSAGE, now_ms=api.clock.now_ms()))
            message = NewIncoming(
                id=ids[-1],
                from_=sender,
                to_number="+15145550100",
                text=text,
                encoding="gsm7",
                inbox="main",
                modem="counter",
                iccid="89",
                kind="text",
                sc_time_ms=api.clock.now_ms(),
                parts_total=1,
                parts_present=1,
                complete=True,
            )
            await insert_incoming(tx, message, now_ms=api.clock.now_ms())
    return ids


@pytest.fixture
async def talk(staffroom: Any) -> Talk:
    await staffroom.inboxes("main")
    messages = await receive(staffroom.api, [(CUSTOMER, f"Message {at}.") for at in range(150)])
    first = await staffroom.api.admin("GET", f"/v1/messages/{messages[0]}")
    marie = await staffroom.enter("marie", role="manager")
    return Talk(marie, first["conversation_id"], messages)


def marked(page: str) -> list[str]:
    """What is marked as found."""
    return re.findall(r'id="at" aria-current="true">.*?dir="auto">([^<]*)<', page, re.DOTALL)


async def test_a_hit_opens_the_conversation_at_the_message(talk: Talk) -> None:
    page = await talk.see("/inbox/mine?q=message+20")
    hit = re.search(r'class="row found" href="([^"]+)"', page)
    assert hit
    assert hit[1].startswith(f"/inbox/mine/{talk.id}?q=message+20&at={talk.messages[20]}")
    assert hit[1].endswith("#at")

    page = await talk.see(hit[1])
    assert marked(page) == ["Message 20."]
    assert talk.shown(page) == range(51)  # as much as a page has, those about it
    # What was looked for is still beside it, and which of it is open.
    assert re.search(r'class="row found" href="[^"]+" aria-current="true"', page)
    assert page.count('aria-current="true"') == 3  # the section, the hit, the message
    assert 'href="/inbox/mine?q=message+20" aria-label="Back to the list"' in page


async def test_it_goes_on_to_older_and_newer_from_there(talk: Talk) -> None:
    page = await talk.see(f"?q=x&at={talk.messages[75]}")
    first = talk.shown(page)
    assert first == range(46, 106)
    earlier = await talk.see(talk.link(page, "earlier"))
    later = await talk.see(talk.link(page, "later"))
    assert talk.shown(earlier) == range(46)
    assert "data-earlier" not in earlier
    assert talk.shown(later) == range(106, 150)
    assert "data-later" not in later
    # Without a script one comes back, too.
    assert talk.shown(await talk.see(talk.link(earlier, "later"))) == range(46, 106)
    assert talk.shown(await talk.see(talk.link(later, "earlier"))) == first
    assert f'<a class="button small" href="/inbox/all/{talk.id}?q=x">To the newest' in page


@pytest.mark.parametrize("at", ["msg_x", "%00", "&at="])
async def test_what_is_not_in_it_is_not_looked_for_in_vain(talk: Talk, at: str) -> None:
    page = await talk.see(f"?at={at}")
    assert talk.shown(page) == range(90, 150)
    assert marked(page) == []
    assert ("What was looked for is not here any more." in page) is (at != "&at=")


async def test_a_page_of_what_is_not_there_is_none(talk: Talk) -> None:
    for query in ("?earlier=tml_x", "?later=tml_x"):
        await talk.see(query, status=404)


async def test_what_came_before_the_form_is_not_news_to_who_looks_back(talk: Talk) -> None:
    newest = re.search(r'name="seen" value="(\w+)"', await talk.see())
    back = re.search(r'name="seen" value="(\w+)"', await talk.see(f"?at={talk.messages[3]}"))
    assert newest
    assert back
    assert newest[1] == back[1]


async def test_what_was_looked_for_stays_after_a_form(talk: Talk) -> None:
    page = await talk.see(f"?q=message+20&at={talk.messages[20]}")

    async def send(word: str, **fields: str) -> str:
        action = re.search(rf'action="([^"]+/{word}[^"]*)"', page)
        assert action
        data = {"csrf_token": talk.browser.session["csrf_token"]} | fields
        async with talk.browser.client.post(
            action[1], data=data, headers=HTML, allow_redirects=False
        ) as answer:
            return str(answer.headers["Location"])

    here = f"/inbox/all/{talk.id}?q=message+20"
    assert await send("close") == f"{here}&at={talk.messages[20]}"
    closed = await talk.see(f"{here}&at={talk.messages[20]}")
    assert f'action="/inbox/all/{talk.id}/reopen?q=message+20&at={talk.messages[20]}"' in closed
    # An answer stands at the end.
    assert await send("answer", text="It is ready") == here


async def test_what_is_shown_is_read_again_as_far(talk: Talk, staffroom: Any) -> None:
    page = await talk.see()
    assert talk.shown(page) == range(90, 150)
    opened = await talk.see(talk.link(page, "earlier"))
    first = min(int(seq) for seq in re.findall(r'data-seq="(\d+)"', opened))
    await staffroom.receive("Message 150.")
    shown = {"part": "timeline", "shown": f"since={first}"}
    assert talk.shown(await talk.see(**shown)) == range(30, 151)

    # What was found stays what is shown, also when something new comes.
    page = await talk.see(f"?at={talk.messages[40]}")
    seqs = re.findall(r'data-seq="(\d+)"', page)
    await staffroom.receive("Message 151.")
    shown["shown"] = f"since={seqs[0]}&until={seqs[-1]}"
    again = await talk.see(f"?at={talk.messages[40]}", **shown)
    assert talk.shown(again) == talk.shown(page)
    assert marked(again) == ["Message 40."]
    before, after = (re.search(r'data-newest="(\w+)"', each) for each in (page, again))
    assert before
    assert after
    assert before[1] != after[1]


async def test_more_than_one_answer_holds_is_read_on_from_its_end(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewayd.web.looking._MOST_ENTRIES", 70)
    seqs = re.findall(r'data-seq="(\d+)"', await talk.see(f"?at={talk.messages[0]}"))
    how = {"part": "timeline", "shown": f"since={seqs[0]}"}
    page = await talk.see(**how)
    assert talk.shown(page) == range(80, 150)
    page = await talk.see(talk.link(page, "earlier"), **how)
    assert talk.shown(page) == range(10, 80)
    page = await talk.see(talk.link(page, "earlier"), **how)
    assert talk.shown(page) == range(10)


@pytest.mark.parametrize("shown", ["since=", "since=x&until=-1", "%%%", "since=" + "9" * 30])
async def test_what_is_no_place_is_not_there(talk: Talk, shown: str) -> None:
    assert talk.shown(await talk.see(shown=shown)) == range(90, 150)


async def test_a_list_is_as_long_as_it_was(staffroom: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    await staffroom.inboxes("main")
    numbers = [f"+1514555{3000 + at}" for at in range(55)]
    messages = await receive(staffroom.api, [(number, "Is it ready?") for number in numbers])
    shown = await staffroom.api.admin("GET", f"/v1/messages/{messages[0]}")
    oldest = shown["conversation_id"]
    talk = Talk(await staffroom.enter("marie", role="manager"), oldest, messages)

    async def rows(path: str = "/inbox/all", **how: str) -> int:
        return (await talk.see(path, **how)).count("data-row=")

    assert await rows() == 40
    assert await rows(shown="rows=50") == 50
    assert await rows(f"/inbox/all/{talk.id}", shown="rows=50", part="list") == 50
    assert await rows(shown="rows=x") == await rows(shown="rows=3") == 40
    monkeypatch.setattr("gatewayd.web.inbox_pages._MOST_ROWS", 45)
    assert await rows(shown="rows=9999") == 45
    more = talk.link(await talk.see(f"/inbox/all/{oldest}", shown="rows=9999"), "more")
    assert await rows(more, shown="rows=10", part="more") == 10
