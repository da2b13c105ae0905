"""Contacts and conversations by another system's id: `external:crm-77` in place of ours in a path.

The gate puts our id in its place before it looks at anything else, so that no route knows of it.
"""

from collections.abc import Collection
from http import HTTPStatus

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.http.problems import Problem, not_found
from storage import external_ids
from storage.engine import Store

PREFIX = "external:"
_CONTACT = "/v1/contacts/{id}"
_CONVERSATION = "/v1/conversations/{id}"


def takes_external(path: str) -> bool:
    """Whether the `{id}` of this route may be an external one."""
    return f"{path}/".startswith((f"{_CONTACT}/", f"{_CONVERSATION}/"))


async def resolve(store: Store, request: web.Request, *, may_see: Collection[str] | None) -> None:
    """Put our own id where the request's path has an external one.

    ``may_see`` are the inboxes that the asker sees; None: all. Raises Problem where nothing has
    that id, or more than one conversation.
    """
    given = request.match_info.get("id", "")
    resource = request.match_info.route.resource
    path = "" if resource is None else resource.canonical
    if not given.startswith(PREFIX) or not takes_external(path):
        return
    external_id = given.removeprefix(PREFIX)
    async with store.read() as tx:
        if path.startswith(_CONTACT):
            found = await external_ids.contact_of(tx, external_id, may_see=may_see)
        else:
            found = await _conversation(tx, external_id, may_see)
    if found is None:
        what = "contact" if path.startswith(_CONTACT) else "conversation"
        raise not_found(f"{what} {given!a}")
    request.match_info["id"] = found


async def _conversation(
    tx: AsyncConnection, external_id: str, may_see: Collection[str] | None
) -> str | None:
    places = await external_ids.conversations_of(tx, external_id, may_see=may_see)
    if len(places) > 1:
        each = ", ".join(f"{place.conversation_id} in {place.inbox}" for place in places)
        raise Problem(
            HTTPStatus.CONFLICT,
            "several_conversations",
            f"this contact has a conversation in several inboxes: {each}; name one by its id",
        )
    return places[0].conversation_id if places else None
