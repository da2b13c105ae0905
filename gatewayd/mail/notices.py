"""What an e-mail to a person of ours says: joined when it goes, so that nothing erased does."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language
from gatewayd.callers import shown_to
from gatewayd.reminder_text import Kind, digest_text, waiting_text
from storage import people, wishes
from storage.conversations import reading
from storage.conversations.reading import ConversationRow
from storage.mails import MailRow

DIGEST = "digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said, in the person's language."""

    said: str
    language: Language


async def notice_of(tx: AsyncConnection, mail: MailRow, *, default: Language) -> Told:
    """Say what a mail with a ``kind`` tells."""
    person = await people.get(tx, mail.person_id or "", now_ms=mail.created_at_ms)
    if person is None:
        raise LookupError(mail.person_id)
    language = default if person.language is None else Language(person.language)
    if mail.kind is not None and mail.kind != DIGEST:
        row = await _conversation(tx, mail.conversation_id or "")
        caller = await shown_to(tx, person, row)
        said = waiting_text(Kind(mail.kind), caller.who, language)
        return Told(said=said, language=language)
    ids = dict.fromkeys(row.conversation_id for row in await wishes.of_digest(tx, mail.rule))
    about = [await _conversation(tx, each) for each in ids]
    waiting = [row for row in about if row.unanswered_since_ms is not None]
    names = [(await shown_to(tx, person, row)).who for row in waiting]
    return Told(said=digest_text(names, len(about) - len(waiting), language), language=language)


async def _conversation(tx: AsyncConnection, conversation_id: str) -> ConversationRow:
    row = await reading.get(tx, conversation_id)
    if row is None:
        raise LookupError(conversation_id)
    return row
