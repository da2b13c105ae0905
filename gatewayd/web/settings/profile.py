"""What a person's own page shows of them: profile, where they are logged in, absences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gatewayd.http.logged_in import SESSIONS
from gatewayd.http.route import STAFF, WISHES
from gatewayd.web.languages import N_
from gatewayd.web.route import Visit
from gatewayd.web.settings.absence_form import KINDS, QUICK
from gatewayd.web.settings.fields import Written
from gatewayd.web.settings.whereabouts import Whereabouts, absence_words, whereabouts
from gatewayd.wishes import DEFAULT, Wishes
from storage.people import AbsenceRow, PersonRow, PersonState
from storage.sessions import SessionRow

WAYS = {
    "page": N_("On the page, while it is open"),
    "email": N_("By e-mail"),
    "sms": N_("By SMS to their phone"),
}
OWN_WAYS = {
    "page": N_("On the page, while it is open"),
    "email": N_("By e-mail"),
    "sms": N_("By SMS to your phone"),
}


SHORT_WAYS = {"page": N_("Page"), "email": N_("E-mail"), "sms": N_("SMS")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All of it."""

    person: PersonRow
    form: Written
    values: Mapping[str, Any]
    where: Whereabouts
    absences: Sequence[tuple[AbsenceRow, str, str]]
    colleagues: Sequence[PersonRow]
    sessions: Sequence[SessionRow]
    ways: Mapping[str, str]
    quick: Mapping[str, str]
    kinds: Mapping[Any, str]
    wishes: Wishes


async def profile_of(visit: Visit, form: Written | None = None) -> Profile | None:
    """Read the reader's own; None where a program reads. ``form`` is what was written wrong."""
    if visit.person_id is None:
        return None
    staff = visit.request.app[STAFF]
    people = {row.id: row for row in await staff.people()}
    person = people[visit.person_id]
    wished = await visit.request.app[WISHES].get(person.id)
    others = [row for row in people.values() if row.state is PersonState.ACTIVE and row != person]
    return Profile(
        person=person,
        form=form or Written(visit=visit),
        values=_values(person) if form is None or "save" not in visit.form else _written(form),
        where=whereabouts(person, visit.formats),
        absences=absences_of(visit, person),
        colleagues=others,
        sessions=await visit.request.app[SESSIONS].list_of(person.id),
        ways=OWN_WAYS,
        quick=QUICK,
        kinds=KINDS,
        wishes=DEFAULT if wished is None else wished.wishes,
    )


def absences_of(visit: Visit, person: PersonRow) -> list[tuple[AbsenceRow, str, str]]:
    """Give a person's absences in words, with the day on which each begins."""
    f = visit.formats
    return [(each, absence_words(each, f), f.day(each.from_ms)) for each in person.absences]


def _values(person: PersonRow) -> Mapping[str, Any]:
    return {
        "display_name": person.display_name,
        "email": person.email or "",
        "phone": person.phone or "",
        "signature": person.signature or "",
        "notify": tuple(WAYS) if person.notify is None else person.notify,
    }


def _written(form: Written) -> Mapping[str, Any]:
    lines = {name: form.text(name) for name in ("display_name", "email", "phone", "signature")}
    return {**lines, "notify": form.several("notify", WAYS)}
