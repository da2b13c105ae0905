"""Owns filing: what comes in, goes out or rings belongs to a contact and a conversation at once.

Works inside the transaction of the message itself, so that there is never one without the other.
An address is given in its one spelling (``messages.contact``): who writes it is the caller's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, case, func, insert, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes, kept_refusals
from storage.conversations import journal, news, timeline, waits
from storage.conversations.states import NEW, ConversationState, Turn, after_turn
from storage.conversations.timeline import EntryKind, NewEntry
from storage.ids import Prefix, new_id
from storage.prepared import Prepared
from storage.schema import contact_numbers, contacts, conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something belongs. ``before`` is the state that it found; None: it is the first.

    ``unanswered`` says whether the customer waited already.
    """

    conversation_id: str
    contact_id: str
    inbox: str
    number: str
    turn: Turn
    before: ConversationState | None
    unanswered: bool = False

    @property
    def apart(self) -> bool:
        """Whether the contact is blocked: kept, and nobody is to be told."""
        return self.turn is Turn.APART


# The lock orders two writers' turns of one contact; SQLite has one writer anyway.
_CONTACT = Prepared(
    select(contacts.c.id, contacts.c.blocked_at_ms)
    .join_from(contact_numbers, contacts, contacts.c.id == contact_numbers.c.contact_id)
    .where(contact_numbers.c.number == bindparam("with_number"))
    .with_for_update(of=contacts)
)
_CONVERSATION = Prepared(
    select(conversations.c.id, conversations.c.state, conversations.c.unanswered_since_ms).where(
        conversations.c.contact_id == bindparam("of_contact"),
        conversations.c.inbox == bindparam("in_inbox"),
    )
)
_INSERT_CONTACT = Prepared(insert(contacts))
_INSERT_NUMBER = Prepared(insert(contact_numbers))
_INSERT_CONVERSATION = Prepared(insert(conversations))


async def find_place(
    tx: AsyncConnection, *, number: str, inbox: str, turn: Turn, now_ms: int
) -> Place:
    """Find where a turn with this number belongs; a contact or conversation that is new is made."""
    contact = (await _CONTACT.execute(tx, {"with_number": number})).one_or_none()
    if contact is None:
        contact_id, blocked = await _new_contact(tx, number, now_ms)
    else:
        contact_id, blocked = contact.id, contact.blocked_at_ms is not None
    if turn in {Turn.CUSTOMER, Turn.WORD} and blocked:
        turn = Turn.APART
    if contact is not None:
        key = {"of_contact": contact_id, "in_inbox": inbox}
        known = (await _CONVERSATION.execute(tx, key)).one_or_none()
        if known is not None:
            return Place(
                conversation_id=known.id,
                contact_id=contact_id,
                inbox=inbox,
                number=number,
                turn=turn,
                before=ConversationState(known.state),
                unanswered=known.unanswered_since_ms is not None,
            )
    return await _new_conversation(tx, contact_id, number, inbox, turn, now_ms)


