"""Rows of the audit journal as sentences: who did what."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from gatewayd.web.languages import N_, Tongue
from gatewayd.web.reasons import REASONS_TOLD
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
_DETAIL = N_("%(label)s: %(words)s")
_OTHERWISE = N_("%(who)s: %(what)s")
_NOBODY, _MACHINE = N_("somebody unknown"), N_("the gateway’s own machine")
_HANDED_TO = N_("%(who)s handed a conversation to %(to)s")
_GIVEN_BACK = N_("%(who)s gave a conversation back to nobody")
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "address": N_("address"),
        "changed": N_("changed"),
        "fields": N_("fields"),
        "format": N_("format"),
        "inbox": N_("inbox"),
        "inboxes": N_("inboxes"),
        "name": N_("name"),
        "person_id": N_("person"),
        "purpose": N_("purpose"),
        "reason": N_("reason"),
        "role": N_("role"),
        "scopes": N_("scopes"),
        "state": N_("state"),
        "team_id": N_("team"),
    }
)
_ID = re.compile(r"[a-z]{3}_[0-9A-Z]{26}")
_PLACES = (("cnv_", "/inbox/all/"), ("usr_", "/settings/people/"))


def told(row: AuditRow, names: Mapping[str, str], tongue: Tongue) -> str:
    """Tell what was done, by whom; a hand-over also to whom, as far as they are known here."""
    to = _receiver(row)
    values = {"who": who_is(row.actor, names, tongue), "what": row.action, "to": names.get(to, "")}
    message = SENTENCES.get(row.action, _OTHERWISE)
    if row.action == "conversation.assigned" and (to in names or not to):
        message = _HANDED_TO if to else _GIVEN_BACK
    said = tongue.say(message, **values)
    return said[:1].upper() + said[1:]


def _receiver(row: AuditRow) -> str:
    return str(row.data.get("person_id") or row.data.get("team_id") or "")


def who_is(actor: str, names: Mapping[str, str], tongue: Tongue) -> str:
    """Name who did it, as far as they are known here."""
    if actor == "nobody":
        return tongue.say(_NOBODY)
    if actor.startswith("uid:"):
        return tongue.say(_MACHINE)
    return names.get(actor, actor)


def place_of(row: AuditRow) -> str | None:
    """Give the page of what it was done to; None where it has none."""
    found = (place for prefix, place in _PLACES if row.subject.startswith(prefix))
    place = next(found, None)
    return None if place is None else f"{place}{row.subject}"


def details(row: AuditRow, names: Mapping[str, str], tongue: Tongue) -> str:
    """Write what else is known: names and states, never a text, nor an id that has no name."""
    shown = row.data
    if row.action == "conversation.assigned":  # whose it is stands in the sentence
        shown = {key: value for key, value in shown.items() if key not in {"person_id", "team_id"}}
    return ", ".join(_details(shown, names, tongue))


def _details(data: Mapping[str, Any], names: Mapping[str, str], tongue: Tongue) -> Iterator[str]:
    for key, value in data.items():
        values = value if isinstance(value, list) else [value]
        known = [names.get(str(each), str(each)) for each in values if each is not None]
        words = " ".join(
            tongue.say(REASONS_TOLD[each]) if key == "reason" and each in REASONS_TOLD else each
            for each in known
            if not _ID.fullmatch(each)
        )
        if words:
            label = tongue.say(_LABELS[key]) if key in _LABELS else key
            yield tongue.say(_DETAIL, label=label, words=words)
