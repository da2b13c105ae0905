"""What holds an outgoing message back: the limits of every modem that could send it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gatewayd.directory import ModemView
from storage.queries import AttemptRow, MessageRow
from storage.states import MessageState


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The limit, and when it ends; None where nobody can tell."""

    code: str
    until: datetime | None


def waiting_of(
    row: MessageRow,
    attempts: Sequence[AttemptRow],
    serving: Sequence[ModemView],
    *,
    now_ms: int,
) -> Waiting | None:
    """Tell why a message that is due does not go; ``serving`` are the modems of its inbox.

    None where nothing of it waits, or where one of them could send it now.
    """
    if row.state not in _UNSENT or (row.send_at_ms or 0) > now_ms:
        return None
    if any(attempt.ended_at_ms is None for attempt in attempts):
        return None  # one of its parts is on its way; the next is not late yet
    able = [view for view in serving if row.iccid is None or view.iccid == row.iccid]
    held = [
        Waiting(code=view.limits.waits_for, until=view.limits.next_at)
        for view in able
        if view.limits.waits_for is not None
    ]
    if len(held) < len(able):
        return None
    return min(held, key=_order, default=None)


_UNSENT = frozenset({MessageState.QUEUED, MessageState.SENDING})


def _order(waiting: Waiting) -> float:
    return float("inf") if waiting.until is None else waiting.until.timestamp()
