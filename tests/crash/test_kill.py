"""`kill -9` at random moments: nothing lost, nothing twice, and what is not known is so called."""

import asyncio
from collections import Counter
from functools import partial
from typing import Any

import pytest

LONG = "Bonjour, votre commande est prête et vous attend au comptoir jusqu'à dix-huit heures. " * 4


def _texts(count: int) -> dict[str, str]:
    """A message to each number; every fourth has several parts."""
    return {
        f"+1514556{place:04d}": f"{LONG} No. {place}" if place % 4 == 0 else f"No. {place} prête"
        for place in range(count)
    }


async def _post_all(rig: Any, texts: dict[str, str], inboxes: tuple[str, ...]) -> None:
    """Post each text until it is accepted; the key makes a retried request the same message."""
    for place, (number, text) in enumerate(texts.items()):
        answer = await rig.insist(
            "POST",
            "/v1/messages",
            json={"to": number, "text": text, "inbox": inboxes[place % len(inboxes)]},
            headers={"Idempotency-Key": f"order-{number}"},
        )
        assert answer["to"] == number


async def _kill_while_sending(rig: Any, *, messages: int, kills: int) -> None:
    texts = _texts(messages)
    async with asyncio.TaskGroup() as tasks:
        posting = tasks.create_task(_post_all(rig, texts, ("main",)))
        for _ in range(kills):
            await rig.live_until_killed(b"AT+CMGS")
        await rig.start()
        await posting
    await rig._sign_of_life()
    await rig.insist("GET", "/healthz")
    await rig.until(partial(_sent, rig))
    _audit_sent(rig, texts, await rig.messages(direction="out"))
    await rig.stop()


async def _sent(rig: Any) -> bool:
    """Whether nothing that goes out can change any more."""
    accepted = rig.accepted_by_number()
    return all(
        message["state"] == "delivered"
        # Killed between the commit and Ctrl-Z: honestly unknown, for no report can come.
        or (message["state"] == "unknown" and accepted[message["to"]] < message["parts"])
        for message in await rig.messages(direction="out")
    )


def _audit_sent(rig: Any, texts: dict[str, str], found: list[dict[str, Any]]) -> None:
    assert Counter(message["to"] for message in found) == Counter(texts.keys())
    twice = {pdu: times for pdu, times in rig.accepted().items() if times > 1}
    assert twice == {}
    accepted = rig.accepted_by_number()
    unknown = [message for message in found if message["state"] == "unknown"]
    for message in found:
        if message["state"] == "delivered":
            assert accepted[message["to"]] == message["parts"], message
    assert len(unknown) <= rig.kills


async def _kill_while_receiving(rig: Any, *, messages: int, kills: int) -> None:
    texts = _texts(messages)
    for number, text in texts.items():
        rig.network.text_in(to=rig.modem.number, from_=number, text=text)
    for _ in range(kills):
        if rig.network.waiting(rig.modem.number) == 0:
            break
        await rig.live_until_killed(b"AT+CMGD")
    await rig.start()
    await rig._sign_of_life()
    await rig.insist("GET", "/healthz")

    async def all_in() -> bool:
        return len(await rig.messages(direction="in")) >= len(texts) and rig.waiting() == 0

    await rig.until(all_in)
    await _audit_received(rig, texts)
    await rig.stop()


async def _audit_received(rig: Any, texts: dict[str, str]) -> None:
    found = await rig.messages(direction="in")
    assert Counter((message["from"], message["text"]) for message in found) == Counter(
        texts.items()
    )
    events = await rig.insist(
        "GET",
        "/v1/events",
        params={"types": "message.received", "limit": "200"},
        headers={"Accept": "application/json"},
    )
    assert Counter(event["data"]["id"] for event in events["items"]) == Counter(
        message["id"] for message in found
    )
    assert rig.waiting() == 0


async def _kill_in_all_traffic(rig: Any, *, messages: int, kills: int) -> None:
    """Both ways on two modems: whatever is under way when the kill comes."""
    out = _texts(messages)
    texted = {number.replace("+1514", "+1438"): f"In: {text}" for number, text in out.items()}
    async with asyncio.TaskGroup() as tasks:
        posting = tasks.create_task(_post_all(rig, out, ("main", "branch")))
        waves = [list(texted)[place::kills] for place in range(kills)]
        for wave in waves:
            for place, number in enumerate(wave):
                to = rig.modems[place % 2].number
                rig.network.text_in(to=to, from_=number, text=texted[number])
            await rig.live_until_killed(b"AT+CMGS", b"AT+CMGD")
        await rig.start()
        await posting
    await rig._sign_of_life()
    await rig.insist("GET", "/healthz")

    async def settled() -> bool:
        received = await rig.messages(direction="in")
        return await _sent(rig) and len(received) >= len(texted) and rig.waiting() == 0

    await rig.until(settled)
    _audit_sent(rig, out, await rig.messages(direction="out"))
    await _audit_received(rig, texted)
    await rig.stop()


@pytest.mark.timeout(900)
async def test_nothing_is_sent_twice_or_lost_over_a_few_kills(rig: Any) -> None:
    await _kill_while_sending(rig, messages=24, kills=4)


@pytest.mark.timeout(900)
async def test_nothing_is_received_twice_or_lost_over_a_few_kills(rig: Any) -> None:
    await _kill_while_receiving(rig, messages=40, kills=4)


@pytest.mark.timeout(900)
async def test_nothing_is_lost_or_twice_in_all_traffic_over_a_few_kills(rig: Any) -> None:
    await _kill_in_all_traffic(rig, messages=24, kills=4)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_is_lost_or_twice_in_all_traffic_over_thirty_kills(rig: Any) -> None:
    await _kill_in_all_traffic(rig, messages=150, kills=30)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_is_sent_twice_or_lost_over_twenty_kills(rig: Any) -> None:
    await _kill_while_sending(rig, messages=100, kills=20)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_nothing_is_received_twice_or_lost_over_twenty_kills(rig: Any) -> None:
    await _kill_while_receiving(rig, messages=100, kills=20)
