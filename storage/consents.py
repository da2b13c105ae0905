"""Owns consent: the ledger, which is never rewritten, and who is opted out by it now.

An opt-out belongs to a contact and the business number that they wrote to. Which of an inbox's
numbers a message will go out from is known only when a modem has it, so out of one is out of the
inbox; and a number that moves to another inbox takes its opt-outs along.
"""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import changes, kept_refusals
from storage.conversations import facts, waits
from storage.conversations.timeline import Author
from storage.ids import Prefix, new_id
from storage.opting_out import holds_for, holds_for_any
from storage.outbox.consent import OPTED_OUT
from storage.outbox.settle import cancel
from storage.prepared import Prepared
from storage.schema import (
    IS_UNANSWERED,
    consents,
    contact_numbers,
    contacts,
    conversations,
    messages,
    modems,
    opt_outs,
    people,
)
from storage.states import MessageState


class ConsentKind(StrEnum):
    """What the ledger tells."""

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    EXPIRED = "opt_out_expired"
    """An opt-out that was set for a time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConsent:
    """What happened to consent. ``source`` is what was said, or why it was set by hand.

    ``number`` is the contact's, ``business_number`` ours, None where the SIM's is not known.
    """

    contact_id: str
    number: str
    inbox: str
    business_number: str | None
    what: ConsentKind
    source: str | None
    author: Author
    message_id: str | None = None
    expires_at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow(NewConsent):
    """As it stands in the ledger."""

    id: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutRow:
    """An opt-out that holds now; ``until_ms`` None: until they opt in again."""

    inbox: str
    business_number: str | None
    since_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What speaks against sending to a number from an inbox."""

    blocked: bool = False
    opted_out: bool = False
    asked: bool = False
    """They are opted out, and wrote something that nobody has answered yet."""

    own_phone: bool = False
    """It is the phone of a person who works here."""


async def standing(
    tx: AsyncConnection, *, number: str, inbox: str, modems: Collection[str]
) -> Standing:
    """Tell what speaks against sending to ``number`` from an inbox, by one of these modems."""
    own = (await _OWN_PHONE.execute(tx, {"with_number": number})).one_or_none() is not None
    contact = (await _CONTACT.execute(tx, {"with_number": number})).one_or_none()
    if contact is None:
        held = await kept_refusals.kept(tx, number)
        out = bool(held.opt_outs) and held.opted_out(inbox, await facts.numbers_of(tx, modems))
        return Standing(own_phone=own, opted_out=out, blocked=held.blocked)
    opted_out = bool(contact.has_opt_outs) and await is_opted_out(
        tx, contact.id, inbox=inbox, business_numbers=await facts.numbers_of(tx, modems)
    )
    asked = False
    if opted_out:
        unanswered = select(conversations.c.id).where(
            conversations.c.contact_id == contact.id, conversations.c.inbox == inbox, IS_UNANSWERED
        )
        asked = (await tx.execute(unanswered)).first() is not None
    blocked = contact.blocked_at_ms is not None
    return Standing(blocked=blocked, opted_out=opted_out, asked=asked, own_phone=own)


_OWN_PHONE = Prepared(
    select(people.c.id).where(
        people.c.phone == bindparam("with_number"), people.c.state == literal_column("'active'")
    )
)
_CONTACT = Prepared(
    select(
        contacts.c.id,
        contacts.c.blocked_at_ms,
        exists().where(opt_outs.c.contact_id == contacts.c.id).label("has_opt_outs"),
    )
    .join_from(contact_numbers, contacts, contacts.c.id == contact_numbers.c.contact_id)
    .where(contact_numbers.c.number == bindparam("with_number"))
)


async def is_opted_out(
    tx: AsyncConnection, contact_id: str, *, inbox: str, business_numbers: Collection[str]
) -> bool:
    """Whether an opt-out of a contact holds for an inbox, or for one of its numbers."""
    return any(
        row.inbox == inbox or row.business_number in business_numbers
        for row in await opt_outs_of(tx, contact_id)
    )


async def record(tx: AsyncConnection, consent: NewConsent, *, now_ms: int) -> str:
    """Write down what happened to consent, let it hold, and cancel what it forbids; give its id.

    Journals ``contact.consent``.
    """
    consent_id = await _append(tx, consent, now_ms=now_ms)
    if consent.what is ConsentKind.OPTED_OUT:
        row = {"contact_id": consent.contact_id, "inbox": consent.inbox}
        row["business_number"] = consent.business_number or ""
        key = [opt_outs.c[name] == value for name, value in row.items()]
        await tx.execute(delete(opt_outs).where(*key))
        times = {"since_ms": now_ms, "until_ms": consent.expires_at_ms}
        await tx.execute(insert(opt_outs), {**row, **times})
        await cancel_waiting(tx, consent.contact_id, inbox=consent.inbox, now_ms=now_ms)
    else:
        of_it = opt_outs.c.contact_id == consent.contact_id
        await tx.execute(delete(opt_outs).where(of_it, _ended_by(consent)))
    await waits.look_at_those_of(tx, consent.contact_id)
    return consent_id


