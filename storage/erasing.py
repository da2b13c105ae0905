"""Owns erasing a contact at their request: the content goes everywhere, counts and the fact stay.

An opt-out and a block hold beyond it: of each number a keyed digest is kept, by which a number that
is met again is known, and by nothing else (storage.kept_refusals, storage.erased_numbers).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, insert, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import audit, changes, erased_numbers, kept_refusals
from storage.conversations import joining, mentions, waits
from storage.conversations.states import ConversationState
from storage.conversations.timeline import Author, EntryKind
from storage.outbox.rollup import Fault, roll_up
from storage.schema import (
    IS_QUEUED,
    MAIL_IS_PENDING,
    alerts,
    consents,
    contact_numbers,
    contact_tags,
    contacts,
    conversation_tags,
    conversations,
    decisions,
    former_contacts,
    group_parts,
    groups,
    mails,
    messages,
    opt_outs,
    parts,
    people,
    reports,
    timeline,
)
from storage.scrubbing import ERASED, blank_pdus, blank_reports, in_batches, scrub, told_of
from storage.states import PartState

_ERASED = Fault(code="contact_erased", detail="the contact was erased at their request")
_LONGEST_TEXTS = 10
_IN_A_MODEM = (PartState.CLAIMED.value, PartState.SUBMITTING.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was erased: how much, and by what it could be found if any of it were left.

    ``numbers`` and ``texts`` are for a look at the file only; nobody may keep them.
    """

    messages: int
    notes: int
    canceled: int
    since_ms: int
    numbers: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WouldErase:
    """What an erasure would take away, counted at this moment."""

    messages: int
    notes: int
    waiting: int
    """Messages that wait to be sent."""
    since_ms: int


