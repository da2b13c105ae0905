"""For how much that is new the open page calls its reader: what they wish to be told of so."""

from gatewayd.http.route import READING, WISHES
from gatewayd.services.shop import LoadedShop
from gatewayd.web.route import Visit
from gatewayd.wishes import Matter, Way


async def unread_and_calls(visit: Visit, loaded: LoadedShop, *, mentions: int) -> tuple[int, int]:
    """Count what the reader has not read, and for how much of it and of mentions they are called.

    ``mentions`` are those that they have not seen. A program reads nothing.
    """
    if visit.person_id is None:
        return 0, 0
    views = await visit.request.app[READING].views(visit.author)
    new = {
        Matter.NEW_MINE: views.mine.unread,
        Matter.NEW_TEAM: views.teams.unread + views.unassigned.unread,
    }
    wished = await visit.request.app[WISHES].get(visit.person_id)
    notify = next((row.notify for row in loaded.people.values() if row.id == visit.person_id), None)
    if wished is None or (notify is not None and Way.PAGE not in notify):
        return sum(new.values()), 0
    calls = {
        matter: many
        for matter, many in {**new, Matter.MENTION: mentions}.items()
        if Way.PAGE in wished.wishes.ways[matter]
    }
    return sum(new.values()), sum(calls.values())
