"""The inboxes: `main`, and each that a modem of the configuration names, as managers set them.

What managers have not set holds as the configuration says for the whole gateway.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.services.drafts import DEFAULT_INBOX
from gatewayd.services.rulebook import UnfitBook, readable, set_weekly
from gatewayd.services.shop import ALWAYS_OPEN, LoadedShop, ShopLoader
from gatewayd.services.staff import Unfit
from gatewayd.services.tokens import Principal
from routing.expression import problem_of
from routing.rulebook import Rulebook
from routing.signature import DEFAULT_SIGNATURE, SignatureMode
from routing.signature import problem_of as signature_problem
from storage import inboxes, modems, teams
from storage.editing import Edit
from storage.engine import Store
from storage.inboxes import InboxRow


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxView:
    """An inbox as it works now; ``inherited`` are the fields that managers have not set.

    ``hours`` are the rulebook's of the week, None: always open.
    """

    name: str
    display_name: str
    timezone: str
    language: str
    hours: str | None
    signature: str
    signature_mode: SignatureMode
    take_on_answer: bool
    team_id: str | None
    modems: tuple[str, ...]
    inherited: tuple[str, ...]
    version: int


async def seed_inboxes(settings: Settings, *, store: Store, clock: Clock) -> None:
    """Make what the configuration names and the store lacks; what managers set stays.

    Keeps also which modems each inbox has now.
    """
    async with store.write() as tx:
        now_ms = clock.now_ms()
        await inboxes.seed(tx, inbox_names(settings), now_ms=now_ms)
        by_modem = {modem.name: modem.inbox for modem in settings.modems}
        await modems.assign(tx, by_modem, now_ms=now_ms)


def inbox_names(settings: Settings) -> tuple[str, ...]:
    """Give those that the configuration makes."""
    return (DEFAULT_INBOX, *(modem.inbox for modem in settings.modems))


class Inboxes:
    """The inboxes as people see and set them."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._bus = bus
        self._clock = clock
        self._shop = ShopLoader(settings=settings, clock=clock)

    async def list_all(self) -> list[InboxView]:
        """List all, by name."""
        async with self._store.read() as tx:
            shop = await self._shop.load(tx)
            return [self._view(row, shop) for row in await inboxes.list_all(tx)]

    async def get(self, name: str) -> InboxView | None:
        """Read one."""
        async with self._store.read() as tx:
            row = await inboxes.get(tx, name)
            return None if row is None else self._view(row, await self._shop.load(tx))

    async def change(
        self,
        name: str,
        values: Mapping[str, str | bool | None],
        *,
        version: int | None,
        by: Principal,
    ) -> Edit | Unfit:
        """Set what is given; None gives it back to the configuration. ``hours`` are the rules'."""
        if not by.may_see(name):
            return Edit.NOT_FOUND
        own = {field: value for field, value in values.items() if field != "hours"}
        async with self._store.write() as tx:
            now_ms = self._clock.now_ms()
            book = await readable(tx)
            if (unfit := await _unfit(tx, values, book)) is not None:
                return unfit
            outcome = await inboxes.change(
                tx, name, own, fields=[*values], version=version, by=by.id, now_ms=now_ms
            )
            hours = values.get("hours")
            if outcome is Edit.DONE and "hours" in values and isinstance(book, Rulebook):
                weekly = None if hours is None else str(hours)
                await set_weekly(tx, book, name, weekly, by=by, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return outcome

    def _view(self, row: InboxRow, shop: LoadedShop) -> InboxView:
        weekly = shop.inbox(row.name).hours.weekly
        gateway = self._settings.gateway
        whole = {
            "display_name": gateway.name,
            "timezone": gateway.timezone,
            "language": gateway.language.value,
        }
        return InboxView(
            name=row.name,
            display_name=row.display_name or whole["display_name"],
            timezone=row.timezone or whole["timezone"],
            language=row.language or whole["language"],
            hours=None if weekly == ALWAYS_OPEN else weekly,
            signature=row.signature or DEFAULT_SIGNATURE,
            signature_mode=SignatureMode(row.signature_mode or SignatureMode.FIRST),
            take_on_answer=row.take_on_answer is not False,
            team_id=row.team_id,
            modems=tuple(modem.name for modem in self._settings.modems if modem.inbox == row.name),
            inherited=tuple(name for name in _INHERITABLE if getattr(row, name) is None),
            version=row.version,
        )


_INHERITABLE = ("display_name", "timezone", "language", "signature")


async def _unfit(
    tx: AsyncConnection, values: Mapping[str, str | bool | None], book: Rulebook | UnfitBook
) -> Unfit | None:
    hours, team_id, signature = (values.get(each) for each in ("hours", "team_id", "signature"))
    if "hours" in values and isinstance(book, UnfitBook):
        detail = "the rules, which hold it, cannot be read; set them as a whole"
        return Unfit(field="hours", code="rules_unreadable", detail=detail)
    if isinstance(hours, str) and (why := problem_of(hours)):
        return Unfit(field="hours", code="hours_unreadable", detail=why)
    if isinstance(signature, str) and (why := signature_problem(signature)):
        return Unfit(field="signature", code="signature_unfit", detail=why)
    if isinstance(team_id, str) and await teams.get(tx, team_id) is None:
        return Unfit(field="team", code="team_unknown", detail="no team has this id")
    return None
