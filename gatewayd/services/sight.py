"""What somebody may see of what happens: their inboxes only, and of log-ins only who manages.

One place for every way of telling: events, pages of events, streams.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.tokens import Principal, Scope
from storage import sight
from storage.changes import Change

# A text may well begin as an id does; it is not one by that.
_ID = re.compile(r"(cnv|msg|con)_[0-9A-HJKMNP-TV-Z]{26}")
_OF_ACCOUNTS = ("session.", "link.")
# Where a change says which conversation, contact or message it is about, beside its subject.
_NAMING = ("id", "conversation_id", "contact_id", "message_id")


async def seen_by(
    tx: AsyncConnection, principal: Principal, changes: Sequence[Change]
) -> list[Change]:
    """Give those of these that are theirs to see, in the same order."""
    allowed = [change for change in changes if is_told(principal, change)]
    if principal.inboxes is None:
        return allowed
    ids = {one for change in allowed for one in _ids(change)}
    unseen = await sight.unseen_of(tx, ids, principal.inboxes)
    return [change for change in allowed if _is_seen(change, principal, unseen)]


def is_told(principal: Principal, change: Change) -> bool:
    """Whether they may be told of it, as far as it does not depend on the inbox."""
    return principal.may(Scope.MANAGE) or not change.type.startswith(_OF_ACCOUNTS)


def ids_in(value: object) -> list[str]:
    """Give all ids of customers' things that stand in what somebody sent, however deep."""
    match value:
        case str():
            return [value] if _ID.fullmatch(value) else []
        case Mapping():
            return [one for inner in value.values() for one in ids_in(inner)]
        case list() | tuple():
            return [one for inner in value for one in ids_in(inner)]
        case _:
            return []


def _is_seen(change: Change, principal: Principal, unseen: frozenset[str]) -> bool:
    inbox = change.data.get("inbox")
    if isinstance(inbox, str) and not principal.may_see(inbox):
        return False
    if change.type.startswith("inbox.") and not principal.may_see(change.subject):
        return False
    return unseen.isdisjoint(_ids(change))


def _ids(change: Change) -> Iterator[str]:
    yield change.subject
    for name in _NAMING:
        value = change.data.get(name)
        if isinstance(value, str):
            yield value
