"""What somebody may mean by a part of a number: nobody, where numbers are hidden from them.

Trying digits one after the other would else tell what the answers hide.
"""

from aiohttp import web

from gatewayd.http.masked import is_masked
from gatewayd.numbers import Number, digits_of, normalise
from storage.search.names import Called


def called(request: web.Request, q: str | None, *, country: str | None) -> Called | None:
    """Read whom somebody looks for; None: for nobody in particular."""
    if q is None:
        return None
    if is_masked(request):
        return Called(q=q, hidden=True, whole=whole_number(q, country=country))
    return Called(q=q, digits=digits_of(q))


def whole_number(q: str, *, country: str | None) -> str | None:
    """Give the number that is written there as a whole, in its one spelling."""
    found = normalise(q, country=country)
    return found.text if isinstance(found, Number) else None