def _ended_by(consent: NewConsent) -> ColumnElement[bool]:
    """Say which opt-outs are over: all that held for the inbox, or the one whose time is over."""
    number = consent.business_number or ""
    if consent.what is ConsentKind.EXPIRED:
        return and_(
            opt_outs.c.inbox == consent.inbox,
            opt_outs.c.business_number == number,
            opt_outs.c.until_ms.is_not(None),
        )
    held = holds_for(literal(consent.inbox))
    return or_(held, opt_outs.c.business_number == number) if number else held


async def _append(tx: AsyncConnection, consent: NewConsent, *, now_ms: int) -> str:
    consent_id = new_id(Prefix.CONSENT, now_ms=now_ms)
    values: dict[str, Any] = {
        name: value for name, value in asdict(consent).items() if name != "author"
    }
    author = {f"author_{name}": value for name, value in asdict(consent.author).items()}
    row = {**values, **author, "business_number": consent.business_number or ""}
    await tx.execute(insert(consents), {**row, "id": consent_id, "at_ms": now_ms})
    data: dict[str, changes.Json] = {
        "id": consent.contact_id,
        "consent_id": consent_id,
        "what": consent.what,
        "inbox": consent.inbox,
        "by": consent.author.id,
    }
    if consent.message_id is not None:
        data["message_id"] = consent.message_id
    await changes.record(
        tx, "contact.consent", now_ms=now_ms, subject=consent.contact_id, data=data
    )
    return consent_id


async def cancel_waiting(tx: AsyncConnection, contact_id: str, *, inbox: str, now_ms: int) -> None:
    """Cancel what waits for who is opted out of an inbox; what is on the air nobody can stop."""
    theirs = select(contact_numbers.c.number).where(contact_numbers.c.contact_id == contact_id)
    waiting = select(messages.c.id).where(
        messages.c.contact.in_(theirs),
        messages.c.direction == "out",
        messages.c.state.in_([MessageState.QUEUED, MessageState.SENDING]),
        messages.c.inbox == inbox,
        messages.c.consent_basis.is_(None),
    )
    for message_id in list((await tx.execute(waiting)).scalars()):
        await cancel(tx, message_id=message_id, now_ms=now_ms, fault=OPTED_OUT)


_EXPIRED = select(opt_outs).where(opt_outs.c.until_ms <= bindparam("now")).limit(500)


async def expire(tx: AsyncConnection, *, now_ms: int) -> int:
    """End the opt-outs that were set for a time that is over; give how many."""
    rows = (await tx.execute(_EXPIRED, {"now": now_ms})).all()
    for row in rows:
        number = select(contact_numbers.c.number).where(
            contact_numbers.c.contact_id == row.contact_id
        )
        over = NewConsent(
            contact_id=row.contact_id,
            number=(await tx.execute(number.limit(1))).scalar_one(),
            inbox=row.inbox,
            business_number=row.business_number or None,
            what=ConsentKind.EXPIRED,
            source=None,
            author=Author(type="gateway", id="gateway", name="gateway"),
        )
        await record(tx, over, now_ms=now_ms)
    return len(rows)


async def ledger(tx: AsyncConnection, contact_id: str) -> list[ConsentRow]:
    """List all that happened to a contact's consent, the newest first."""
    query = (
        select(consents).where(consents.c.contact_id == contact_id).order_by(consents.c.seq.desc())
    )
    return [consent_row(dict(row)) for row in (await tx.execute(query)).mappings()]


def consent_row(row: dict[str, Any]) -> ConsentRow:
    """Read a row of the ledger."""
    del row["seq"]
    author = Author(**{name: row.pop(f"author_{name}") for name in ("type", "id", "name")})
    kind = ConsentKind(row.pop("what"))
    business_number = row.pop("business_number") or None
    return ConsentRow(**row, author=author, what=kind, business_number=business_number)


_HOLDING = Prepared(select(opt_outs).where(opt_outs.c.contact_id == bindparam("of_contact")))


async def opt_outs_of(tx: AsyncConnection, contact_id: str) -> list[OptOutRow]:
    """List the opt-outs of a contact that hold now."""
    rows = (await _HOLDING.execute(tx, {"of_contact": contact_id})).rows
    return [
        OptOutRow(
            inbox=row.inbox,
            business_number=row.business_number or None,
            since_ms=row.since_ms,
            until_ms=row.until_ms,
        )
        for row in rows
    ]


async def opted_out_of(tx: AsyncConnection, contact_id: str) -> list[OptOutRow]:
    """List what a contact wants no messages of: a number that moved is of its inbox of now too."""
    found: list[OptOutRow] = []
    for row in await opt_outs_of(tx, contact_id):
        moved = select(modems.c.inbox).where(
            modems.c.number == row.business_number,
            modems.c.inbox.is_not(None),
            modems.c.inbox != row.inbox,
        )
        elsewhere = (await tx.execute(moved.distinct().order_by(modems.c.inbox))).scalars()
        found += [row, *(replace(row, inbox=str(inbox)) for inbox in elsewhere)]
    return found


async def opted_out_among(
    tx: AsyncConnection, contact_ids: Collection[str], *, may_see: Collection[str] | None
) -> frozenset[str]:
    """Give those of these contacts who are opted out of any inbox, or of these; None: of all."""
    query = select(opt_outs.c.contact_id).where(opt_outs.c.contact_id.in_(contact_ids))
    if may_see is not None:
        query = query.where(holds_for_any(may_see))
    return frozenset((await tx.execute(query)).scalars())
