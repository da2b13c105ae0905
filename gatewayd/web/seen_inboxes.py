"""Which inboxes there are for a reader: theirs, and no others."""

from gatewayd.http.route import INBOXES
from gatewayd.services.inboxes import InboxView
from gatewayd.web.route import Visit


async def seen_inboxes(visit: Visit) -> list[InboxView]:
    """Read those that the reader sees, by name."""
    views = await visit.request.app[INBOXES].list_all()
    return [view for view in views if visit.author.may_see(view.name)]
