"""Owns the tables. Times are integer UTC milliseconds; ids are ours; enums are their text.

Knows nothing of who reads or writes them. The migrations must build exactly this (a test says so).
"""

from storage.schema.accounts import links, passwords, sessions
from storage.schema.audit import audit
from storage.schema.base import REVISION, meta, metadata
from storage.schema.callbacks import (
    CALL_IS_PENDING,
    CALLBACK_IS_OPEN,
    callback_calls,
    callbacks,
)
from storage.schema.consent import consents, decisions, kept_opt_outs, opt_outs
from storage.schema.inbox import (
    IS_BLOCKED,
    IS_UNANSWERED,
    IS_UNASSIGNED,
    contact_numbers,
    contact_tags,
    contacts,
    conversation_tags,
    conversations,
    former_contacts,
    timeline,
)
from storage.schema.messages import (
    HAS_CONTENT,
    IN_FLIGHT,
    IN_FLIGHT_STATES,
    IS_ACCEPTED,
    IS_AUTOMATIC,
    IS_QUEUED,
    IS_TOKENS,
    attempts,
    group_parts,
    groups,
    messages,
    parts,
    pdus,
    reports,
    slots,
)
from storage.schema.modems import balances, canaries, incidents, modems
from storage.schema.notices import MAIL_IS_PENDING, alerts, mails
from storage.schema.options import options
from storage.schema.programs import (
    IS_PENDING,
    changes,
    deliveries,
    idempotency_keys,
    tokens,
    webhooks,
)
from storage.schema.replies import saved_replies
from storage.schema.search import SEARCHED, SQLITE_SEARCH
from storage.schema.staff import (
    absences,
    inboxes,
    people,
    rulebooks,
    team_members,
    team_on_call,
    teams,
)
from storage.schema.targets import (
    NOTICE_IS_HELD,
    WAIT_IS_OPEN,
    held_notices,
    inbox_targets,
    notification_wishes,
    stand_ins,
    waits,
)
from storage.schema.work import IS_MARKED, reads

__all__ = [
    "CALLBACK_IS_OPEN",
    "CALL_IS_PENDING",
    "HAS_CONTENT",
    "IN_FLIGHT",
    "IN_FLIGHT_STATES",
    "IS_ACCEPTED",
    "IS_AUTOMATIC",
    "IS_BLOCKED",
    "IS_MARKED",
    "IS_PENDING",
    "IS_QUEUED",
    "IS_TOKENS",
    "IS_UNANSWERED",
    "IS_UNASSIGNED",
    "MAIL_IS_PENDING",
    "NOTICE_IS_HELD",
    "REVISION",
    "SEARCHED",
    "SQLITE_SEARCH",
    "WAIT_IS_OPEN",
    "absences",
    "alerts",
    "attempts",
    "audit",
    "balances",
    "callback_calls",
    "callbacks",
    "canaries",
    "changes",
    "consents",
    "contact_numbers",
    "contact_tags",
    "contacts",
    "conversation_tags",
    "conversations",
    "decisions",
    "deliveries",
    "former_contacts",
    "group_parts",
    "groups",
    "held_notices",
    "idempotency_keys",
    "inbox_targets",
    "inboxes",
    "incidents",
    "kept_opt_outs",
    "links",
    "mails",
    "messages",
    "meta",
    "metadata",
    "modems",
    "notification_wishes",
    "opt_outs",
    "options",
    "parts",
    "passwords",
    "pdus",
    "people",
    "reads",
    "reports",
    "rulebooks",
    "saved_replies",
    "sessions",
    "slots",
    "stand_ins",
    "team_members",
    "team_on_call",
    "teams",
    "timeline",
    "tokens",
    "waits",
    "webhooks",
]
