"""Why there is no page to show, for a person: what it is, and what to do about it."""

from http import HTTPStatus

from gatewayd.http.problems import Problem
from gatewayd.web.languages import N_

_BY_CODE = {
    "csrf_missing": (
        N_("Nothing was done"),
        N_("You have logged in again since that page was shown. Load it again, and try again."),
    ),
}
_BY_STATUS = {
    HTTPStatus.FORBIDDEN: (
        N_("This is not yours to see"),
        N_("Ask a manager if you need it."),
    ),
    HTTPStatus.NOT_FOUND: (
        N_("There is nothing here"),
        N_("It may have been removed, or the address has a mistake."),
    ),
    HTTPStatus.CONFLICT: (
        N_("That is not possible now"),
        N_("Something changed meanwhile. Look at it again."),
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        N_("That is not possible"),
        N_("Something that was filled in does not fit. Go back and look at it."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        N_("This is too large"),
        N_("Go back, and try with less."),
    ),
    HTTPStatus.MISDIRECTED_REQUEST: (
        N_("This address is not known here"),
        N_("Who looks after the gateway can add it to its configuration."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        N_("The gateway is busy; try again in a moment"),
        N_("Nothing that was sent or received is lost."),
    ),
}
_OTHERWISE = (
    N_("Something went wrong"),
    N_("Try again. If it stays so, give the line below to who looks after the gateway."),
)


def problem_words(problem: Problem) -> tuple[str, str]:
    """Give two sentences of the catalogue: what it is, and what to do."""
    by_status = _BY_STATUS.get(problem.status, _OTHERWISE)
    return _BY_CODE.get(problem.code, by_status)
