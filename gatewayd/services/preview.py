"""What would happen to something that arrived, and why, without any of it happening.

Asks the same functions with the same facts as the live path does.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.clock import Clock
from gatewayd.facts import facts_of
from gatewayd.numbers import canonical
from gatewayd.reassembly import UNKNOWN_SENDER
from gatewayd.rulestory import tell
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.services.rulebook import UnfitBook, checked
from gatewayd.services.shop import LoadedShop, ShopLoader
from gatewayd.services.staff import Unfit
from routing.decision import Contact, Decision, Inbox, Incoming
from routing.evaluate import evaluate
from routing.model import Kind
from storage import sight
from storage.engine import Store

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What is supposed to arrive; ``sender`` empty is a withheld number.

    ``at`` is ISO 8601, without a zone by the inbox's clock; None is now. With a ``document``, as if
    that were the rules.
    """

    sender: str
    text: str = ""
    kind: Kind = Kind.SMS
    inbox: str = DEFAULT_INBOX
    modem: str | None = None
    at: str | None = None
    document: Mapping[str, Any] | None = None
    may_see: Collection[str] | None = None
    """The only inboxes that whoever asks sees: of others, and of who wrote only there, nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The facts, the decision, and the same for people."""

    rules_version: int | None
    """None: a document that is not in force."""

    incoming: Incoming
    inbox: Inbox
    decision: Decision
    story: tuple[str, ...]


class Previews:
    """Supposes; changes nothing."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def preview(self, supposed: Supposed) -> Preview | Unfit | UnfitBook:
        """Tell what would happen."""
        async with self._store.read() as tx:
            loaded = await self._load(tx, supposed.document)
            if isinstance(loaded, UnfitBook):
                return loaded
            if (unfit := self._unknown(supposed, loaded)) is not None:
                return unfit
            inbox = loaded.inbox(supposed.inbox)
            at_ms = self._at_ms(supposed.at, inbox)
            if isinstance(at_ms, Unfit):
                return at_ms
            country = self._settings.gateway.country
            number = canonical(supposed.sender, country=country).text or UNKNOWN_SENDER
            seen = supposed.may_see
            strange = seen is not None and not await sight.is_number_seen(tx, number, seen)
            incoming = await facts_of(
                tx,
                loaded,
                inbox=supposed.inbox,
                number=number,
                kind=supposed.kind,
                text=supposed.text,
                at_ms=at_ms,
                modem=self._modem(supposed),
            )
        if strange:
            incoming = replace(incoming, contact=Contact(first_message=True))
        decision = evaluate(incoming, inbox, loaded.shop_of(supposed.inbox))
        return Preview(
            rules_version=None if supposed.document is not None else loaded.version,
            incoming=incoming,
            inbox=inbox,
            decision=decision,
            story=tell(incoming, inbox, decision),
        )

    async def _load(
        self, tx: AsyncConnection, document: Mapping[str, Any] | None
    ) -> LoadedShop | UnfitBook:
        loaded = await self._shop.load(tx)
        if document is None:
            return loaded
        book = await checked(tx, self._settings, document)
        if isinstance(book, UnfitBook):
            return book
        return await self._shop.load_as_if(tx, book)

    def _at_ms(self, written: str | None, inbox: Inbox) -> int | Unfit:
        if written is None:
            return self._clock.now_ms()
        try:
            at = datetime.fromisoformat(written)
        except ValueError:
            detail = 'expected a time such as "2027-06-24T20:00", which is the inbox\'s'
            return Unfit(field="at", code="time_unreadable", detail=detail)
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            detail = f"expected a year from {_FIRST_YEAR} to {_LAST_YEAR}"
            return Unfit(field="at", code="time_unreadable", detail=detail)
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(inbox.hours.zone))
        return (at - _EPOCH) // timedelta(milliseconds=1)

    def _unknown(self, supposed: Supposed, loaded: LoadedShop) -> Unfit | None:
        seen = supposed.may_see
        modems = {
            modem.name for modem in self._settings.modems if seen is None or modem.inbox in seen
        }
        inboxes = {name for name in loaded.inboxes if seen is None or name in seen}
        for field, name, there in (
            ("inbox", supposed.inbox, inboxes),
            ("modem", supposed.modem, modems),
        ):
            if name is not None and name not in there:
                detail = f"there is no {field} {name!r}"
                return Unfit(field=field, code=f"{field}_unknown", detail=detail)
        return None

    def _modem(self, supposed: Supposed) -> str:
        if supposed.modem is not None:
            return supposed.modem
        serving = (each.name for each in self._settings.modems if each.inbox == supposed.inbox)
        return next(serving, "")
