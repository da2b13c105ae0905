"""How a person wishes to be told of what: ways and matters, and what holds by default. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gatewayd.daily.schedule import DailyWish
from storage.wishes import WishesRow


class Way(StrEnum):
    """How somebody is told."""

    PAGE = "page"
    """On the open page, by an event."""
    EMAIL = "email"
    SMS = "sms"
    """To their own phone, which no customer ever sees."""


class Matter(StrEnum):
    """What somebody is told of."""

    MINE = "mine"
    """What they have."""
    TEAM = "team"
    """What one of their teams has, or nobody."""
    OVERDUE = "overdue"
    """What has waited for so long that the managers are told."""
    NEW_MINE = "new_mine"
    """What a customer writes where they have the conversation."""
    NEW_TEAM = "new_team"
    """What a customer writes where their team has it, or nobody."""
    HANDED = "handed"
    """What somebody hands to them."""
    MENTION = "mention"
    """A note that mentions them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """A person's. ``take_back``: what others got in their absence comes back to them."""

    ways: Mapping[Matter, frozenset[Way]]
    take_back: bool = False
    daily_digest: DailyWish = DailyWish.OPEN_DAYS
    """Only who supervises gets one."""


DEFAULT = Wishes(
    ways=MappingProxyType(
        {
            Matter.MINE: frozenset({Way.PAGE, Way.EMAIL}),
            Matter.TEAM: frozenset({Way.PAGE}),
            Matter.OVERDUE: frozenset({Way.PAGE, Way.EMAIL}),
            Matter.NEW_MINE: frozenset({Way.PAGE}),
            Matter.NEW_TEAM: frozenset({Way.PAGE}),
            Matter.HANDED: frozenset({Way.PAGE, Way.EMAIL}),
            Matter.MENTION: frozenset({Way.PAGE, Way.EMAIL}),
        }
    )
)
"""An SMS costs money, so nobody gets one unasked."""


def wishes_of(row: WishesRow | None) -> Wishes:
    """Read what a person has said; what they have not is as by default."""
    if row is None:
        return DEFAULT
    ways = {
        matter: frozenset(Way(each) for each in row.ways[matter])
        for matter in Matter
        if matter in row.ways
    }
    return Wishes(
        ways={**DEFAULT.ways, **ways},
        take_back=row.take_back,
        daily_digest=DailyWish(row.daily_digest or DEFAULT.daily_digest),
    )
