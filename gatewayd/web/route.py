"""What a page is: a method on a path, who may enter, and the visit that its handler gets."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from multidict import MultiDictProxy

from gatewayd.http.context import HttpContext
from gatewayd.http.problems import Problem
from gatewayd.http.route import Door
from gatewayd.services.sessions import Session
from gatewayd.services.tokens import Principal, PrincipalType, Scope
from gatewayd.web.flashes import Flash
from gatewayd.web.formats import Formats
from gatewayd.web.languages import Tongue


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a form: its name on the reader's device, and its bytes."""

    name: str
    data: bytes


Form = MultiDictProxy[str | Upload]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One admitted request of a browser: who reads, how they read, and what they filled in."""

    request: web.Request
    context: HttpContext
    principal: Principal | None
    session: Session | None
    formats: Formats
    theme: str
    """`light`, `dark`, or `` for what the device prefers."""
    form: Form
    flash: Flash | None
    at: str | None = None
    """The newest event of the journal before anything was read for this page; None: not asked."""

    @property
    def csrf_token(self) -> str:
        """What a form has to carry; empty where there is no session that one could borrow."""
        return "" if self.session is None else self.session.csrf_token

    @property
    def tongue(self) -> Tongue:
        """The reader's language."""
        return self.formats.tongue

    @property
    def author(self) -> Principal:
        """Who acts; only on pages that need a scope."""
        if self.principal is None:
            raise LookupError("this page admits readers who are not logged in")
        return self.principal

    def need(self, scope: Scope) -> None:
        """Raise Problem where who acts lacks a scope that this needs beside the page's own."""
        if not self.author.may(scope):
            detail = f"this needs the scope {scope}, which this token lacks"
            raise Problem(HTTPStatus.FORBIDDEN, "scope_missing", detail)

    @property
    def person_id(self) -> str | None:
        """The reader's own id as a person of the business; a token or the machine has none."""
        known = self.principal is not None and self.principal.type is PrincipalType.PERSON
        return self.principal.id if known and self.principal is not None else None

    @property
    def part(self) -> str | None:
        """The part of the page that our own script asks for; None: all of it."""
        return self.request.headers.get(PART_HEADER)

    def named(self, name: str) -> str:
        """Give a part of the path."""
        return self.request.match_info[name]

    def field(self, name: str) -> str:
        """Give what was written into a field of the form; empty where there is none."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""


PART_HEADER = "X-Gatewayd-Part"
AGAIN_HEADER = "X-Gatewayd-Again"

PageHandler = Callable[[Visit], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRoute:
    """One method on one path of the page."""

    method: str
    path: str
    handler: PageHandler
    access: Scope | Door = Scope.INBOX
    takes_file: bool = False
    """Whether its form may hold a file, which is larger than other forms."""

    @property
    def changes(self) -> bool:
        """Whether it may change something: needs the form's secret, refused while we stop."""
        return self.method != "GET"
