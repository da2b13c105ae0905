"""Texts with placeholders: which there are, what is wrong with a text, how it is filled.

Only the names below, in braces, are replaced; ``{{`` and ``}}`` are braces. There is nothing else
that a text could do: no attributes, no formats, no code. What is filled in keeps to plain spaces
and apostrophes: typographic ones would force an SMS into UCS-2, at twice the price. Knows no rule.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from config.schema import Language
from routing.model import Texts
from routing.placeholders import Named, parse

MOST_CHARACTERS = 1000


class Placeholder(StrEnum):
    """What a text may ask for."""

    BUSINESS = "business"
    PERSON = "person"
    NEXT_OPENING = "next_opening"
    RETURN_DATE = "return_date"
    HOLIDAY = "holiday"
    NOTICE = "notice"
    """The text of the dated closure or opening."""


_NAMES = tuple(each.value for each in Placeholder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """What the placeholders stand for, at one moment; None where there is nothing to say."""

    business: str
    now: datetime
    """In the zone of the shop."""

    person: str | None = None
    next_opening: datetime | None = None
    return_date: date | None = None
    holiday: Texts | None = None
    notice: Texts | None = None


_DAYS = {
    Language.EN: (*("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),),
    Language.FR: ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
}
_MONTHS = {
    Language.EN: (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    ),
    Language.FR: (
        *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
        *("septembre", "octobre", "novembre", "décembre"),
    ),
}
_WEEK_DAYS = 7

# What is said in place of a thing that is not known, so that a sentence stays one.
_UNKNOWN = {
    Placeholder.PERSON: Texts(en="our team", fr="notre équipe"),
    Placeholder.NEXT_OPENING: Texts(en="our next opening", fr="notre prochaine ouverture"),
    Placeholder.RETURN_DATE: Texts(en="our return", fr="notre retour"),
    Placeholder.HOLIDAY: Texts(en="a holiday", fr="un jour férié"),
    Placeholder.NOTICE: Texts(),
}


def problem_of(text: str) -> str | None:
    """Say why a text cannot be used, or None."""
    if not text.strip():
        return "the text is empty"
    if len(text) > MOST_CHARACTERS:
        return f"it is longer than {MOST_CHARACTERS} characters"
    _, problem = parse(text, _NAMES)
    return problem


def render(text: str, filling: Filling, language: Language) -> str:
    """Fill a text that has no problem."""
    pieces, _ = parse(text, _NAMES)
    return "".join(
        _said(Placeholder(piece.name), filling, language) if isinstance(piece, Named) else piece
        for piece in pieces
    )


def moment_in_words(moment: datetime, *, now: datetime, language: Language) -> str:
    """Say when: ``Monday at 9:00``, « lundi à 9 h 00 »; with the date from a week ahead on."""
    local = moment.astimezone(now.tzinfo)
    day = _day_in_words(local.date(), now.date(), language)
    if language is Language.FR:
        return f"{day} à {local.hour} h {local.minute:02}"
    return f"{day} at {local.hour}:{local.minute:02}"


def date_in_words(day: date, *, language: Language) -> str:
    """Say a date: ``Monday, August 2``, « lundi 2 août »."""
    weekday, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    if language is Language.FR:
        return f"{weekday} {'1er' if day.day == 1 else day.day} {month}"
    return f"{weekday}, {month} {day.day}"


def _day_in_words(day: date, today: date, language: Language) -> str:
    if day == today:
        return "aujourd'hui" if language is Language.FR else "today"
    if (day - today).days < _WEEK_DAYS:
        return _DAYS[language][day.weekday()]
    return date_in_words(day, language=language)


def _said(name: Placeholder, filling: Filling, language: Language) -> str:
    said = _SAY[name](filling, language)
    return _UNKNOWN[name].in_language(language) if said is None else said


def _next_opening(filling: Filling, language: Language) -> str | None:
    if filling.next_opening is None:
        return None
    return moment_in_words(filling.next_opening, now=filling.now, language=language)


def _return_date(filling: Filling, language: Language) -> str | None:
    if filling.return_date is None:
        return None
    return date_in_words(filling.return_date, language=language)


def _text(texts: Texts | None, language: Language) -> str | None:
    return (None if texts is None else texts.in_language(language)) or None


_SAY: dict[Placeholder, Callable[[Filling, Language], str | None]] = {
    Placeholder.BUSINESS: lambda filling, _: filling.business,
    Placeholder.PERSON: lambda filling, _: filling.person,
    Placeholder.NEXT_OPENING: _next_opening,
    Placeholder.RETURN_DATE: _return_date,
    Placeholder.HOLIDAY: lambda filling, language: _text(filling.holiday, language),
    Placeholder.NOTICE: lambda filling, language: _text(filling.notice, language),
}
