"""Automatic answers as a form has them, and how each would read. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.schema import Language
from gatewayd.web.languages import N_
from gatewayd.web.settings.fields import Written
from routing.answers import AnswerKind, AnswerPolicy
from routing.hours import Closure, Hours, Opening, state_at
from routing.model import Texts
from routing.public_holidays import holidays_of
from routing.template import Filling, problem_of, render
from routing.texts import DEFAULT_TEXTS

KINDS: Mapping[AnswerKind, tuple[str, str]] = {
    AnswerKind.CLOSED: (N_("While closed"), N_("outside of the hours, for whatever reason")),
    AnswerKind.HOLIDAY: (N_("Holiday"), N_("closed by a public holiday; without it, as closed")),
    AnswerKind.CLOSURE: (N_("Dated closure"), N_("closed on dates that have a text of their own")),
    AnswerKind.EVERYONE_AWAY: (
        N_("Everybody is away"),
        N_("open, but nobody of the team is there"),
    ),
    AnswerKind.FIRST_CONTACT: (N_("First contact"), N_("the first text that somebody ever sends")),
    AnswerKind.MISSED_CALL: (N_("Missed call"), N_("somebody called this number")),
    AnswerKind.PICTURE: (N_("Picture"), N_("a picture came, which cannot be shown")),
    AnswerKind.URGENT: (N_("Urgent"), N_("closed, and somebody on call was reached")),
    AnswerKind.HELP: (N_("Help"), N_("the customer wrote HELP or AIDE")),
    AnswerKind.OPTED_OUT: (N_("Opted out"), N_("the customer wrote STOP or ARRET")),
    AnswerKind.OPTED_IN: (N_("Opted in again"), N_("the customer wrote START or DEBUT")),
    AnswerKind.USE_THE_PAGE: (N_("From a colleague’s phone"), N_("a text that belongs to nothing")),
}
"""What an answer can be about, with its title and when it is sent."""
_ALWAYS_SENT = frozenset(
    {
        AnswerKind.URGENT,
        AnswerKind.HELP,
        AnswerKind.OPTED_OUT,
        AnswerKind.OPTED_IN,
        AnswerKind.USE_THE_PAGE,
    }
)
_UNFIT = N_("This text cannot be used: %(detail)s")
_EMPTY = N_("Write a text in English, French or both, or switch it off.")
_LONGEST = 1000
_SOME_DAYS = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One automatic answer: whether it is sent, its texts, and how they would read."""

    kind: AnswerKind
    on: bool
    texts: Texts
    shown: Texts
    always: bool


def rows_of(
    texts: Mapping[AnswerKind, Texts], earlier: Iterable[Mapping[AnswerKind, Texts]]
) -> list[AnswerRow]:
    """Show what holds; what is off shows the text that it had last, or a proposal."""
    past = list(earlier)
    return [
        AnswerRow(
            kind=kind,
            on=kind in texts,
            texts=texts.get(kind)
            or next((old[kind] for old in past if kind in old), DEFAULT_TEXTS[kind]),
            shown=Texts(),
            always=kind in _ALWAYS_SENT,
        )
        for kind in KINDS
    ]


def rows_from(form: Written) -> list[AnswerRow]:
    """Take what was written; what cannot be used is noted, at the field that it stands in."""
    rows = []
    for kind in KINDS:
        en, fr = (form.text(f"{kind}-{each}", most=_LONGEST) for each in ("en", "fr"))
        on = form.ticked(f"{kind}-on")
        for name, text in (("en", en), ("fr", fr)):
            if on and text and (why := problem_of(text)):
                form.wrong(f"{kind}-{name}", _UNFIT, detail=why)
        if on and not (en or fr):
            form.wrong(f"{kind}-en", _EMPTY)
        always = kind in _ALWAYS_SENT
        rows.append(
            AnswerRow(kind=kind, on=on, texts=Texts(en=en, fr=fr), shown=Texts(), always=always)
        )
    return rows


def policy_of(rows: Iterable[AnswerRow], before: AnswerPolicy) -> AnswerPolicy:
    """Give what is to hold."""
    others = {kind: texts for kind, texts in before.texts.items() if kind not in KINDS}
    return replace(before, texts={**others, **{row.kind: row.texts for row in rows if row.on}})


def read_aloud(
    rows: Iterable[AnswerRow], *, business: str, hours: Hours, country: str, at: datetime
) -> list[AnswerRow]:
    """Fill each text as it would be at a moment, which is in the shop's zone."""
    filling = Filling(
        business=business,
        now=at,
        next_opening=state_at(hours, at).next_opening,
        return_date=(at + _SOME_DAYS).date(),
        holiday=_next_holiday(country, at),
        notice=_next_notice(hours, at),
    )
    return [
        replace(
            row,
            shown=Texts(
                en=_said(row.texts.en, filling, Language.EN),
                fr=_said(row.texts.fr, filling, Language.FR),
            ),
        )
        for row in rows
    ]


def _next_holiday(country: str, at: datetime) -> Texts | None:
    known = {**holidays_of(country, at.year), **holidays_of(country, at.year + 1)}
    return next((names for day, names in known.items() if day >= at.date()), None)


def _next_notice(hours: Hours, at: datetime) -> Texts | None:
    """Give the words of the dates that are then, or come next."""
    dated: list[Closure | Opening] = [*hours.closures, *hours.openings]
    coming = sorted((each for each in dated if each.last >= at.date()), key=lambda each: each.first)
    return next((each.text for each in coming), None)


def _said(text: str, filling: Filling, language: Language) -> str:
    return "" if not text or problem_of(text) else render(text, filling, language)
