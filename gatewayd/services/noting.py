"""Notes: what only we see, and which colleagues it mentions. Knows no HTTP."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.services.messages import KeyConflict
from gatewayd.services.once import Repeated
from gatewayd.services.tokens import Principal
from routing.mentions import Nameable, named_in
from storage import inboxes, people, teams
from storage.conversations import reading
from storage.conversations.acts import ActOutcome
from storage.conversations.reading import ConversationRow
from storage.conversations.timeline import Mention
from storage.people import PersonRow, PersonState
from storage.teams import TeamRow

THE_TEAM = ("team", "équipe")
"""What stands for the team whose conversation it is, whatever that is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What became of a note, and whom it mentions, each once."""

    outcome: ActOutcome | Repeated | KeyConflict
    mentioned: Sequence[PersonRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBy:
    """Whom a text mentions, each once, and where."""

    people: Sequence[PersonRow]
    places: Sequence[Mention]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentionable:
    """A person whom a note can mention, or a team with those of it whom it can mention."""

    name: Nameable
    people: Sequence[PersonRow]


async def named_by(
    tx: AsyncConnection, conversation_id: str, text: str, *, by: Principal, now_ms: int
) -> NamedBy:
    """Find whom a note of theirs mentions; a team's name mentions each of its people."""
    row = await reading.get(tx, conversation_id) if "@" in text else None
    if row is None:
        return NamedBy(people=(), places=())
    everybody = await people.list_all(tx, now_ms=now_ms)
    found = mentionable(
        everybody,
        await teams.list_all(tx),
        row.inbox,
        usual=await _team_of(tx, row),
        but=by.id,
    )
    there = {each.name.id: each for each in found}
    named = named_in(text, [each.name for each in there.values()])
    places = [
        Mention(person_id=person.id, start=one.start, stop=one.stop)
        for one in named
        for person in there[one.id].people
    ]
    ids = {place.person_id for place in places}
    return NamedBy(people=[each for each in everybody if each.id in ids], places=places)


def mentionable(
    everybody: Sequence[PersonRow],
    teams_: Sequence[TeamRow],
    inbox: str,
    *,
    usual: str | None,
    but: str | None,
) -> list[Mentionable]:
    """List whom a note in an inbox can mention: who works here and sees it.

    ``but`` is the person who writes it; ``usual`` the team whose conversation it is.
    """
    there = [each for each in everybody if can_be_mentioned(each, inbox, but=but)]
    found = [
        Mentionable(
            name=Nameable(id=each.id, called=each.display_name, login=each.name), people=[each]
        )
        for each in there
    ]
    for team in teams_:
        of_it = [each for each in there if each.id in team.member_ids]
        if of_it:
            name = Nameable(
                id=team.id,
                called=team.display_name,
                login=team.name,
                is_team=True,
                more=THE_TEAM if team.id == usual else (),
            )
            found.append(Mentionable(name=name, people=of_it))
    return found


async def _team_of(tx: AsyncConnection, row: ConversationRow) -> str | None:
    """Give the team that has a conversation, or else the one whose inbox it lies in."""
    if row.team_id is not None:
        return row.team_id
    inbox = await inboxes.get(tx, row.inbox)
    return None if inbox is None else inbox.team_id


def can_be_mentioned(row: PersonRow, inbox: str, *, but: str | None) -> bool:
    """Whether somebody works here, sees the inbox, and is not the one who writes."""
    sees = row.inboxes is None or inbox in row.inboxes
    return row.state is PersonState.ACTIVE and sees and row.id != but
