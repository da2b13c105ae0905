"""Owns the states of messages and parts: which there are, who may follow whom, what they add up to.

Pure: knows neither tables nor time. PART_TRANSITIONS is the one table; docs/store.md is checked
against it.
"""

from collections.abc import Sequence
from enum import StrEnum


class MessageState(StrEnum):
    """A message as the outside sees it; RECEIVED is the only one of an incoming message."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELED = "canceled"
    UNKNOWN = "unknown"
    RECEIVED = "received"


class PartState(StrEnum):
    """An outgoing part: one TPDU, which the network takes once or not at all."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"


PART_TRANSITIONS: dict[PartState, dict[PartState, str]] = {
    PartState.QUEUED: {
        PartState.CLAIMED: "claimed by a modem's worker",
        PartState.ACCEPTED: "evidence for an earlier attempt",
        PartState.UNKNOWN: "a backup was restored",
        PartState.CANCELED: "canceled",
        PartState.EXPIRED: "expired",
        PartState.FAILED: "another part failed",
    },
    PartState.CLAIMED: {
        PartState.SUBMITTING: "committed before Ctrl-Z",
        PartState.ACCEPTED: "evidence for an earlier attempt",
        PartState.UNKNOWN: "a backup was restored",
        PartState.QUEUED: "restart, or refused for now before the prompt",
        PartState.FAILED: "refused for good before the prompt",
        PartState.CANCELED: "canceled",
    },
    PartState.SUBMITTING: {
        PartState.ACCEPTED: "+CMGS, or a report proves it",
        PartState.QUEUED: "proved not accepted, for now",
        PartState.FAILED: "proved not accepted, for good",
        PartState.UNKNOWN: "332, silence, loss, restart, a backup was restored",
    },
    PartState.UNKNOWN: {
        PartState.ACCEPTED: "evidence, or a person",
        PartState.QUEUED: "resend, by policy or a person",
        PartState.FAILED: "a person",
    },
    PartState.ACCEPTED: {
        PartState.DELIVERED: "report",
        PartState.UNDELIVERED: "report",
    },
    PartState.DELIVERED: {},
    PartState.UNDELIVERED: {},
    PartState.FAILED: {},
    PartState.CANCELED: {},
    PartState.EXPIRED: {},
}
"""Every transition there is, with its cause; anything else is a bug."""

ON_AIR = frozenset(
    {PartState.UNKNOWN, PartState.ACCEPTED, PartState.DELIVERED, PartState.UNDELIVERED}
)
"""States of a part that the network has, or may have, taken."""


def sources_of(target: PartState) -> tuple[PartState, ...]:
    """List the states that may become ``target``: what a guarded update asks for."""
    return tuple(state for state, targets in PART_TRANSITIONS.items() if target in targets)


def is_final(state: PartState) -> bool:
    """Tell whether nothing can follow."""
    return not PART_TRANSITIONS[state]


def derive_message_state(states: Sequence[PartState]) -> MessageState:
    """Add up the states of all parts of one outgoing message: the one truth table.

    Raises ValueError for no parts at all.
    """
    present = frozenset(states)
    if not present:
        raise ValueError("a message has at least one part")
    for part, message in _ANY:
        if part in present:
            return message
    if present == {PartState.DELIVERED}:
        return MessageState.DELIVERED
    if present <= {PartState.ACCEPTED, PartState.DELIVERED}:
        return MessageState.SENT
    if present == {PartState.QUEUED}:
        return MessageState.QUEUED
    return MessageState.SENDING


# One such part decides, in this order: doubt before failure, since it may still become success.
_ANY = (
    (PartState.UNKNOWN, MessageState.UNKNOWN),
    (PartState.FAILED, MessageState.FAILED),
    (PartState.UNDELIVERED, MessageState.UNDELIVERED),
    (PartState.CANCELED, MessageState.CANCELED),
    (PartState.EXPIRED, MessageState.EXPIRED),
)


def part_diagram() -> str:
    """Draw PART_TRANSITIONS as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", "    [*] --> queued: enqueued"]
    for state, targets in PART_TRANSITIONS.items():
        lines += [f"    {state} --> {target}: {cause}" for target, cause in targets.items()]
        if is_final(state):
            lines.append(f"    {state} --> [*]")
    return "\n".join(lines) + "\n"
