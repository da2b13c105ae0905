"""What the audit journal knows of what was done, in words: names and states, never a text."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from gatewayd.web.languages import N_, Tongue
from gatewayd.web.reasons import REASONS_TOLD
from storage.audit import AuditRow

UNTOLD = frozenset(
    {"by", "consent_id", "contact_id", "id", "merged", "message_id", "split_off", "state"}
)
"""Facts that are ids of things without a name, in the sentence already, or no news."""

_YES_NO = {"True": N_("yes"), "False": N_("no")}
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "absence": N_("an absence"),
        "address": N_("address"),
        "as": N_("it counts as"),
        "blocked": N_("blocked"),
        "canceled": N_("messages canceled"),
        "changed": N_("changed"),
        "count": N_("log-ins ended"),
        "daily_digest_at": N_("daily digest at"),
        "fields": N_("changed"),
        "format": N_("format"),
        "inbox": N_("inbox"),
        "inboxes": N_("inboxes"),
        "keep_days": N_("texts kept, in days"),
        "mask_numbers": N_("numbers masked"),
        "messages": N_("messages"),
        "name": N_("name"),
        "notes": N_("notes"),
        "person_id": N_("person"),
        "purpose": N_("purpose"),
        "reason": N_("reason"),
        "role": N_("role"),
        "rows": N_("rows"),
        "scopes": N_("scopes"),
        "team_id": N_("team"),
        "version": N_("version"),
        "what": N_("what they said"),
    }
)
VALUES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "as": {
            "sent": N_("sent"),
            "failed": N_("not sent"),
            "resend": N_("to be sent again"),
        },
        "blocked": _YES_NO,
        "changed": {"password": N_("password")},
        "daily_digest_at": {"None": N_("off")},
        "fields": {
            "display_name": N_("name"),
            "hours": N_("opening hours"),
            "keep_days": N_("how long it is kept"),
            "language": N_("language"),
            "signature": N_("signature"),
            "signature_mode": N_("what is signed"),
            "take_on_answer": N_("who takes care of what they answer"),
            "targets": N_("how long customers may wait"),
            "team_id": N_("team"),
            "timezone": N_("time zone"),
        },
        "inbox": {"None": N_("all")},
        "inboxes": {"None": N_("all")},
        "keep_days": {"0": N_("for good"), "None": N_("as the gateway is set")},
        "mask_numbers": _YES_NO,
        "purpose": {
            "first_admin": N_("the first administrator"),
            "invite": N_("a first password"),
            "reset": N_("another password"),
        },
        "reason": REASONS_TOLD,
        "role": {
            "agent": N_("answers customers"),
            "manager": N_("manages"),
            "admin": N_("administrator"),
        },
        "what": {
            "opted_out": N_("no more messages"),
            "opted_in": N_("messages are welcome"),
            "opt_out_expired": N_("no messages for a time, which is over"),
        },
    }
)
_DETAIL = N_("%(label)s: %(words)s")
_ID = re.compile(r"[a-z]{3}_[0-9A-Z]{26}")
_NOT_BESIDE = {"conversation.assigned": frozenset({"person_id", "team_id"})}
"""What the sentence tells, by action."""


def details(row: AuditRow, names: Mapping[str, str], tongue: Tongue) -> str:
    """Write what else is known, without ids that have no name, nor who did it once more."""
    told = UNTOLD | _NOT_BESIDE.get(row.action, frozenset())
    shown = {key: value for key, value in row.data.items() if key not in told}
    if shown.get("person_id") == row.actor:
        del shown["person_id"]
    return " · ".join(_details(shown, names, tongue))


def _details(data: Mapping[str, Any], names: Mapping[str, str], tongue: Tongue) -> Iterator[str]:
    for key, value in data.items():
        label = tongue.say(LABELS[key]) if key in LABELS else key
        if key == "absence":
            yield label
            continue
        known = VALUES.get(key, {})
        values = [str(each) for each in (value if isinstance(value, list) else [value])]
        words = [
            tongue.say(known[each]) if each in known else names.get(each, each)
            for each in values
            if each in known or not (each == "None" or _ID.fullmatch(names.get(each, each)))
        ]
        if words:
            yield tongue.say(_DETAIL, label=label, words=", ".join(words))
