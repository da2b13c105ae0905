"""Owns for which inboxes an opt-out holds: its own, and wherever the number is now that it names.

And whether anything of who opted out is still waited for.

Which modem an inbox has is the configuration's; :func:`storage.modems.assign` keeps it.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_, select

from storage.schema import conversations, modems, opt_outs


def holds_for(inbox: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that an opt-out holds for the inbox that a column of another table, or a value, names."""
    numbers = select(modems.c.number).where(modems.c.inbox == inbox).correlate_except(modems)
    return or_(opt_outs.c.inbox == inbox, opt_outs.c.business_number.in_(numbers))


def holds_for_any(inboxes: Collection[str]) -> ColumnElement[bool]:
    """Say that an opt-out holds for one of these inboxes."""
    numbers = select(modems.c.number).where(modems.c.inbox.in_(inboxes))
    return or_(opt_outs.c.inbox.in_(inboxes), opt_outs.c.business_number.in_(numbers))


OPTED_OUT_MS = (
    select(func.max(opt_outs.c.since_ms))
    .where(opt_outs.c.contact_id == conversations.c.contact_id, holds_for(conversations.c.inbox))
    .correlate(conversations)
    .scalar_subquery()
)
"""Since when the contact of a conversation is opted out there; null: they are not."""


def wants_nothing(opted_out_ms: int | None, *, last_in_ms: int | None) -> bool:
    """Whether they opted out and have written nothing since: nothing more is waited for."""
    return opted_out_ms is not None and (last_in_ms is None or last_in_ms <= opted_out_ms)
