"""What status reports prove about attempts whose reference nobody told us.

Pure. A report is of one submit, so it proves an attempt that alone can be meant; and as many
reports as attempts that they can mean prove all of these. Fewer prove nothing: more than one
candidate is a doubt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storage.outbox import DoubtRow

CLOCK_SKEW_MS = 30_000
"""How far the network's clock and ours may differ when a report's time is taken as evidence."""

_REFERENCES = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One submit as its reports name it: TP-MR and TP-SCTS, and when the first of them arrived."""

    reference: int
    at_ms: int
    arrived_ms: int


def fits(heard: Heard, attempt: DoubtRow) -> bool:
    """Whether the network may have dated this attempt so, and reported no sooner than it began.

    The service centre's time lies between Ctrl-Z and the deadline, give or take CLOCK_SKEW_MS.
    """
    earliest_ms = attempt.ctrl_z_at_ms - CLOCK_SKEW_MS
    latest_ms = attempt.deadline_ms + CLOCK_SKEW_MS
    return (
        attempt.delivery_report
        and earliest_ms <= heard.at_ms <= latest_ms
        and heard.arrived_ms >= attempt.ctrl_z_at_ms
    )


def deduce(reports: Sequence[Heard], attempts: Sequence[DoubtRow]) -> dict[Heard, DoubtRow]:
    """Tell which attempts these reports prove, and which report is whose."""
    proved: dict[Heard, DoubtRow] = {}
    possible = {
        heard: found
        for heard in reports
        if (found := [attempt for attempt in attempts if fits(heard, attempt)])
    }
    while alone := _alone(possible):
        proved |= alone
        taken = [attempt.attempt_id for attempt in alone.values()]
        possible = {
            heard: left
            for heard, found in possible.items()
            if heard not in alone
            and (left := [attempt for attempt in found if attempt.attempt_id not in taken])
        }
    for group in _groups(possible):
        proved |= _in_order(group)
    return proved


_Possible = dict[Heard, list[DoubtRow]]


def _alone(possible: _Possible) -> dict[Heard, DoubtRow]:
    """Reports that can mean one attempt only, where no other report can mean but the same."""
    sole = {heard: found[0] for heard, found in possible.items() if len(found) == 1}
    meant = [attempt.attempt_id for attempt in sole.values()]
    return {
        heard: attempt for heard, attempt in sole.items() if meant.count(attempt.attempt_id) == 1
    }


def _groups(possible: _Possible) -> Iterator[_Possible]:
    """Split into sets of reports that share no attempt with the others."""
    left = dict(possible)
    while left:
        heard, found = left.popitem()
        group, meant = {heard: found}, {attempt.attempt_id for attempt in found}
        while more := [
            other
            for other, theirs in left.items()
            if not meant.isdisjoint(attempt.attempt_id for attempt in theirs)
        ]:
            for other in more:
                group[other] = left.pop(other)
                meant |= {attempt.attempt_id for attempt in group[other]}
        yield group


def _in_order(group: _Possible) -> dict[Heard, DoubtRow]:
    """As many reports as attempts: the service centre took them in the order they were sent."""
    attempts = {attempt.attempt_id: attempt for found in group.values() for attempt in found}
    if len(attempts) != len(group):
        return {}
    first = _first_reference([heard.reference for heard in group])
    reports = sorted(
        group, key=lambda heard: (heard.at_ms, (heard.reference - first) % _REFERENCES)
    )
    ordered = sorted(attempts.values(), key=lambda attempt: (attempt.ctrl_z_at_ms, attempt.part_id))
    pairs = dict(zip(reports, ordered, strict=True))
    return pairs if all(fits(heard, attempt) for heard, attempt in pairs.items()) else {}


def _first_reference(references: Sequence[int]) -> int:
    """References count up and wrap at 255: the first is the one that the others follow soonest."""
    return min(
        references, key=lambda start: max((other - start) % _REFERENCES for other in references)
    )
