"""How a customer is called to people of ours who are told of them by SMS or e-mail.

By their name, else by their number; of that, agents see the ends only where the business wants it.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.masking import mask_number
from gatewayd.services.options import chosen
from gatewayd.services.roles import supervises
from storage import people
from storage.conversations.reading import ConversationRow
from storage.people import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A customer, as somebody may know them."""

    who: str
    number: str


async def shown_to(tx: AsyncConnection, person: PersonRow, row: ConversationRow) -> Caller:
    """Say how a person is told of whose conversation it is."""
    return _shown(row, masked=not supervises(person.role) and (await chosen(tx)).mask_numbers)


async def shown_at(tx: AsyncConnection, address: str, row: ConversationRow) -> Caller:
    """Say how an e-mail address is told, which may be a person's, or nobody's."""
    roles = await people.roles_at(tx, address)
    is_agent = bool(roles) and not any(map(supervises, roles))
    return _shown(row, masked=is_agent and (await chosen(tx)).mask_numbers)


def _shown(row: ConversationRow, *, masked: bool) -> Caller:
    number = mask_number(row.number) if masked and row.number.startswith("+") else row.number
    return Caller(who=row.contact_name or number, number=number)
