"""Owns for which inboxes an opt-out holds: its own, and wherever the number is now that it names.

Which modem an inbox has is the configuration's; :func:`storage.modems.assign` keeps it.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, or_, select

from storage.schema import modems, opt_outs


def holds_for(inbox: ColumnElement[str]) -> ColumnElement[bool]:
    """Say that an opt-out holds for the inbox that a column of another table, or a value, names."""
    numbers = select(modems.c.number).where(modems.c.inbox == inbox).correlate_except(modems)
    return or_(opt_outs.c.inbox == inbox, opt_outs.c.business_number.in_(numbers))


def holds_for_any(inboxes: Collection[str]) -> ColumnElement[bool]:
    """Say that an opt-out holds for one of these inboxes."""
    numbers = select(modems.c.number).where(modems.c.inbox.in_(inboxes))
    return or_(opt_outs.c.inbox.in_(inboxes), opt_outs.c.business_number.in_(numbers))
