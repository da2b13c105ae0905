"""Owns what a claim asks about consent: whether the contact still wants what was queued.

Two seeks by key. What consent is, and the ledger: :mod:`storage.consents`.
"""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Table, case, literal_column, or_, select

from storage.outbox.rollup import Fault
from storage.schema import IS_BLOCKED, contact_numbers, contacts, modems, opt_outs

OPTED_OUT = Fault(code="opted_out", detail="the contact has opted out")
BLOCKED = Fault(code="contact_blocked", detail="the contact is blocked")
EXEMPT = "exempt"

_FAULTS = {fault.code: fault for fault in (OPTED_OUT, BLOCKED)}


def objection(*, of: Table, modem: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Look up why the contact that a part goes to may not be written to by a modem; null: it may.

    ``of`` is the table of parts, of which this is a subquery.
    """
    number = select(modems.c.number).where(modems.c.name == modem).scalar_subquery()
    opted_out = (
        select(literal_column("1"))
        .where(
            opt_outs.c.contact_id == contacts.c.id,
            or_(opt_outs.c.inbox == of.c.inbox, opt_outs.c.business_number == number),
        )
        .correlate(contacts, of)
        .exists()
    )
    return (
        select(
            case(
                (IS_BLOCKED, literal_column(f"'{BLOCKED.code}'")),
                (opted_out, literal_column(f"'{OPTED_OUT.code}'")),
            )
        )
        .join_from(contact_numbers, contacts, contacts.c.id == contact_numbers.c.contact_id)
        .where(contact_numbers.c.number == of.c.destination)
        .correlate(of)
        .scalar_subquery()
    )


def why_not(objection: str | None, basis: str | None) -> Fault | None:
    """Tell why a part may not go; ``basis`` is why its message may all the same."""
    if objection is None or basis == EXEMPT:
        return None
    if objection == OPTED_OUT.code and basis is not None:
        return None
    return _FAULTS[objection]
