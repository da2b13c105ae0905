"""`kill -9` amid the commits of 64 clients at once: what was answered is there, nothing twice."""

import asyncio
from collections import Counter
from typing import Any

import aiohttp
import pytest

WRITERS = 64
EACH = 4


class Campaign:
    """Clients that post one message after the other, over the deaths of the daemon."""

    def __init__(self, rig: Any, kills: int) -> None:
        self.acknowledged: dict[str, str] = {}
        self.killed: object | None = None
        """The process that was killed last; it may be dying still."""
        self._rig = rig
        self._kills_left = kills
        self._until_kill = self._drawn()

    def _drawn(self) -> int:
        most = WRITERS * EACH // (self._kills_left + 1)
        return int(self._rig.rng.randint(1, most)) if self._kills_left else -1

    async def write(self, client: aiohttp.ClientSession, place: int) -> None:
        for number in range(EACH):
            reference = f"{place}-{number}"
            body = {
                "to": f"+1514556{place:04d}",
                "text": f"No. {number}",
                "client_reference": reference,
            }
            while reference not in self.acknowledged:
                try:
                    answer = await client.post(
                        "/v1/messages", json=body, headers={"Idempotency-Key": reference}
                    )
                    said = await answer.json()
                except (aiohttp.ClientError, OSError):
                    await self._rig._sign_of_life()
                    continue
                # A request that was cut off may still be running, or the daemon be starting.
                if answer.status == 202:
                    self._note(reference, said["id"])
                else:
                    assert answer.status in {409, 503}, said

    def _note(self, reference: str, message_id: str) -> None:
        self.acknowledged[reference] = message_id
        self._until_kill -= 1
        if self._until_kill == 0:
            self._rig.kill()
            self.killed = self._rig.process
            self._kills_left -= 1
            self._until_kill = self._drawn()


async def _kill_amid_commits(rig: Any, *, kills: int) -> None:
    campaign = Campaign(rig, kills)
    connector = aiohttp.UnixConnector(path=str(rig.socket), limit=WRITERS)
    async with aiohttp.ClientSession("http://localhost", connector=connector) as client:
        writing = asyncio.gather(*(campaign.write(client, place) for place in range(WRITERS)))
        while not writing.done():
            await rig.start()
            died = asyncio.create_task(rig.process.wait())
            await asyncio.wait({writing, died}, return_when=asyncio.FIRST_COMPLETED)
            died.cancel()
        await writing
    assert 0 < rig.kills <= kills
    if campaign.killed is rig.process:  # with the last answer
        await rig.process.wait()
        await rig.start()
    found = await rig.messages(direction="out")
    assert Counter(each["client_reference"] for each in found) == Counter(
        campaign.acknowledged.keys()
    )
    assert {each["client_reference"]: each["id"] for each in found} == campaign.acknowledged
    await rig.stop()


@pytest.mark.timeout(900)
async def test_what_64_clients_were_answered_is_there_after_kills(rig: Any) -> None:
    await _kill_amid_commits(rig, kills=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_what_64_clients_were_answered_is_there_after_twenty_kills(rig: Any) -> None:
    await _kill_amid_commits(rig, kills=20)
