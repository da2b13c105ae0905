"""Whom one can answer: a telephone number, but no short code, no name, nobody unknown."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from gatewayd.numbers import NumberKind, canonical
from gatewayd.permission import DETAILS
from gatewayd.reassembly import UNKNOWN_SENDER
from routing.consent import ConsentPolicy, SendReason
from storage.conversations.reading import ConversationRow
from storage.scrubbing import ERASED


class AddressKind(StrEnum):
    """What sort of address a contact has."""

    E164 = "e164"
    SHORT_CODE = "short_code"
    ALPHANUMERIC = "alphanumeric"
    UNKNOWN = "unknown"
    """The sender of what could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswerable:
    """Why nothing can be sent there from a conversation: a fixed code, and plain words."""

    code: str
    reason: str


_REASONS: dict[AddressKind, Unanswerable] = {
    AddressKind.SHORT_CODE: Unanswerable(
        code="short_code_not_answered",
        reason="a short code is a machine's: what is sent there is no answer to anybody",
    ),
    AddressKind.ALPHANUMERIC: Unanswerable(
        code="name_not_answered", reason="this sender has a name and no number"
    ),
    AddressKind.UNKNOWN: Unanswerable(
        code="sender_unknown", reason="nobody knows who sent it: it could not be read"
    ),
}
_KINDS = {
    NumberKind.E164: AddressKind.E164,
    NumberKind.SHORT_CODE: AddressKind.SHORT_CODE,
    NumberKind.ALPHANUMERIC: AddressKind.ALPHANUMERIC,
}


def kind_of(number: str, *, country: str | None) -> AddressKind:
    """Tell what sort of address a contact's number is."""
    if number == UNKNOWN_SENDER:
        return AddressKind.UNKNOWN
    return _KINDS[canonical(number, country=country).kind]


def why_unanswerable(kind: AddressKind) -> Unanswerable | None:
    """Give the reason why one cannot answer there; None: one can."""
    return _REASONS.get(kind)


_ERASED = Unanswerable(
    code="contact_erased", reason="this contact was erased at their request: nobody knows them"
)
_OPTED_OUT = Unanswerable(code="opted_out", reason=DETAILS[SendReason.OPTED_OUT])


def why_not(
    conversation: ConversationRow, *, country: str | None, served: Collection[str]
) -> Unanswerable | None:
    """Give the reason why nothing can be sent in a conversation; ``served`` are inboxes.

    What the contact wants is asked when it is sent: :func:`why_no_answer` tells it before.
    """
    if conversation.number == ERASED:
        return _ERASED
    if conversation.blocked:
        return Unanswerable(code="contact_blocked", reason="this contact is blocked")
    reason = why_unanswerable(kind_of(conversation.number, country=country))
    if reason is None and conversation.inbox not in served:
        reason = Unanswerable(
            code="inbox_without_modem",
            reason=f"no modem serves the inbox {conversation.inbox!a} any more",
        )
    return reason


def why_no_answer(
    conversation: ConversationRow,
    consent: ConsentPolicy,
    *,
    country: str | None,
    served: Collection[str],
) -> Unanswerable | None:
    """Give the reason why a person cannot answer in a conversation now, an opt-out too."""
    reason = why_not(conversation, country=country, served=served)
    if reason is not None or not conversation.opted_out:
        return reason
    asked = conversation.unanswered_since_ms is not None
    return None if asked and consent.staff_may_answer_opted_out else _OPTED_OUT
