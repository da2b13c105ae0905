"""The colleagues and teams whom a note can mention, each with what one writes to do so."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatewayd.services.noting import mentionable
from routing.mentions import Nameable, named_in
from storage.people import PersonRow
from storage.teams import TeamRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One of them; ``written`` is what stands after the @."""

    id: str
    name: str
    written: str
    is_team: bool


def colleagues(
    people: Sequence[PersonRow], teams: Sequence[TeamRow], inbox: str, *, but: str | None
) -> list[Colleague]:
    """List them; two who are called the same are written by what they log in by."""
    there = [each.name for each in mentionable(people, teams, inbox, usual=None, but=but)]
    return [
        Colleague(id=each.id, name=each.called, written=_written(each, there), is_team=each.is_team)
        for each in there
    ]


def _written(one: Nameable, there: Sequence[Nameable]) -> str:
    """Give the name by which a note mentions them and nobody else."""
    named = named_in(f"@{one.called}", there)
    is_theirs = [(each.id, each.stop) for each in named] == [(one.id, len(one.called) + 1)]
    return one.called if is_theirs else one.login
