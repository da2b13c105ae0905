"""Canaries that come home, told from customers' messages; works inside ingest's transaction.

Nobody can hide a message by it: only the exact text counts, from our own number, with a random
token that we have sent and that has not come back yet. Anything else is a message like any other.
"""

import re

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.numbers import canonical
from modem.pdu import Deliver
from storage import canaries, modems

CURED = "a test message has arrived"

_TEXT = re.compile(r"gatewayd canary ([0-9A-F]{16})")
_log = structlog.get_logger(__name__)


def text_of(token: str) -> str:
    """Write a canary: plain GSM 7-bit, one part, and no word that could be meant for anybody."""
    return f"gatewayd canary {token}"


class Arrivals:
    """Tells a canary from a customer's message: our own number, and a token that is awaited."""

    def __init__(self, *, country: str | None) -> None:
        self._country = country

    async def takes(
        self, tx: AsyncConnection, deliver: Deliver, *, pdu_id: str, now_ms: int
    ) -> bool:
        """Whether this is a canary that comes home, for the first time; then its alarm is over."""
        found = _TEXT.fullmatch((deliver.text or "").strip())
        if found is None:
            return False
        sender = canonical(deliver.originator.text, country=self._country).text
        modem = await canaries.arrive(
            tx, token=found[1], from_number=sender, pdu_id=pdu_id, now_ms=now_ms
        )
        if modem is None:
            return False
        for incident_id in await canaries.open_incidents(tx, modem):
            await modems.close_incident(tx, incident_id=incident_id, cure=CURED, now_ms=now_ms)
        _log.info("canary_arrived", modem=modem)
        return True
