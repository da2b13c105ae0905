"""The daily digest before it is sent: what it would say to whoever asks, when, and to whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from config.schema import Language, Settings
from gatewayd.clock import Clock, moment_at
from gatewayd.daily.digests import supervisors
from gatewayd.daily.post import Composed, DailyPost
from gatewayd.daily.schedule import DailyWish, Days, next_at, yesterday
from gatewayd.services.options import chosen
from gatewayd.services.shop import ShopLoader
from gatewayd.services.tokens import Principal, PrincipalType
from gatewayd.wishes import wishes_of
from storage import wishes
from storage.engine import Store
from storage.people import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who supervises, and on which days they want it."""

    person: PersonRow
    wish: DailyWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be sent. ``at`` None: it is switched off."""

    composed: Composed
    at: time | None
    next_at: datetime | None
    mail_server: bool
    recipients: Sequence[Recipient]


class DailyPreview:
    """Shows it; sends nothing."""

    def __init__(self, *, settings: Settings, store: Store, clock: Clock) -> None:
        self._gateway = settings.gateway
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._mail_server = settings.smtp.host is not None
        self._store = store
        self._clock = clock
        self._shop = ShopLoader(settings=settings, clock=clock)
        self._post = DailyPost(settings=settings, store=store, clock=clock)

    async def preview(
        self, day: date | None, language: Language | None, *, by: Principal
    ) -> Preview:
        """Put it together for one day, which is yesterday unless another is named."""
        now = moment_at(self._clock.now_ms())
        days = yesterday(now, self._zone) if day is None else Days(first=day, last=day)
        async with self._store.read() as tx:
            loaded = await self._shop.load(tx)
            wished = await wishes.of_people(tx)
            at = (await chosen(tx)).daily_digest_at
        own = next((row for row in loaded.people.values() if _is(row, by)), None)
        if language is None:
            language = Language(own.language) if own and own.language else self._gateway.language
        goes = at is not None and self._mail_server
        return Preview(
            composed=await self._post.compose(days, by=by, language=language),
            at=at,
            next_at=next_at(now, at=at, zone=self._zone).astimezone(UTC) if at and goes else None,
            mail_server=self._mail_server,
            recipients=[
                Recipient(person=row, wish=wishes_of(wished.get(row.id)).daily_digest)
                for row in supervisors(loaded)
            ],
        )


def _is(row: PersonRow, by: Principal) -> bool:
    return by.type is PrincipalType.PERSON and by.id == row.id
