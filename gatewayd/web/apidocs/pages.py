"""Shows the API's page. Open to all: what it tells is in this program's public source.

What a reader tries, their browser sends with their own session or with a token that they type in.
"""

from functools import cached_property

from aiohttp import web

from gatewayd.http.client import CLIENT
from gatewayd.http.openapi import DESCRIPTION, Description
from gatewayd.http.route import Call
from gatewayd.web.apidocs.operations import Shape, Subject, shapes_of, subjects
from gatewayd.web.entry import reading
from gatewayd.web.render import page


class Book:
    """What the page shows, made when it is first asked for."""

    def __init__(self, description: Description) -> None:
        self._description = description

    @cached_property
    def subjects(self) -> list[Subject]:
        """All operations."""
        return subjects(self._description.document)

    @cached_property
    def shapes(self) -> list[Shape]:
        """All schemas."""
        return shapes_of(self._description.document)


_BOOK = web.AppKey("api_book", Book)


def add_book(app: web.Application) -> None:
    """Give the application what the page shows."""
    app[_BOOK] = Book(app[DESCRIPTION])


async def docs(call: Call) -> web.StreamResponse:
    """Describe the API to people."""
    request = call.request
    book = request.app[_BOOK]
    scheme = "https" if request[CLIENT].encrypted else "http"
    return page(
        reading(call.context, request),
        "apidocs/docs.html",
        subjects=book.subjects,
        shapes=book.shapes,
        version=call.context.version,
        origin=f"{scheme}://{request.host}",
    )
