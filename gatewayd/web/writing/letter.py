"""A new message while it is written: all that its page shows, and what is wrong with it."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from gatewayd.http.route import WRITING_FIRST
from gatewayd.numbers import BadNumber, digits_of, normalise
from gatewayd.services.drafts import DEFAULT_INBOX, Policy
from gatewayd.web.contacts.reading import inbox_names
from gatewayd.web.languages import N_
from gatewayd.web.number_words import number_words
from gatewayd.web.route import Visit
from gatewayd.web.writing.recipients import Recipient, recipient_of, wants_nothing
from storage.conversations.reading import ConversationRow

PLACE = "/new"
LONGEST_TEXT = 50_000
_ANY_TEXT = "-"
_NOBODY = N_("Say whom you write to.")
_CHOOSE = N_("Choose whom you mean.")
_GONE = N_("This contact is not there any more. Choose somebody else.")
_NOT_FOUND = N_("Nobody is found for “%(q)s”.")
_NOT_A_NUMBER = N_("“%(number)s” is no number to text. %(why)s")


@dataclass(kw_only=True)
class Letter:
    """What is written so far; ``errors`` by field, `to` or `form`."""

    recipient: Recipient
    inboxes: Mapping[str, str]
    """Those that it can be sent from, by their names for people."""
    inbox: str
    """The one that is chosen; empty where there is none."""
    text: str = ""
    send_at: str = ""
    once: str = ""
    signature: str = ""
    """What is put under it; empty: nothing."""
    opted_out: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def conversation(self) -> ConversationRow | None:
        """The conversation that it will stand in, where there is one already."""
        return self.recipient.conversation(self.inbox)

    @property
    def here(self) -> str:
        """The address that shows the same recipient again."""
        who = self.recipient
        asked = {"to": who.to}
        if who.contact is not None:
            asked = {"contact": who.contact.id, "number": str(who.place)}
        elif who.typed is not None:
            asked = {"to": who.typed}
        if len(self.inboxes) > 1:
            asked["inbox"] = self.inbox
        kept = {name: value for name, value in asked.items() if value}
        return f"{PLACE}?{urlencode(kept)}" if kept else PLACE

    @property
    def draft(self) -> str:
        """The name under which the browser keeps what is written."""
        contact = self.recipient.contact
        return "new" if contact is None else f"new-{contact.id}"


async def letter_of(visit: Visit, asked: Mapping[str, str]) -> Letter:
    """Put together what an address or a form says so far."""
    recipient = await recipient_of(
        visit,
        contact_id=asked.get("contact", ""),
        place=asked.get("number", ""),
        to=asked.get("to", ""),
    )
    served = Policy.of(visit.context.settings).inboxes
    names = await inbox_names(visit)
    inboxes = {name: words for name, words in names.items() if name in served}
    letter = Letter(
        recipient=recipient,
        inboxes=inboxes,
        inbox=_inbox(asked.get("inbox", ""), recipient, inboxes),
        text=asked.get("text", "")[:LONGEST_TEXT],
        send_at=asked.get("send_at", ""),
        once=asked.get("once", "")[:64] or secrets.token_urlsafe(18),
    )
    if not letter.inbox:
        return letter
    signed = await visit.request.app[WRITING_FIRST].as_sent(
        _ANY_TEXT, number=recipient.number, inbox=letter.inbox, by=visit.author
    )
    letter.signature = signed.removeprefix(_ANY_TEXT).strip()
    if recipient.contact is not None:
        letter.opted_out = await wants_nothing(visit, recipient.contact, letter.inbox)
    return letter


def _inbox(asked: str, recipient: Recipient, inboxes: Mapping[str, str]) -> str:
    """Choose the inbox: the one asked for, else where one last wrote with them, else the usual."""
    talked = [row.inbox for row in recipient.conversations]
    wanted = (asked, *talked, DEFAULT_INBOX, *inboxes)
    return next((name for name in wanted if name in inboxes), "")


def why_nobody(visit: Visit, recipient: Recipient) -> str:
    """Say why it is not known yet where to send; empty where it is."""
    if recipient.number is not None:
        return ""
    say = visit.tongue.say
    if recipient.gone:
        return say(_GONE)
    if not recipient.to:
        return say(_NOBODY)
    if recipient.choices:
        return say(_CHOOSE)
    number = normalise(recipient.to, country=visit.context.settings.gateway.country)
    if digits_of(recipient.to) is not None and isinstance(number, BadNumber):
        why = number_words(visit.tongue, number.code, number.reason)
        return say(_NOT_A_NUMBER, number=recipient.to[:40], why=why)
    return say(_NOT_FOUND, q=recipient.to)
