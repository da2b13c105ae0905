"""How long an inbox keeps what was written: the form for it, and what it means. In months."""

from dataclasses import dataclass

from aiohttp import web

from gatewayd.bus import Topic
from gatewayd.http.problems import not_found
from gatewayd.services.tokens import Scope
from gatewayd.web.digits import number_in
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from storage import retention
from storage.editing import Edit

_SAVED = N_("Saved. What is older loses its words within a day.")
_FOR_GOOD_NOW = N_("Saved. Everything is kept for good.")
_NOT_MONTHS = N_("Write a number of months from 1 to %(most)s.")
_MOST_MONTHS = 1200
_DAYS_OF_TWELVE = 365
_FOR_GOOD = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is set for an inbox, and what holds where nothing is."""

    days: int | None
    """As stored: 0 for good, None as configured."""

    usual_months: int | None
    """As configured; None: for good."""

    @property
    def choice(self) -> str:
        """Which of the form's choices it is."""
        if self.days is None:
            return "usual"
        return "for_good" if self.days == _FOR_GOOD else "months"

    @property
    def months(self) -> int | None:
        """For how many months, where it is for some."""
        return None if not self.days else months_of(self.days)


def months_of(days: int) -> int:
    """Give the number of months that comes nearest."""
    return max(1, round(days * 12 / _DAYS_OF_TWELVE))


def days_of(months: int) -> int:
    """Give the days of so many months: twelve are a year."""
    return round(months * _DAYS_OF_TWELVE / 12)


async def keeping_of(visit: Visit, inbox: str) -> Keeping:
    """Read what holds for an inbox."""
    async with visit.context.store.read() as tx:
        days = (await retention.kept_days(tx)).get(inbox)
    usual = visit.context.settings.retention.messages
    return Keeping(days=days, usual_months=None if usual is None else months_of(usual.days))


async def _save(visit: Visit) -> web.StreamResponse:
    """Set it."""
    inbox, choice = visit.named("inbox"), visit.field("keep")
    place = f"/settings/inboxes/{inbox}"
    days: int | None = None
    if choice == "months":
        months = number_in(visit.field("months").strip())
        if months is None or not 1 <= months <= _MOST_MONTHS:
            values = {"most": visit.formats.number(_MOST_MONTHS)}
            return go_to(place, flash=Flash(message=_NOT_MONTHS, values=values, tone=Tone.ERROR))
        days = days_of(months)
    elif choice == "for_good":
        days = _FOR_GOOD
    async with visit.context.store.write() as tx:
        done = await retention.set_keep_days(
            tx, inbox, days, by=visit.author.id, now_ms=visit.context.clock.now_ms()
        )
    if done is Edit.NOT_FOUND:
        raise not_found(f"inbox {inbox!a}")
    visit.context.bus.publish(Topic.JOURNAL)
    forgets = days or (days is None and visit.context.settings.retention.messages is not None)
    return go_to(place, flash=Flash(message=_SAVED if forgets else _FOR_GOOD_NOW))


ROUTES = (
    PageRoute(
        method="POST",
        path="/settings/inboxes/{inbox}/retention",
        handler=_save,
        access=Scope.MANAGE,
    ),
)
