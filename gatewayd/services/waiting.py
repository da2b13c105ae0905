"""What holds an outgoing message back: limits or pauses of every modem that could send it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gatewayd.directory import ModemView
from storage.outbox import pin_of
from storage.queries import AttemptRow, MessageRow
from storage.states import MessageState

SENDING_PAUSED = "sending_paused"
"""The network refused too many messages of the SIM in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The limit or pause, and when it ends; None where nobody can tell."""

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
    if row.iccid is None and row.sim is not None:
        # The SIM its customer knows; where nobody has that any more, any of them.
        able = [view for view in able if row.sim in _pins(view)] or able
    held = [waiting for view in able if (waiting := _held(view)) is not None]
    if len(held) < len(able):
        return None
    return min(held, key=_order, default=None)


def _pins(view: ModemView) -> set[str]:
    return {pin_of(modem=view.name, iccid=iccid) for iccid in (view.iccid, None)}


def _held(view: ModemView) -> Waiting | None:
    if view.paused is not None:
        return Waiting(code=SENDING_PAUSED, until=view.paused.next_try_at)
    if view.limits.waits_for is not None:
        return Waiting(code=view.limits.waits_for, until=view.limits.next_at)
    return None


_UNSENT = frozenset({MessageState.QUEUED, MessageState.SENDING})


def _order(waiting: Waiting) -> float:
    return float("inf") if waiting.until is None else waiting.until.timestamp()
