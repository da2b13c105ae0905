"""What a daily digest says to somebody, put together when it is read: nothing erased goes.

Owns who is still entitled to one, in which language, and where its links lead.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.schema import Language, Settings
from gatewayd.clock import Clock
from gatewayd.daily.address import page_address
from gatewayd.daily.gathering import Gathering, supervisor
from gatewayd.daily.model import DailyDigest
from gatewayd.daily.schedule import Days
from gatewayd.services.options import chosen
from gatewayd.services.tokens import Principal, Scope
from gatewayd.web.digest import Words, words_of
from gatewayd.web.formats import Formats
from gatewayd.web.languages import tongue
from storage import people
from storage.engine import Store
from storage.people import PersonState

DAILY = "daily"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A digest: what it holds, and how that is told."""

    digest: DailyDigest
    words: Words


class DailyPost:
    """Composes digests."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._gateway = settings.gateway
        self._page = page_address(settings)
        self._store = store
        self._clock = clock
        self._gathering = Gathering(settings=settings, store=store, clock=clock)

    async def for_person(self, person_id: str, days: Days) -> Composed | None:
        """Compose somebody's; None: they supervise nothing any more."""
        async with self._store.read() as tx:
            person = await people.get(tx, person_id, now_ms=self._clock.now_ms())
        if person is None or person.state is not PersonState.ACTIVE:
            return None
        by = supervisor(person)
        if not by.may(Scope.SUPERVISE):
            return None
        language = Language(person.language) if person.language else self._gateway.language
        return await self.compose(days, by=by, language=language)

    async def compose(self, days: Days, *, by: Principal, language: Language) -> Composed:
        """Compose what somebody may see."""
        digest = await self._gathering.gather(days, by=by)
        async with self._store.read() as tx:
            masked = (await chosen(tx)).mask_numbers
        gateway = self._gateway
        formats = Formats(
            tongue=tongue(language, gateway.region),
            zone=ZoneInfo(gateway.timezone),
            region=gateway.region,
            now_ms=digest.now_ms,
            # E-mail leaves the house: where numbers are hidden from anybody, they are in it.
            masked=masked,
        )
        words = words_of(digest, formats, business=gateway.name, page=self._page)
        return Composed(digest=digest, words=words)
