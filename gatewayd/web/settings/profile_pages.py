"""Pages of a person's own: profile, password, sessions, absences."""

from http import HTTPStatus

from aiohttp import web

from gatewayd.http.logged_in import SESSIONS
from gatewayd.http.problems import not_found
from gatewayd.http.route import STAFF, STREAMS
from gatewayd.services.sessions import Session
from gatewayd.services.staff import Unfit
from gatewayd.web.flashes import Flash, Tone
from gatewayd.web.languages import N_
from gatewayd.web.own_pages import me_page
from gatewayd.web.render import go_to
from gatewayd.web.route import PageRoute, Visit
from gatewayd.web.settings.fields import Written, why
from gatewayd.web.settings.people_pages import end_absence, take_absence
from gatewayd.web.settings.profile import WAYS
from storage.editing import Edit
from storage.people import PersonRow

_ME = "/me"
_SAVED = N_("Saved")
_NEW_PASSWORD = N_("You have a new password. Your other devices are logged out.")
_TOO_OFTEN = N_("Too many wrong passwords. Try again in %(seconds)s seconds.")
_ENDED = N_("That device is logged out.")
_ENDED_ALREADY = N_("That device was logged out already.")
_LONGEST_PASSWORD = 1000
_LONGEST_SIGNATURE = 200


async def _person(visit: Visit) -> PersonRow:
    row = await visit.request.app[STAFF].person(visit.person_id or "")
    if row is None:
        raise not_found("profile of a program")
    return row


def _session(visit: Visit) -> Session:
    if visit.session is None:
        raise not_found("session of a program")
    return visit.session


async def _save(visit: Visit) -> web.StreamResponse:
    """Save one's own profile."""
    person, form = await _person(visit), Written(visit=visit)
    notify = form.several("notify", WAYS)
    values = {
        "display_name": form.line("display_name"),
        "email": form.email("email"),
        "phone": form.text("phone", most=64) or None,
        "notify": None if notify == tuple(WAYS) else notify,
        "signature": form.text("signature", most=_LONGEST_SIGNATURE) or None,
    }
    if not form.errors:
        outcome = await visit.request.app[STAFF].change_person(
            person.id, values, version=None, by=visit.author
        )
        if outcome is Edit.DONE:
            return go_to(_ME, flash=Flash(message=_SAVED))
        form.note(outcome, otherwise="form")
    return await me_page(visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


async def _password(visit: Visit) -> web.StreamResponse:
    """Change one's own password."""
    form, session = Written(visit=visit), _session(visit)
    outcome = await visit.request.app[SESSIONS].change_password(
        session,
        current=visit.field("current")[:_LONGEST_PASSWORD],
        new=visit.field("new")[:_LONGEST_PASSWORD],
    )
    if outcome is None:
        visit.request.app[STREAMS].end_of(session.principal.id, but=session.id)
        return go_to(_ME, flash=Flash(message=_NEW_PASSWORD))
    if isinstance(outcome, Unfit):
        form.errors[outcome.field] = why(visit.tongue, outcome)
        return await me_page(visit, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    form.wrong("current", _TOO_OFTEN, seconds=outcome.wait_seconds)
    return await me_page(visit, form, status=HTTPStatus.TOO_MANY_REQUESTS)


async def _end_session(visit: Visit) -> web.StreamResponse:
    """Log out another device of one's own."""
    session_id = visit.named("id")
    ended = await visit.request.app[SESSIONS].end(
        session_id, person_id=_session(visit).principal.id
    )
    if not ended:
        return go_to(_ME, flash=Flash(message=_ENDED_ALREADY, tone=Tone.ERROR))
    visit.request.app[STREAMS].end_of(session_id)
    return go_to(_ME, flash=Flash(message=_ENDED))


async def _away(visit: Visit) -> web.StreamResponse:
    return await take_absence(visit, await _person(visit), back=_ME)


async def _back(visit: Visit) -> web.StreamResponse:
    return await end_absence(visit, await _person(visit), back=_ME)


ROUTES = (
    PageRoute(method="POST", path="/me/profile", handler=_save),
    PageRoute(method="POST", path="/me/password", handler=_password),
    PageRoute(method="POST", path="/me/sessions/{id}/end", handler=_end_session),
    PageRoute(method="POST", path="/me/away", handler=_away),
    PageRoute(method="POST", path="/me/back", handler=_back),
)