async def add_message(tx: AsyncConnection, place: Place, message_id: str, *, now_ms: int) -> None:
    """Put a message, whose row is there, into its place."""
    entry = NewEntry(kind=EntryKind.MESSAGE, message_id=message_id)
    seq = await timeline.append(tx, place.conversation_id, entry, now_ms=now_ms)
    await take_turn(tx, place, seq=seq, now_ms=now_ms, message_id=message_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedCall:
    """A call in its conversation; ``seq`` is its row in the timeline."""

    place: Place
    seq: int


async def add_missed_call(
    tx: AsyncConnection, *, number: str, inbox: str, modem: str, now_ms: int
) -> MissedCall:
    """Put a call that nobody could take into its conversation."""
    place = await find_place(tx, number=number, inbox=inbox, turn=Turn.CUSTOMER, now_ms=now_ms)
    entry = NewEntry(kind=EntryKind.MISSED_CALL, modem=modem, number=number)
    seq = await timeline.append(tx, place.conversation_id, entry, now_ms=now_ms)
    await take_turn(tx, place, seq=seq, now_ms=now_ms)
    return MissedCall(place=place, seq=seq)


async def take_turn(
    tx: AsyncConnection, place: Place, *, seq: int, now_ms: int, message_id: str | None = None
) -> None:
    """Carry a turn up to its conversation; journal a change of state."""
    before = place.before or NEW[place.turn]
    state = after_turn(before, place.turn)
    values = {
        "of_conversation": place.conversation_id,
        "from_state": before,
        "to_state": state,
        "with_number": place.number,
        "now": now_ms,
        "new_seq": seq,
    }
    changed = await _turn_update(place.turn).execute(tx, values)
    if changed.rowcount != 1:
        raise LookupError(place.conversation_id)
    await _wait(tx, place, message_id, now_ms=now_ms)
    if place.turn is Turn.CUSTOMER:
        await news.add(tx, seq, now_ms=now_ms)
    if place.before is None or state is before:
        return
    was_over = before in {ConversationState.CLOSED, ConversationState.SNOOZED}
    await journal.record(
        tx,
        "reopened" if was_over and state is ConversationState.OPEN else "updated",
        conversation_id=place.conversation_id,
        contact_id=place.contact_id,
        inbox=place.inbox,
        state=state,
        now_ms=now_ms,
    )


async def _wait(tx: AsyncConnection, place: Place, message_id: str | None, *, now_ms: int) -> None:
    """Let the customer wait from now on, or no longer."""
    of = place.conversation_id
    if place.turn is Turn.ANSWER and place.unanswered:
        await waits.end(tx, of, waits.Ended.ANSWERED, answer_id=message_id, now_ms=now_ms)
    elif place.turn is Turn.CUSTOMER and not place.unanswered:
        await waits.begin(tx, of, inbox=place.inbox, now_ms=now_ms)
    elif place.turn is Turn.CUSTOMER and place.before is ConversationState.SNOOZED:
        await waits.resume(tx, of, now_ms=now_ms)
    elif place.turn is Turn.CUSTOMER:
        await waits.heard(tx, of)


@cache
def _turn_update(turn: Turn) -> Prepared:
    values: dict[str, Any] = {
        "state": bindparam("to_state"),
        "number": bindparam("with_number"),
        # A message that could be read only later may be older than what is there.
        "last_seq": case(
            (conversations.c.last_seq > bindparam("new_seq"), conversations.c.last_seq),
            else_=bindparam("new_seq"),
        ),
        "version": conversations.c.version + 1,
        **_TIMES[turn],
    }
    return Prepared(
        update(conversations)
        .where(
            conversations.c.id == bindparam("of_conversation"),
            conversations.c.state == bindparam("from_state"),
        )
        .values(**values)
    )


_AWAKE = {"snoozed_until_ms": null()}
_TIMES: Mapping[Turn, Mapping[str, Any]] = {
    Turn.CUSTOMER: {
        "last_in_ms": bindparam("now"),
        "unanswered_since_ms": func.coalesce(conversations.c.unanswered_since_ms, bindparam("now")),
        **_AWAKE,
    },
    Turn.APART: {"last_in_ms": bindparam("now")},
    Turn.WORD: {"last_in_ms": bindparam("now")},
    Turn.ANSWER: {
        "last_out_ms": bindparam("now"),
        "answered_ms": bindparam("now"),
        "held_since_ms": null(),
        "unanswered_since_ms": null(),
        **_AWAKE,
    },
    Turn.PROGRAM: {"last_out_ms": bindparam("now")},
}


async def _new_contact(tx: AsyncConnection, number: str, now_ms: int) -> tuple[str, bool]:
    """Make one; give its id, and whether it is blocked, as one was who was erased."""
    contact_id = new_id(Prefix.CONTACT, now_ms=now_ms)
    await _INSERT_CONTACT.execute(
        tx, {"id": contact_id, "version": 1, "created_at_ms": now_ms, "updated_at_ms": now_ms}
    )
    await _INSERT_NUMBER.execute(
        tx, {"number": number, "contact_id": contact_id, "added_at_ms": now_ms}
    )
    blocked_at_ms = await kept_refusals.restore(tx, number, contact_id)
    data: dict[str, changes.Json] = {"id": contact_id}
    if blocked_at_ms is not None:
        it = contacts.c.id == contact_id
        await tx.execute(update(contacts).where(it).values(blocked_at_ms=blocked_at_ms))
        data["blocked"] = True
    await changes.record(tx, "contact.created", now_ms=now_ms, subject=contact_id, data=data)
    return contact_id, blocked_at_ms is not None


async def _new_conversation(
    tx: AsyncConnection, contact_id: str, number: str, inbox: str, turn: Turn, now_ms: int
) -> Place:
    conversation_id = new_id(Prefix.CONVERSATION, now_ms=now_ms)
    state = NEW[turn]
    await _INSERT_CONVERSATION.execute(
        tx,
        {
            "id": conversation_id,
            "contact_id": contact_id,
            "inbox": inbox,
            "number": number,
            "state": state,
            "priority": "normal",
            "last_seq": 0,
            "version": 0,  # its first turn, which follows, makes it 1
            "created_at_ms": now_ms,
        },
    )
    await journal.record(
        tx,
        "created",
        conversation_id=conversation_id,
        contact_id=contact_id,
        inbox=inbox,
        state=state,
        now_ms=now_ms,
    )
    return Place(
        conversation_id=conversation_id,
        contact_id=contact_id,
        inbox=inbox,
        number=number,
        turn=turn,
        before=None,
    )
