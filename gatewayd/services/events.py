"""What happened, from the journal, joined with the bodies when it is read.

Owns the list of event types and the join. The journal itself holds no text (DESIGN.md "Store
rules" 6), so an erased message stays erased here too.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.asides import ASIDE_TYPES
from gatewayd.services.sight import is_told, seen_by
from gatewayd.services.tokens import Principal
from storage import changes, queries
from storage.changes import Change
from storage.engine import Store
from storage.errors import CursorExpired
from storage.queries import MessageRow

EVENT_TYPES: dict[str, str] = {
    "message.received": "a text came in",
    "message.queued": "a message was accepted for sending",
    "message.sending": "a modem has its first part",
    "message.sent": "the network accepted every part",
    "message.delivered": "every part's delivery report says so",
    "message.undelivered": "the network could not deliver it",
    "message.failed": "it was refused for good, or a person settled it so",
    "message.expired": "its time was over before it could be sent",
    "message.canceled": (
        "a client canceled it before it was sent, or its contact opted out or was blocked "
        "(`error` says which)"
    ),
    "message.unknown": "it may or may not have been sent",
    "message.updated": "something else about it changed, such as a late part of a long text",
    "modem.state": "a modem is in another state",
    "modem.incident": "a modem has trouble (`state` `open`), a remedy was tried (`step`, with "
    "`helped` and `seconds`, and `detail` where it was skipped), or it is over (`closed`, with "
    "`cure` and the `seconds` that it lasted)",
    "modem.canary": "a test message of a modem to us is `awaited`, has `arrived`, is `overdue`, or "
    "was `withdrawn`",
    "call.missed": "somebody called the modem's number",
    "webhook.state": "a webhook keeps failing (`state` `failing`, with the `reason`), is well "
    "again (`active`), or was disabled (`disabled`)",
    "callback.state": "an address that a client gave for reports (Kannel's `dlr-url`) keeps "
    "failing (`state` `failing`, with its `host` and the `reason`), takes them again (`active`), "
    "or was never told of a message (`failed`, with its `id`)",
    "mail.state": "an e-mail to somebody of ours (`conversation_id` null: a daily digest) keeps "
    "failing (`state` `failing`, with the `reason`), has failed for good (`failed`), or went after "
    "all (`sent`)",
    "rule.fired": "a rule (`rule`) fired that names a webhook, and this webhook is told of it",
    "contact.created": (
        "a number that was not known wrote, called, or was written to, or somebody (`by`) "
        "imported it; `blocked` where it is, as an erased contact of this number was"
    ),
    "contact.consent": (
        "they were opted out or in, or an opt-out for a time is over: `what`, of which `inbox`, "
        "the `message_id` that said so; the words are in the ledger"
    ),
    "contact.erased": "all that was theirs is gone: how many `messages` and `notes`, and how many "
    "were `canceled`",
    "contact.merged": "another contact (`merged`) became a part of it",
    "contact.split": "some of its numbers are another contact (`split_off`) now",
    "contact.updated": "somebody changed what is known of it, or blocked it (`blocked`)",
    "conversation.created": "a contact has a first message or call in an inbox",
    "conversation.updated": "something of it changed, such as whose turn it is",
    "conversation.assigned": "it was handed to a person (`person_id`), a team (`team_id`), "
    "or nobody; `reason` says why where that was said",
    "conversation.snoozed": "it sleeps until a time, or until the customer writes",
    "conversation.joined": "it became a part of another (`into`) when their contacts were merged",
    "conversation.closed": "it is over",
    "conversation.reopened": "it is open again: the customer wrote, its sleep ended, or a person "
    "wants it so",
    "conversation.due_soon": "an answer is due soon: its person is reminded",
    "conversation.overdue": "an answer is overdue: so is the team",
    "conversation.escalated": "it has been for long: the managers are told",
    "conversation.reminder": "these `people` (ids) are to see on the page that a customer waits; "
    "`kind` is `new`, `due_soon`, `overdue`, `escalated`, `reassigned` (it is theirs now), "
    "`handed` (somebody gave it to them), or `mentioned`: a note mentions them",
    "conversation.mentioned": "a note (`by` whom) mentions these `people` (ids)",
    "conversation.reassigned": "it went to a person (`person_id`) or team (`team_id`) because who "
    "had it is not there (`reason`: `away`, `break`, `sick`, `vacation`, `left`, `off_shift`), "
    "may not see the inbox (`no_access`), has not answered (`silent`), or is there again (`back`)",
    "inbox.forgotten": "what it had kept for long enough was taken away: so many `messages` "
    "and `notes`",
    "inbox.updated": "a manager changed what holds for an inbox",
    "rules.updated": "the rules have a new `version`",
    "reply.created": "a saved reply was made, of an `inbox` or (null) of all",
    "reply.updated": "a saved reply was changed",
    "reply.deleted": "a saved reply is gone",
    "settings.updated": "a manager changed what holds for the whole business",
    "user.created": "a person joined",
    "user.digest": "a person's hours began: what they were not told before, `conversations` (ids)",
    "user.updated": "something of a person changed, such as an absence; `role` and `inboxes` "
    "where it was those",
    "user.suspended": "somebody's access ended",
    "user.unsuspended": "somebody works here again",
    "link.created": "a one-time link was made, `by` whom, for whom (`person_id`) and for what "
    "(`purpose`)",
    "link.used": "it was used",
    "session.started": "somebody logged in, from which `address`",
    "session.refused": "a log-in was refused; `person_id` is null where nobody has that name",
    "session.ended": "somebody logged out",
    "team.created": "a team was made",
    "team.updated": "a team, its members or who is on call changed",
}
"""Every type there is; docs/http.md lists them too, and a test compares."""

RULE_FIRED = "rule.fired"

_OF_MESSAGES = ("message.", RULE_FIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which types a reader wants; None is all."""

    types: frozenset[str] | None = None

    def takes(self, type_: str) -> bool:
        """Whether this type is wanted."""
        return self.types is None or type_ in self.types


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event, with its message as it is now where it has one."""

    change: Change
    message: MessageRow | None


def parse_types(text: str | None) -> Filter | str:
    """Read a list with commas; gives the reason when a name is no type."""
    if text is None:
        return Filter()
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {**EVENT_TYPES, **ASIDE_TYPES}
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        said = ", ".join(map(repr, unknown)) or "nothing"
        return f"unknown: {said}; known: {', '.join(known)}"
    return Filter(types=frozenset(names))


class Events:
    """Reads the journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def start(self, cursor: str | None) -> str | None:
        """Give where a stream begins: after `cursor`, else after all that has happened.

        Raises CursorExpired when `cursor` is not kept.
        """
        _check_form(cursor)
        async with self._store.read() as tx:
            if cursor is None:
                return await changes.latest(tx)
            await changes.after(tx, cursor, 1)
            return cursor

    async def after(
        self, cursor: str | None, *, limit: int, wanted: Filter | None = None
    ) -> Sequence[Told]:
        """List up to `limit` events after `cursor`, oldest first; raises CursorExpired."""
        _check_form(cursor)
        types = wanted.types if wanted is not None else None
        async with self._store.read() as tx:
            found = await changes.after(tx, cursor, limit, types)
            return await joined(tx, found)

    async def seen_by(self, principal: Principal, told: Sequence[Told]) -> Sequence[Told]:
        """Give those of these that are theirs to see."""
        if principal.inboxes is None:
            return [one for one in told if is_told(principal, one.change)]
        async with self._store.read() as tx:
            seen = await seen_by(tx, principal, [one.change for one in told])
        ids = {change.id for change in seen}
        return [one for one in told if one.change.id in ids]

    async def by_ids(self, event_ids: Collection[str]) -> Mapping[str, Told]:
        """Read these events; those that are no longer kept are not in the answer."""
        async with self._store.read() as tx:
            found = await joined(tx, await changes.by_ids(tx, event_ids))
        return {told.change.id: told for told in found}


async def joined(tx: AsyncConnection, found: Sequence[Change]) -> list[Told]:
    """Join events with their messages as they are now."""
    ids = {change.subject for change in found if change.type.startswith(_OF_MESSAGES)}
    messages = await queries.messages_by_id(tx, ids)
    return [Told(change=change, message=messages.get(change.subject)) for change in found]


def _check_form(cursor: str | None) -> None:
    # Ids are ASCII; the odd bytes of a header become half characters, which no database takes.
    if cursor is not None and not cursor.isascii():
        raise CursorExpired(cursor=cursor)
