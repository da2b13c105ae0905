"""What a customer would be sent at some moment, if the rules were as they are, or as written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import phonenumbers

from config.schema import Language
from gatewayd.http.route import PREVIEWS
from gatewayd.services.drafts import Refusal as TooLong
from gatewayd.services.drafts import measure
from gatewayd.services.preview import Preview, Supposed
from gatewayd.services.rulebook import UnfitBook
from gatewayd.services.staff import Unfit
from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_
from gatewayd.web.route import Visit
from routing.hours import Cause, HoursState

# A customer's first words, in words that tell the language.
_WORDS = {
    Language.EN: "Hello, is my order ready please?",
    Language.FR: "Bonjour, est-ce que ma commande est prête?",
}
_NO_NUMBER = "+15062345678"
_ANY_LENGTH = 1_000
_MS = 1000
_OPEN = N_("It is open, so people answer; nothing is sent automatically.")
_NO_TEXT = N_("Nothing is sent: there is no automatic answer for this.")
_REFUSED = N_("Nothing is sent (%(why)s).")
_CAUSES = {
    (True, Cause.WEEK): N_("Open"),
    (True, Cause.HOLIDAY): N_("Open"),
    (True, Cause.CLOSURE): N_("Open"),
    (True, Cause.OPENING): N_("Open, exceptionally"),
    (False, Cause.WEEK): N_("Closed then"),
    (False, Cause.HOLIDAY): N_("Closed: %(label)s"),
    (False, Cause.CLOSURE): N_("Closed on these dates"),
    (False, Cause.OPENING): N_("Closed at this time of that day"),
}
_OPENS = N_("opens %(when)s")
_NO_SUCH_TIME = N_("This is no time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What would be sent to a customer of one language."""

    language: Language
    text: str | None
    parts: int
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The same moment for customers of both languages."""

    when: str
    state: str
    opens: str
    sent: Sequence[Sent]


async def try_out(
    visit: Visit, inbox: str, at: str, *, document: Mapping[str, Any] | None = None
) -> Trial | str:
    """Suppose that customers write then; in words what keeps it from being told."""
    previews = visit.request.app[PREVIEWS]
    found: dict[Language, Preview] = {}
    for language, text in _WORDS.items():
        supposed = Supposed(
            sender=_stranger(visit.formats.region), text=text, inbox=inbox, at=at, document=document
        )
        preview = await previews.preview(supposed)
        if isinstance(preview, UnfitBook):
            return "; ".join(str(problem) for problem in preview.problems[:3])
        if isinstance(preview, Unfit):
            return visit.tongue.say(_NO_SUCH_TIME)
        found[language] = preview
    first = found[Language.EN]
    state, at_ms = first.decision.hours, int(first.incoming.at.timestamp() * _MS)
    return Trial(
        when=visit.formats.full(at_ms),
        state=state_in_words(state, visit.formats),
        opens=opening_in_words(state, visit.formats),
        sent=[_sent(language, each, visit.formats) for language, each in found.items()],
    )


def state_in_words(state: HoursState, f: Formats) -> str:
    """Say whether it is open, and by what it is closed."""
    label = state.label.in_language(f.tongue.language)
    return f.tongue.say(_CAUSES[state.open, state.cause], label=label)


def opening_in_words(state: HoursState, f: Formats) -> str:
    """Say when it opens; empty where it is open, or never does."""
    if state.open or state.next_opening is None:
        return ""
    when = f.inside(int(state.next_opening.timestamp() * _MS))
    return f.tongue.say(_OPENS, when=when)


def _sent(language: Language, preview: Preview, f: Formats) -> Sent:
    decision = preview.decision
    if decision.answer is not None:
        text = decision.answer.text
        return Sent(language=language, text=text, parts=parts_of(text), why_not="")
    if decision.answer_refused is not None:
        why = f.tongue.say(_REFUSED, why=decision.answer_refused.value)
    else:
        why = f.tongue.say(_OPEN if decision.hours.open else _NO_TEXT)
    return Sent(language=language, text=None, parts=0, why_not=why)


def parts_of(text: str) -> int:
    """Tell how many parts a text has; 0 where it cannot be sent at all."""
    planned = measure(text, max_parts=_ANY_LENGTH)
    return 0 if isinstance(planned, TooLong) else planned.parts


def _stranger(region: str) -> str:
    """Give a number that is nobody's in particular."""
    kind = phonenumbers.PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, kind)
    if number is None:
        return _NO_NUMBER
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def this_evening(f: Formats) -> str:
    """Give a time of today at which shops are closed, as a form writes it."""
    return datetime.combine(f.today, datetime.min.time()).replace(hour=20).isoformat("T", "minutes")
