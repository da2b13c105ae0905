"""Pages before somebody is known: the log-in, and one-time links. And the way out."""

import re
import unicodedata
from http import HTTPStatus

from aiohttp import web

from gatewayd.http.logged_in import SESSIONS, drop, keep, session_of, visitor_of
from gatewayd.http.route import LINKS, STAFF, STREAMS, Door
from gatewayd.services.links import LinkIsOver, Welcome
from gatewayd.services.roles import Role
from gatewayd.services.sessions import Begun, NotLetIn, TooManyGuesses
from gatewayd.services.staff import Unfit
from gatewayd.web.flashes import is_ours
from gatewayd.web.languages import N_
from gatewayd.web.own_pages import keep_language
from gatewayd.web.render import go_to, page
from gatewayd.web.route import PageRoute, Visit
from storage.people import Taken

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_SHOWN_NAME = 60
_WRONG = N_("The name or the password is wrong.")
_TOO_OFTEN = N_("Too many wrong passwords. Try again in %(seconds)s seconds.")
_NO_NAME = N_("Write your name, so that colleagues know who answers.")
_UNFIT_NAME = N_("Letters a to z, digits, dots and dashes; it begins with a letter or a digit.")
_TAKEN = N_("Somebody has this name already.")
_UNFIT_PASSWORD = N_(
    "Take at least 10 characters, such as a few words; not your name, and not one that everybody "
    "tries first."
)


async def _log_in_form(visit: Visit) -> web.StreamResponse:
    """Ask who it is; who is known goes on."""
    back = visit.request.query.get("next", "/")
    if await session_of(visit.request) is not None:
        return go_to(back)
    return page(visit, "login.html", next=back if is_ours(back) else "/", name="", error="")


async def _log_in(visit: Visit) -> web.StreamResponse:
    """Let somebody in."""
    name, back = visit.field("name"), visit.field("next")
    sessions = visit.request.app[SESSIONS]
    outcome = await sessions.log_in(
        name, visit.field("password"), visitor=visitor_of(visit.request)
    )
    if isinstance(outcome, Begun):
        return await _begun(visit, outcome, back)
    status, error = _why_not_in(visit, outcome)
    return page(
        visit,
        "login.html",
        status=status,
        next=back if is_ours(back) else "/",
        name=name,
        error=error,
    )


def _why_not_in(visit: Visit, outcome: NotLetIn | TooManyGuesses) -> tuple[HTTPStatus, str]:
    if isinstance(outcome, TooManyGuesses):
        error = visit.tongue.say(_TOO_OFTEN, seconds=outcome.wait_seconds)
        return HTTPStatus.TOO_MANY_REQUESTS, error
    return HTTPStatus.UNAUTHORIZED, visit.tongue.say(_WRONG)


async def _begun(visit: Visit, begun: Begun, back: str) -> web.StreamResponse:
    response = go_to(back)
    keep(response, visit.request, begun)
    person = await visit.request.app[STAFF].person(begun.session.principal.id)
    if person is not None and person.language is not None:
        keep_language(response, person.language)
    return response


async def _welcome_form(visit: Visit) -> web.StreamResponse:
    """Show what a one-time link is good for."""
    welcome = await visit.request.app[LINKS].look(visit.named("secret"))
    if welcome is None:
        return _over(visit)
    return _welcome_page(visit, welcome, {}, shown_name="", name="")


def _over(visit: Visit) -> web.StreamResponse:
    return page(visit, "welcome_over.html", status=HTTPStatus.GONE)


def _welcome_page(
    visit: Visit, welcome: Welcome, errors: dict[str, str], *, shown_name: str, name: str
) -> web.StreamResponse:
    response = page(
        visit,
        "welcome.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        person=welcome.person,
        errors=errors,
        shown_name=shown_name or (welcome.person.display_name if welcome.person else ""),
        name=name,
    )
    # The address is the secret, which no link on the page may carry away. Not "no-referrer": with
    # it a browser hides from where the form comes, and it would be refused as another site's.
    response.headers["Referrer-Policy"] = "strict-origin"
    return response


async def _use_link(visit: Visit) -> web.StreamResponse:
    """Set a password, and let them in."""
    links, secret = visit.request.app[LINKS], visit.named("secret")
    welcome = await links.look(secret)
    if welcome is None:
        return _over(visit)
    shown_name = visit.field("display_name").strip()[:_SHOWN_NAME]
    name = visit.field("name").strip().lower() or login_name(shown_name)
    errors = _errors(visit, welcome, shown_name, name)
    if not errors:
        outcome = await links.use(
            secret,
            password=visit.field("password"),
            visitor=visitor_of(visit.request),
            name=name if welcome.person is None else None,
            display_name=shown_name,
        )
        match outcome:
            case Begun():
                visit.request.app[STREAMS].end_of(outcome.session.principal.id)
                return await _begun(visit, outcome, _first_page(outcome))
            case LinkIsOver():
                return _over(visit)
            case Taken():
                errors = {"name": visit.tongue.say(_TAKEN)}
            case Unfit():
                errors = {"password": visit.tongue.say(_UNFIT_PASSWORD)}
    return _welcome_page(visit, welcome, errors, shown_name=shown_name, name=name)


def _errors(visit: Visit, welcome: Welcome, shown_name: str, name: str) -> dict[str, str]:
    if not shown_name or not shown_name.isprintable():
        return {"display_name": visit.tongue.say(_NO_NAME)}
    if welcome.person is None and not _NAME.fullmatch(name):
        return {"name": visit.tongue.say(_UNFIT_NAME)}
    return {}


def login_name(shown_name: str) -> str:
    """Make a name to log in by of what somebody is called: "Élodie Roy" is ``elodie``."""
    first = shown_name.partition(" ")[0].lower()
    plain = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9._-]", "", plain).lstrip("._-")[:32]


def _first_page(begun: Begun) -> str:
    return "/start" if begun.session.role is Role.ADMIN else "/"


async def _log_out(visit: Visit) -> web.StreamResponse:
    """End this session, or all of this person's."""
    sessions, streams = visit.request.app[SESSIONS], visit.request.app[STREAMS]
    person_id = visit.author.id
    if visit.session is None:
        raise LookupError("admitted by a session, and there is none")
    if visit.field("everywhere"):
        await sessions.end_all(person_id)
        streams.end_of(person_id)
    else:
        await sessions.end(visit.session.id, person_id=person_id)
        streams.end_of(visit.session.id)
    response = go_to("/login")
    drop(response)
    return response


ROUTES = (
    PageRoute(method="GET", path="/login", handler=_log_in_form, access=Door.OPEN),
    PageRoute(method="POST", path="/login", handler=_log_in, access=Door.OPEN),
    PageRoute(method="POST", path="/logout", handler=_log_out, access=Door.SESSION),
    PageRoute(method="GET", path="/welcome/{secret}", handler=_welcome_form, access=Door.OPEN),
    PageRoute(method="POST", path="/welcome/{secret}", handler=_use_link, access=Door.OPEN),
)
