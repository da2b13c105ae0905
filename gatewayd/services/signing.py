"""The signature under what somebody writes: whether it is due, and as whose."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.services.tokens import Principal, PrincipalType
from routing.signature import (
    DEFAULT_SIGNATURE,
    SignatureMode,
    Signer,
    Written,
    is_due,
    signature_of,
    signed,
)
from storage import inboxes, signing
from storage.inboxes import InboxRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """How ``by`` signs what they send from an inbox.

    ``conversation_id`` None: nothing was written there yet. ``asked`` is False for no signature,
    True or a name for one; None: as the inbox has it for people.
    """

    settings: Settings
    by: Principal
    inbox: str
    conversation_id: str | None
    asked: bool | str | None = None

    async def signed(self, tx: AsyncConnection, text: str, *, at_ms: int) -> str:
        """Give a text as it would go at that time."""
        inbox = await inboxes.get(tx, self.inbox)
        person = None
        if self.by.type is PrincipalType.PERSON:
            person = await signing.signer(tx, self.by.id)
        if not await self._is_due(tx, inbox, at_ms):
            return text
        name = self.by.name if person is None else person.display_name
        own = None if person is None else person.signature
        if isinstance(self.asked, str):
            name, own = self.asked, None
        business = inbox.display_name if inbox is not None else None
        signer = Signer(person=name, business=business or self.settings.gateway.name)
        template = own or (inbox.signature if inbox is not None else None) or DEFAULT_SIGNATURE
        return signed(text, signature_of(template, signer), signer)

    async def _is_due(self, tx: AsyncConnection, inbox: InboxRow | None, at_ms: int) -> bool:
        if self.asked is not None:
            return self.asked is not False
        if self.by.type is not PrincipalType.PERSON:
            return False
        last = None
        if self.conversation_id is not None:
            last = await signing.last_written(tx, self.conversation_id, until_ms=at_ms)
        return is_due(
            SignatureMode((inbox and inbox.signature_mode) or SignatureMode.FIRST),
            author_id=self.by.id,
            at=_moment(at_ms),
            before=None
            if last is None
            else Written(author_id=last.author_id, at=_moment(last.at_ms)),
        )


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
