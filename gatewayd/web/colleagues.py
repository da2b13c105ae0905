"""The colleagues whom a note can mention, each with what one writes to do so."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatewayd.services.noting import can_be_mentioned
from routing.folding import folded
from storage.people import PersonRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One of them; ``written`` is what stands after the @."""

    id: str
    name: str
    written: str


def colleagues(people: Sequence[PersonRow], inbox: str, *, but: str | None) -> list[Colleague]:
    """List them; two who are called the same are written by what they log in by."""
    there = [row for row in people if can_be_mentioned(row, inbox, but=but)]
    names = [folded(row.display_name) for row in there]
    return [
        Colleague(
            id=row.id,
            name=row.display_name,
            written=row.display_name if names.count(folded(row.display_name)) == 1 else row.name,
        )
        for row in there
    ]
