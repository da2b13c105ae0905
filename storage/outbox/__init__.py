"""The outbox: outgoing messages and their parts, from enqueued to settled.

Every function works inside the caller's transaction, so that several make one commit (an outcome
and the next claim, say). Each change of a part is one of states.PART_TRANSITIONS, guarded, and
carries its message's state with it.
"""

from storage.outbox.ahead import pull_back
from storage.outbox.claims import ClaimedPart, claim, mark_submitting, next_due_ms
from storage.outbox.delivery import ReportedDelivery, report_part
from storage.outbox.enqueue import NewMessage, NewPart, enqueue
from storage.outbox.matching import DoubtRow, PartRow, accepted_parts, doubtful_attempts
from storage.outbox.outcomes import accept, mark_unknown, prove, refuse, requeue
from storage.outbox.restored import hold_restored
from storage.outbox.rollup import pin_of
from storage.outbox.settle import (
    CancelOutcome,
    Recovered,
    ResolveOutcome,
    cancel,
    expire,
    expire_message,
    overdue,
    recover,
    resend_due,
    resend_part,
    resend_unknown,
    resolve,
)

__all__ = [
    "CancelOutcome",
    "ClaimedPart",
    "DoubtRow",
    "NewMessage",
    "NewPart",
    "PartRow",
    "Recovered",
    "ReportedDelivery",
    "ResolveOutcome",
    "accept",
    "accepted_parts",
    "cancel",
    "claim",
    "doubtful_attempts",
    "enqueue",
    "expire",
    "expire_message",
    "hold_restored",
    "mark_submitting",
    "mark_unknown",
    "next_due_ms",
    "overdue",
    "pin_of",
    "prove",
    "pull_back",
    "recover",
    "refuse",
    "report_part",
    "requeue",
    "resend_due",
    "resend_part",
    "resend_unknown",
    "resolve",
]
