"""What our script says to be shown already of a page that it asks for again: that is to stay."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from aiohttp import web

from gatewayd.web.digits import number_in

SHOWN_HEADER = "X-Gatewayd-Shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How far a list and a timeline are shown; None: as far as a page that is asked for anew.

    One answer may hold less: our script then reads on from its end.
    """

    rows: int | None = None
    """So many rows of the list."""
    since: int | None = None
    """The place of the oldest entry of the timeline."""
    until: int | None = None
    """The place of the newest one; None: it is the newest that there is."""

    def rows_of(self, usual: int, *, most: int) -> int:
        """Tell how many rows are to be given."""
        return usual if self.rows is None else max(usual, min(self.rows, most))


def shown_of(request: web.Request) -> Shown:
    """Read it; what is no number is not there."""
    asked = dict(parse_qsl(request.headers.get(SHOWN_HEADER, "")))
    return Shown(
        rows=number_in(asked.get("rows", "")),
        since=number_in(asked.get("since", "")),
        until=number_in(asked.get("until", "")),
    )
