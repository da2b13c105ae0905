"""How a person wishes to be told, on the wire."""

from typing import Annotated

from pydantic import Field

from gatewayd.daily.schedule import DailyWish
from gatewayd.http.models.base import Input, Output
from gatewayd.services.wishes import WishesView
from gatewayd.wishes import DEFAULT, Matter, Way, Wishes

_MINE = "by which ways of what they have: due soon, overdue, handed to them because of an absence"
_TEAM = "of what their team has, or nobody"
_OVERDUE = "of what has waited for so long that the managers are told"
_DAILY = "on which days who supervises gets the daily digest by e-mail"
_NEW_MINE = "of what a customer writes in a conversation that they have"
_NEW_TEAM = "of what a customer writes in one that their team has, or nobody"
_HANDED = "of conversations that somebody hands to them"
_MENTION = "of notes that mention them"
_USUAL = "; as by default where it is left out"
_TAKE_BACK = "whether what others got in their absence comes back to them"
Ways = Annotated[list[Annotated[Way, Field(strict=False)]], Field(max_length=3)]


class WishesIn(Input):
    """All that a person wishes."""

    mine: Annotated[Ways, Field(description=_MINE)]
    team: Annotated[Ways, Field(description=_TEAM)]
    overdue: Annotated[Ways, Field(description=_OVERDUE)]
    new_mine: Annotated[Ways | None, Field(description=_NEW_MINE + _USUAL)] = None
    new_team: Annotated[Ways | None, Field(description=_NEW_TEAM + _USUAL)] = None
    handed: Annotated[Ways | None, Field(description=_HANDED + _USUAL)] = None
    mention: Annotated[Ways | None, Field(description=_MENTION + _USUAL)] = None
    take_back: Annotated[bool, Field(description=_TAKE_BACK)] = False
    daily_digest: Annotated[DailyWish, Field(strict=False, description=_DAILY)] = (
        DailyWish.OPEN_DAYS
    )


class NotificationWishes(Output):
    """How a person wishes to be told."""

    mine: Annotated[list[Way], Field(description=_MINE)]
    team: Annotated[list[Way], Field(description=_TEAM)]
    overdue: Annotated[list[Way], Field(description=_OVERDUE)]
    new_mine: Annotated[list[Way], Field(description=_NEW_MINE)]
    new_team: Annotated[list[Way], Field(description=_NEW_TEAM)]
    handed: Annotated[list[Way], Field(description=_HANDED)]
    mention: Annotated[list[Way], Field(description=_MENTION)]
    take_back: Annotated[bool, Field(description=_TAKE_BACK)]
    daily_digest: Annotated[DailyWish, Field(description=_DAILY)]
    inherited: Annotated[bool, Field(description="whether this holds because they said nothing")]


def wishes_in(asked: WishesIn) -> Wishes:
    """Translate what is wished."""
    said = {matter: getattr(asked, matter.value) for matter in Matter}
    ways = {
        matter: DEFAULT.ways[matter] if each is None else frozenset(each)
        for matter, each in said.items()
    }
    return Wishes(ways=ways, take_back=asked.take_back, daily_digest=asked.daily_digest)


def wishes_json(view: WishesView) -> NotificationWishes:
    """Translate a view."""
    ways = {
        matter.value: [way for way in Way if way in view.wishes.ways[matter]] for matter in Matter
    }
    return NotificationWishes(
        **ways,
        take_back=view.wishes.take_back,
        daily_digest=view.wishes.daily_digest,
        inherited=view.inherited,
    )
