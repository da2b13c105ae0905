"""Rows of the audit journal as sentences: who did what."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from gatewayd.web.languages import N_, Tongue
from storage.audit import AuditRow

SENTENCES: Mapping[str, str] = MappingProxyType(
    {
        "conversation.viewed": N_("%(who)s looked at a conversation"),
        "conversation.exported": N_("%(who)s exported a conversation"),
        "everything.exported": N_("%(who)s exported everything"),
        "conversation.assigned": N_("%(who)s handed a conversation over"),
        "contact.updated": N_("%(who)s changed a contact"),
        "contact.consent": N_("%(who)s changed a customer’s consent"),
        "contact.merged": N_("%(who)s made two contacts one"),
        "contact.split": N_("%(who)s made one contact two"),
        "contact.erased": N_("%(who)s erased a customer’s data"),
        "contacts.imported": N_("%(who)s took contacts in from a file"),
        "contacts.exported": N_("%(who)s exported the contacts"),
        "inbox.updated": N_("%(who)s changed an inbox"),
        "rules.updated": N_("%(who)s changed the rules"),
        "settings.updated": N_("%(who)s changed the settings of the business"),
        "user.created": N_("%(who)s added a person"),
        "user.updated": N_("%(who)s changed a person"),
        "user.suspended": N_("%(who)s ended a person’s access"),
        "user.unsuspended": N_("%(who)s let a person work again"),
        "link.created": N_("%(who)s made a link to log in"),
        "link.used": N_("%(who)s used a link to log in"),
        "team.created": N_("%(who)s made a team"),
        "team.updated": N_("%(who)s changed a team"),
        "session.started": N_("%(who)s logged in"),
        "session.refused": N_("A log-in was refused"),
        "session.ended": N_("%(who)s logged out, or was"),
        "reply.created": N_("%(who)s made a saved reply"),
        "reply.updated": N_("%(who)s changed a saved reply"),
        "reply.deleted": N_("%(who)s deleted a saved reply"),
        "message.canceled": N_("%(who)s took a message back"),
        "message.resolved": N_("%(who)s settled a message in doubt"),
        "token.created": N_("%(who)s made a token for a program"),
        "token.revoked": N_("%(who)s took a program’s token away"),
    }
)
_OTHERWISE = N_("%(who)s: %(what)s")
_NOBODY = N_("somebody unknown")
_WITHOUT_A_NAME = (
    ("uid:", N_("the gateway’s own machine")),
    ("con_", N_("the customer")),
    ("lnk_", N_("whoever had the link")),
    ("gateway", N_("the gateway")),
)
_HANDED_TO = N_("%(who)s handed a conversation to %(to)s")
_TAKEN = N_("%(who)s took a conversation over")
_GIVEN_BACK = N_("%(who)s gave a conversation back to nobody")
_ID = re.compile(r"[a-z]{3}_[0-9A-Z]{26}")
_PLACES = (
    ("cnv_", "/inbox/all/"),
    ("con_", "/contacts/"),
    ("usr_", "/settings/people/"),
)


def told(row: AuditRow, names: Mapping[str, str], tongue: Tongue) -> str:
    """Tell what was done, by whom; a hand-over also to whom, as far as they are known here."""
    to = _receiver(row)
    values = {"who": who_is(row.actor, names, tongue), "what": row.action, "to": names.get(to, "")}
    message = SENTENCES.get(row.action, _OTHERWISE)
    if row.action == "conversation.assigned" and (to in names or not to):
        message = _HANDED_TO if to else _GIVEN_BACK
        message = _TAKEN if to == row.actor else message
    said = tongue.say(message, **values)
    return said[:1].upper() + said[1:]


def _receiver(row: AuditRow) -> str:
    return str(row.data.get("person_id") or row.data.get("team_id") or "")


def who_is(actor: str, names: Mapping[str, str], tongue: Tongue) -> str:
    """Name who did it, as far as they are known here."""
    if actor in names:
        return names[actor]
    known = (words for prefix, words in _WITHOUT_A_NAME if actor.startswith(prefix))
    if (words := next(known, None)) is None and actor != "nobody" and not _ID.fullmatch(actor):
        return actor
    return tongue.say(words or _NOBODY)


def place_of(row: AuditRow) -> str | None:
    """Give the page of what it was done to; None where it has none, or none any more."""
    if row.action == "contact.erased":
        return None
    found = (place for prefix, place in _PLACES if row.subject.startswith(prefix))
    place = next(found, None)
    return None if place is None else f"{place}{row.subject}"
