"""What is read of a conversation that is open: its timeline, its contact, what can be done."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gatewayd.answering import Unanswerable
from gatewayd.http.problems import not_found
from gatewayd.http.route import (
    AUDITS,
    CONTACTS,
    CONVERSATION_VIEWS,
    CONVERSATIONS,
    SAVED_REPLIES,
    STAFF,
)
from gatewayd.services.replying import PLAINLY
from gatewayd.services.saved_replies import Rendered
from gatewayd.web.colleagues import Colleague, colleagues
from gatewayd.web.contacts.reading import Panel, panel_of
from gatewayd.web.looking import Looked, look
from gatewayd.web.route import Visit
from gatewayd.web.snoozes import Snooze, snoozes
from gatewayd.web.timeline import Item, items_of
from storage import queries
from storage.contacts import ContactRow
from storage.conversations import mentions, reading, scheduled
from storage.conversations.mentions import MentionRow
from storage.conversations.reading import ConversationRow
from storage.people import PersonRow
from storage.queries import MessageRow
from storage.saved_replies import SavedReplyRow
from storage.teams import TeamRow

_ANY_TEXT = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What the composer begins with, after something was wrong with it."""

    text: str = ""
    is_note: bool = False
    send_at: str = ""
    error: str = ""
    moved_on: str = ""
    """What came while it was written, in a sentence: it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConversation:
    """All that the second and the third pane show."""

    row: ConversationRow
    contact: ContactRow
    items: Sequence[Item]
    """Oldest first."""
    looked: Looked
    """Which stretch of the conversation they are."""
    panel: Panel
    unanswerable: Unanswerable | None
    mentioned: Mapping[int, Sequence[MentionRow]]
    """Whom notes mention, by their place in the timeline."""
    colleagues: Sequence[Colleague]
    """Whom a note can mention."""
    scheduled: Sequence[MessageRow]
    """What waits for its time, the next first."""
    people: Sequence[PersonRow]
    teams: Sequence[TeamRow]
    snoozes: Sequence[Snooze]
    once: str
    """Names one try to send, so that a form that is sent twice is one message."""
    signature: str
    """What is put under an answer now; empty: nothing."""
    replies: Sequence[tuple[SavedReplyRow, Rendered]]
    """The saved replies that can be used here, as this customer would get them."""

    @property
    def seen(self) -> str:
        """The newest row when it was read: what comes after it is news to whoever writes.

        Also where they look at what was said before.
        """
        return self.looked.stretch.newest or ""

    def begun(self, reply_id: str | None) -> Written:
        """Begin the composer with a saved reply, or with nothing."""
        texts = (filled.text for row, filled in self.replies if row.id == reply_id)
        return Written(text=next(texts, ""))


async def named_conversation(visit: Visit) -> ConversationRow:
    """Read the conversation that an address names; raises Problem where there is none to see."""
    conversation_id = visit.named("id")
    row = await visit.request.app[CONVERSATIONS].get(conversation_id)
    if row is None or not visit.author.may_see(row.inbox):
        raise not_found(f"conversation {conversation_id!a}")
    return row


async def open_conversation(visit: Visit, conversation_id: str) -> OpenConversation:
    """Read it, which is on record; raises Problem where there is none."""
    async with visit.context.store.read() as tx:
        row = await reading.get(tx, conversation_id)
        if row is None or not visit.author.may_see(row.inbox):
            raise not_found(f"conversation {conversation_id!a}")
        looked = await look(tx, visit, row.id)
        entries = looked.stretch.items
        ids = {entry.message_id for entry in entries if entry.message_id is not None}
        messages = await queries.messages_by_id(tx, ids)
        mentioned = await mentions.of_entries(tx, {entry.seq for entry in entries})
        later = await scheduled.of_conversation(tx, row.id, now_ms=visit.formats.now_ms)
        clock = await visit.request.app[CONVERSATION_VIEWS].clock(tx)
    app = visit.request.app
    await app[AUDITS].looked(row.id, by=visit.author)
    contact = await app[CONTACTS].get(row.contact_id)
    if contact is None:
        raise LookupError(row.contact_id)
    people, teams = await app[STAFF].people(), await app[STAFF].teams()
    signed = await app[CONVERSATIONS].as_sent(row, _ANY_TEXT, manner=PLAINLY, by=visit.author)
    return OpenConversation(
        row=row,
        contact=contact,
        items=items_of(entries, messages, visit.formats),
        looked=looked,
        panel=await panel_of(visit, contact, but=row.id),
        mentioned=mentioned,
        colleagues=colleagues(people, teams, row.inbox, but=visit.person_id),
        unanswerable=app[CONVERSATIONS].why_no_answer(row, clock.loaded.consent),
        scheduled=later,
        people=people,
        teams=teams,
        snoozes=snoozes(visit.formats),
        signature=signed.removeprefix(_ANY_TEXT).strip(),
        replies=await app[SAVED_REPLIES].offer(row, by=visit.author),
        once=secrets.token_urlsafe(18),
    )