@dataclass(frozen=True, slots=True)
class OnItsWay:
    """A modem is sending them something at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theirs:
    contact_id: str
    numbers: Sequence[str]
    conversation_ids: Sequence[str]
    message_ids: Sequence[str]


async def erase(
    tx: AsyncConnection, contact_id: str, *, reason: str, by: Author, now_ms: int
) -> Erased | OnItsWay | None:
    """Erase all that is theirs; None where there is no such contact."""
    query = select(contacts).where(contacts.c.id == contact_id, contacts.c.erased_at_ms.is_(None))
    contact = (await tx.execute(query.with_for_update())).mappings().one_or_none()
    if contact is None:
        return None
    theirs = await _find(tx, contact_id)
    told = await told_of(tx, theirs.conversation_ids) + await _relayed(tx, theirs)
    everything = [*theirs.message_ids, *told]
    if await _in_a_modem(tx, everything):
        return OnItsWay()
    texts = await _longest(tx, everything)
    canceled = await _stop(tx, everything, now_ms)
    stand_ins = await erased_numbers.stand_ins(tx, theirs.numbers)
    for ids, those in ((theirs.message_ids, stand_ins), (told, None)):
        for some in in_batches(ids):
            await scrub(tx, some, stand_ins=those, now_ms=now_ms)
    await _strays(tx, stand_ins)
    notes = await _conversations(tx, theirs, now_ms)
    await _consent(tx, theirs, stand_ins)
    since_ms = contact["blocked_at_ms"]
    await kept_refusals.keep_block(tx, theirs.numbers, blocked_at_ms=since_ms)
    await _contact(tx, contact_id, now_ms)
    await joining.tell_all(tx, contact_id, EntryKind.ERASED, by=by, now_ms=now_ms)
    done = Erased(
        messages=len(theirs.message_ids),
        notes=notes,
        canceled=canceled,
        since_ms=contact["created_at_ms"],
        numbers=tuple(theirs.numbers),
        texts=tuple(texts),
    )
    await _tell(tx, contact_id, done, reason=reason, by=by, now_ms=now_ms)
    return done


async def foretell(tx: AsyncConnection, contact_id: str) -> WouldErase | None:
    """Tell what an erasure would take away; None where there is no such contact."""
    query = select(contacts.c.created_at_ms).where(
        contacts.c.id == contact_id, contacts.c.erased_at_ms.is_(None)
    )
    since_ms = (await tx.execute(query)).scalar_one_or_none()
    if since_ms is None:
        return None
    theirs = await _find(tx, contact_id)
    waiting: set[str] = set()
    for some in in_batches(theirs.message_ids):
        queued = select(parts.c.message_id).where(parts.c.message_id.in_(some), IS_QUEUED)
        waiting |= set((await tx.execute(queued)).scalars())
    return WouldErase(
        messages=len(theirs.message_ids),
        notes=(await tx.execute(_notes_in(theirs.conversation_ids))).scalar_one(),
        waiting=len(waiting),
        since_ms=since_ms,
    )


def _notes_in(conversation_ids: Sequence[str]) -> Select[int]:
    written = timeline.c.conversation_id.in_(conversation_ids)
    return select(func.count()).where(written, timeline.c.text.is_not(None))


async def _find(tx: AsyncConnection, contact_id: str) -> _Theirs:
    has = select(contact_numbers.c.number).where(contact_numbers.c.contact_id == contact_id)
    numbers = list((await tx.execute(has)).scalars())
    carries = select(conversations.c.id).where(conversations.c.contact_id == contact_id)
    conversation_ids = list((await tx.execute(carries)).scalars())
    ids = select(messages.c.id).where(
        or_(messages.c.conversation_id.in_(conversation_ids), messages.c.contact.in_(numbers))
    )
    return _Theirs(
        contact_id=contact_id,
        numbers=numbers,
        conversation_ids=conversation_ids,
        message_ids=list((await tx.execute(ids)).scalars()),
    )


async def _relayed(tx: AsyncConnection, theirs: _Theirs) -> list[str]:
    """List what people wrote from their own phones to be sent on in these conversations."""
    went_to = decisions.c.record["relay"]["conversation"].as_string()
    query = (
        select(messages.c.id)
        .join(decisions, decisions.c.message_id == messages.c.id)
        .where(
            messages.c.contact.in_(select(people.c.phone)),
            messages.c.direction == "in",
            went_to.in_(theirs.conversation_ids),
        )
    )
    return list((await tx.execute(query)).scalars())


async def _in_a_modem(tx: AsyncConnection, message_ids: Sequence[str]) -> bool:
    for some in in_batches(message_ids):
        query = select(parts.c.id).where(
            parts.c.message_id.in_(some), parts.c.state.in_(_IN_A_MODEM)
        )
        if (await tx.execute(query.limit(1))).first() is not None:
            return True
    return False


async def _longest(tx: AsyncConnection, message_ids: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in in_batches(message_ids):
        query = select(messages.c.text).where(messages.c.id.in_(some), messages.c.text.is_not(None))
        longest = query.order_by(func.length(messages.c.text).desc()).limit(_LONGEST_TEXTS)
        found += (await tx.execute(longest)).scalars()
    return sorted(found, key=len, reverse=True)[:_LONGEST_TEXTS]


async def _stop(tx: AsyncConnection, message_ids: Sequence[str], now_ms: int) -> int:
    """Cancel the parts that still wait; give of how many messages."""
    stopped: set[str] = set()
    for some in in_batches(message_ids):
        waiting = update(parts).where(parts.c.message_id.in_(some), IS_QUEUED)
        ended = waiting.values(state=PartState.CANCELED.value).returning(parts.c.message_id)
        stopped |= set((await tx.execute(ended)).scalars())
    for message_id in sorted(stopped):
        await roll_up(tx, message_id=message_id, sole=None, now_ms=now_ms, fault=_ERASED)
    return len(stopped)


async def _strays(tx: AsyncConnection, numbers: Mapping[str, str]) -> None:
    """Empty what came from these numbers and belongs to no message: parts that wait, reports."""
    sent = groups.c.sender.in_(numbers)
    waiting = select(group_parts.c.pdu_id).join(groups, groups.c.id == group_parts.c.group_id)
    await blank_pdus(tx, list((await tx.execute(waiting.where(sent))).scalars()))
    await tx.execute(delete(groups).where(sent))
    await blank_reports(tx, reports.c.number.in_(numbers), numbers)


async def _conversations(tx: AsyncConnection, theirs: _Theirs, now_ms: int) -> int:
    ids = theirs.conversation_ids
    written = timeline.c.conversation_id.in_(ids)
    notes: int = (await tx.execute(_notes_in(ids))).scalar_one()
    await mentions.forget(tx, select(timeline.c.seq).where(written))
    await tx.execute(update(timeline).where(written).values(text=null(), number=null()))
    by_them = (written, timeline.c.author_type == "contact")
    await tx.execute(update(timeline).where(*by_them).values(author_name="contact"))
    over = {
        "number": ERASED,
        "state": ConversationState.CLOSED,
        **dict.fromkeys(("snoozed_until_ms", "unanswered_since_ms", "held_since_ms"), None),
    }
    await tx.execute(update(conversations).where(conversations.c.id.in_(ids)).values(over))
    for conversation_id in ids:
        await waits.end(tx, conversation_id, waits.Ended.CLOSED, now_ms=now_ms)
    tagged = conversation_tags.c.conversation_id.in_(ids)
    await tx.execute(delete(conversation_tags).where(tagged))
    codes = (alerts.c.conversation_id.in_(ids), alerts.c.expires_at_ms > now_ms)
    await tx.execute(update(alerts).where(*codes).values(expires_at_ms=now_ms))
    await tx.execute(delete(mails).where(mails.c.conversation_id.in_(ids), MAIL_IS_PENDING))
    return notes


async def _consent(tx: AsyncConnection, theirs: _Theirs, stand_ins: Mapping[str, str]) -> None:
    """Keep of each number that said STOP what knows it again, and nothing that tells it."""
    await kept_refusals.keep_opt_outs(tx, theirs.contact_id, theirs.numbers)
    of_it = opt_outs.c.contact_id == theirs.contact_id
    for number in theirs.numbers:
        said = (consents.c.contact_id == theirs.contact_id, consents.c.number == number)
        values = {"number": stand_ins[number], "source": null()}
        await tx.execute(update(consents).where(*said).values(values))
    themselves = (consents.c.contact_id == theirs.contact_id, consents.c.author_type == "contact")
    await tx.execute(update(consents).where(*themselves).values(author_name="contact"))
    await tx.execute(delete(opt_outs).where(of_it))


async def _contact(tx: AsyncConnection, contact_id: str, now_ms: int) -> None:
    for table in (contact_tags, contact_numbers):
        await tx.execute(delete(table).where(table.c.contact_id == contact_id))
    names = ("name", "language", "spoken_language", "notes", "external_id", "blocked_at_ms")
    values = {
        **dict.fromkeys(names, None),
        "erased_at_ms": now_ms,
        "updated_at_ms": now_ms,
        "version": contacts.c.version + 1,
    }
    await tx.execute(update(contacts).where(contacts.c.id == contact_id).values(values))
    parts_of_it = former_contacts.c.into_id == contact_id
    await tx.execute(update(former_contacts).where(parts_of_it).values(external_id=null()))
    gone = {"contact_id": contact_id, "why": "erased", "at_ms": now_ms}
    await tx.execute(insert(former_contacts), gone)


async def _tell(
    tx: AsyncConnection, contact_id: str, done: Erased, *, reason: str, by: Author, now_ms: int
) -> None:
    counts: dict[str, changes.Json] = {
        "messages": done.messages,
        "notes": done.notes,
        "canceled": done.canceled,
    }
    data: dict[str, changes.Json] = {"id": contact_id, "by": by.id, **counts}
    await changes.record(tx, "contact.erased", now_ms=now_ms, subject=contact_id, data=data)
    await audit.record(
        tx,
        actor=by.id,
        action="contact.erased",
        subject=contact_id,
        data={**counts, "reason": reason},
        now_ms=now_ms,
    )
