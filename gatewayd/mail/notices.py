"""What an e-mail to a person of ours says: joined when it goes, so that nothing erased does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language
from gatewayd.callers import shown_to
from gatewayd.reminder_text import Digest, Kind, digest_text, waiting_text
from storage import people, wishes
from storage.conversations import reading
from storage.conversations.reading import ConversationRow
from storage.mails import MailRow
from storage.people import PersonRow, PersonState
from storage.wishes import HeldRow

DIGEST = "digest"
MORE = "more"
"""A digest for somebody who is there: what came since they were told last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said, in the person's language."""

    said: str
    language: Language


async def notice_of(tx: AsyncConnection, mail: MailRow, *, default: Language) -> Told | None:
    """Say what a mail with a ``kind`` tells; None: its person may not know of it any more."""
    person = await people.get(tx, mail.person_id or "", now_ms=mail.created_at_ms)
    if person is None:
        raise LookupError(mail.person_id)
    if person.state is not PersonState.ACTIVE:
        return None
    language = default if person.language is None else Language(person.language)
    if mail.kind is not None and mail.kind not in {DIGEST, MORE}:
        row = await _conversation(tx, mail.conversation_id or "")
        if not _may_see(person, row):
            return None
        caller = await shown_to(tx, person, row)
        said = waiting_text(Kind(mail.kind), caller.who, language)
        return Told(said=said, language=language)
    held = [
        row
        for row in await wishes.of_digest(tx, mail.rule)
        if _may_see(person, await _conversation(tx, row.conversation_id))
    ]
    if not held:
        return None
    digest = await digest_of(tx, person, held, there=mail.kind == MORE)
    return Told(said=digest_text(digest, language), language=language)


async def digest_of(
    tx: AsyncConnection, person: PersonRow, held: Sequence[HeldRow], *, there: bool
) -> Digest:
    """Sum up for a person what was held back, as it is by now."""
    by_kind: dict[str, dict[str, ConversationRow]] = {}
    for each in held:
        kind = each.kind if each.kind in {Kind.HANDED, Kind.MENTIONED} else ""
        row = await _conversation(tx, each.conversation_id)
        by_kind.setdefault(kind, {})[row.id] = row
    handed = [row for row in by_kind.get(Kind.HANDED, {}).values() if row.person_id == person.id]
    about = by_kind.get("", {}).values()
    waiting = [
        row for row in about if row.unanswered_since_ms is not None and not row.wants_nothing
    ]

    async def named(rows: Iterable[ConversationRow]) -> list[str]:
        return [(await shown_to(tx, person, row)).who for row in rows]

    return Digest(
        waiting=await named(waiting),
        settled=len(about) - len(waiting),
        handed=await named(handed),
        mentioned=await named(by_kind.get(Kind.MENTIONED, {}).values()),
        there=there,
    )


def _may_see(person: PersonRow, row: ConversationRow) -> bool:
    return person.inboxes is None or row.inbox in person.inboxes


async def _conversation(tx: AsyncConnection, conversation_id: str) -> ConversationRow:
    row = await reading.get(tx, conversation_id)
    if row is None:
        raise LookupError(conversation_id)
    return row
