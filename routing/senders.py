"""Which modem sends a message, or why none may.

Owns the order: what is forbidden first, then limits, then the modem that the contact knows, then
the rules. What kind of number it is and in which country is handed in. Knows no modem's state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.match import number_matches


class NumberType(StrEnum):
    """What a destination is, as far as its cost is concerned."""

    ORDINARY = "ordinary"
    PREMIUM = "premium"
    SHORT_CODE = "short_code"


class SendRefusal(StrEnum):
    """Why a message may not be sent; people and programs read these codes."""

    DENIED = "destination_denied"
    PREMIUM = "premium_number"
    FOREIGN = "foreign_number"
    APPLICATION_LIMIT = "application_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRule:
    """Destinations and times that a modem is for; unset ones hold."""

    name: str
    modem: str
    prefix: tuple[str, ...] = ()
    """Beginnings of numbers, as ``+1514*``, or whole ones."""

    country: tuple[str, ...] = ()
    inbox: tuple[str, ...] = ()
    begin: time | None = None
    end: time | None = None
    """From ``begin`` up to ``end`` by the gateway's clock; past midnight where it is earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLimit:
    """How many parts one application (the name of its token) may send."""

    application: str
    per_hour: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What managers set about sending."""

    rules: tuple[SendRule, ...] = ()
    sticky: bool = True
    """A contact keeps the modem that they know."""

    deny: tuple[str, ...] = ()
    allow_premium: tuple[str, ...] = ()
    allow_countries: tuple[str, ...] = ()
    """Countries beside the gateway's own; ``*`` for all."""

    limits: tuple[ApplicationLimit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """What is known of a message that wants a modem."""

    to: str
    number_type: NumberType
    country: str | None
    """None where the number tells none, as a short code."""

    inbox: str
    modems: tuple[str, ...]
    """The inbox's modems that may send, in order."""

    last_modem: str | None = None
    """The one that this contact was last written to from."""

    application: str | None = None
    parts: int = 1
    sent_at: tuple[datetime, ...] = ()
    """When this application sent within the last day, once for each part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The verdict: a modem, or None for any of the inbox's; or a refusal. ``why`` is a sentence."""

    modem: str | None
    refusal: SendRefusal | None
    why: str
    rule: str | None = None


def route(
    request: SendRequest, sending: Sending, *, home: str, zone: ZoneInfo, now: datetime
) -> Route:
    """Choose the modem; ``home`` is the gateway's country, ``CA``."""
    for refusal, why in _refusals(request, sending, home=home, now=now):
        return Route(modem=None, refusal=refusal, why=why)
    if sending.sticky and request.last_modem in request.modems:
        why = f"the contact knows {request.last_modem}"
        return Route(modem=request.last_modem, refusal=None, why=why)
    for rule in sending.rules:
        if rule.modem in request.modems and _holds(rule, request, now.astimezone(zone).time()):
            why = f"“{rule.name}” is for it"
            return Route(modem=rule.modem, refusal=None, why=why, rule=rule.name)
    return Route(modem=None, refusal=None, why="no rule is for it, so any modem of the inbox")


def _refusals(
    request: SendRequest, sending: Sending, *, home: str, now: datetime
) -> Iterator[tuple[SendRefusal, str]]:
    if number_matches(sending.deny, request.to):
        yield SendRefusal.DENIED, "the number is on the deny-list"
    premium = request.number_type is NumberType.PREMIUM
    if premium and not number_matches(sending.allow_premium, request.to):
        yield SendRefusal.PREMIUM, "it is a premium number, and not among those allowed"
    abroad = request.country not in {None, home, *sending.allow_countries}
    if abroad and "*" not in sending.allow_countries:
        yield SendRefusal.FOREIGN, f"{request.country} is not among the countries allowed"
    for limit in sending.limits:
        if limit.application == request.application:
            yield from _over(limit, request, now)


def _over(
    limit: ApplicationLimit, request: SendRequest, now: datetime
) -> Iterator[tuple[SendRefusal, str]]:
    for most, span, words in (
        (limit.per_hour, timedelta(hours=1), "an hour"),
        (limit.per_day, timedelta(days=1), "a day"),
    ):
        sent = sum(abs(now - each) < span for each in request.sent_at)
        if most is not None and sent + request.parts > most:
            why = f"{limit.application} may send {most} parts in {words}, and has sent {sent}"
            yield SendRefusal.APPLICATION_LIMIT, why


def _holds(rule: SendRule, request: SendRequest, wall: time) -> bool:
    return (
        (not rule.prefix or number_matches(rule.prefix, request.to))
        and (not rule.country or request.country in rule.country)
        and (not rule.inbox or request.inbox in rule.inbox)
        and _within(rule.begin or time.min, rule.end, wall)
    )


def _within(begin: time, end: time | None, wall: time) -> bool:
    if end is None:
        return wall >= begin
    if begin <= end:
        return begin <= wall < end
    return wall >= begin or wall < end
