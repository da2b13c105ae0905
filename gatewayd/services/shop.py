"""What managers have set, as the decisions take it: rulebook, inboxes, people and teams in one.

Owns the translation of rows to :mod:`routing`'s values, in which people, teams and inboxes go by
their names. Decides nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Language, Settings
from gatewayd.clock import Clock
from routing import rulesfile
from routing.assign import Absence, AbsenceKind, Person, Staff, Team, absence_at
from routing.consent import ConsentPolicy
from routing.decision import Inbox, Shop
from routing.hours import Hours
from routing.rulebook import InboxRules, Rulebook
from routing.senders import Sending
from storage import inboxes, people, rulebook, teams
from storage.commits import era_of
from storage.inboxes import InboxRow
from storage.people import PersonRow, PersonState
from storage.rulebook import Mark, RulebookRow
from storage.teams import TeamRow

ALWAYS_OPEN = Hours().weekly

_log = structlog.get_logger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A preview may ask about a day that is over: so long are absences kept in mind.
_PAST_ABSENCES_MS = 31 * 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedShop:
    """All that is set. In decisions people and teams go by name; here are their rows by it."""

    version: int
    """The rulebook's."""

    book: Rulebook
    shop: Shop
    people: Mapping[str, PersonRow]
    teams: Mapping[str, TeamRow]
    inboxes: Mapping[str, Inbox]
    defaults: Inbox
    """An inbox of which nothing is set."""

    def inbox(self, name: str) -> Inbox:
        """Give an inbox as it is set; one that nobody made is as the configuration says."""
        return self.inboxes.get(name) or replace(self.defaults, id=name)

    def shop_of(self, inbox: str) -> Shop:
        """Give what an inbox's decisions take: in them there is nobody who may not see it."""
        staff = self.shop.staff
        there = {name: one for name, one in staff.people.items() if self.may_see(name, inbox)}
        return replace(self.shop, staff=replace(staff, people=there))

    def team_of(self, team_id: str | None, inbox: str) -> tuple[str, ...]:
        """Name the people of a team, or else of the inbox's."""
        named = next((name for name, row in self.teams.items() if row.id == team_id), None)
        team = self.shop.staff.teams.get(named or self.inbox(inbox).team or "")
        return () if team is None else tuple(filter(self._sees(inbox), team.members))

    def takers(self, team_id: str | None, inbox: str) -> tuple[str, ...]:
        """Name those who can take what no person has: a team's, else all who see the inbox."""
        return self.team_of(team_id, inbox) or tuple(filter(self._sees(inbox), self.people))

    def managers(self, inbox: str) -> tuple[str, ...]:
        """Name the managers who see an inbox; where there is none, the administrators."""
        for role in ("manager", "admin"):
            found = [name for name, row in self.people.items() if row.role == role]
            if found := [*filter(self._sees(inbox), found)]:
                return tuple(found)
        return ()

    def supervisors(self, inbox: str, moment: datetime) -> tuple[str, ...]:
        """Name whom an escalation reaches: the managers, with administrators while all are away."""
        found = self.managers(inbox)
        staff = self.shop.staff.people
        if any(absence_at(staff[name], moment) is None for name in found):
            return found
        admins = (name for name, row in self.people.items() if row.role == "admin")
        return (*found, *filter(self._sees(inbox), admins))

    def may_see(self, name: str, inbox: str) -> bool:
        """Whether what is in an inbox is a person's to see, whether they work here now or not."""
        inboxes = self.people[name].inboxes
        return inboxes is None or inbox in inboxes

    def _sees(self, inbox: str) -> Callable[[str], bool]:
        def sees(name: str) -> bool:
            active = self.people[name].state is PersonState.ACTIVE
            return active and self.may_see(name, inbox)

        return sees

    @property
    def sending(self) -> Sending:
        """What is set about sending."""
        return self.book.sending

    @property
    def consent(self) -> ConsentPolicy:
        """What is set about consent."""
        return self.book.consent


class ShopLoader:
    """Loads once for each change, whoever made it."""

    def __init__(self, *, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._last: tuple[Mark, object | None, LoadedShop] | None = None

    async def load(self, tx: AsyncConnection) -> LoadedShop:
        """Give what is set as of ``tx``, which must not itself have changed any of it."""
        mark, era = await rulebook.mark(tx), era_of(tx)
        last = self._last
        # What another unit of a transaction that was lost had set bore the mark of what came after.
        if last is None or last[0] != mark or last[1] not in {None, era}:
            self._last = last = (mark, era, await self._read(tx))
        return last[2]

    async def load_as_if(self, tx: AsyncConnection, book: Rulebook) -> LoadedShop:
        """Give what is set, as if this were the rulebook."""
        return await self._with_staff(tx, book, version=(await rulebook.mark(tx)).rulebook)

    async def _read(self, tx: AsyncConnection) -> LoadedShop:
        row = await rulebook.current(tx)
        return await self._with_staff(tx, _book(row), version=row.version)

    async def _with_staff(self, tx: AsyncConnection, book: Rulebook, *, version: int) -> LoadedShop:
        since_ms = self._clock.now_ms() - _PAST_ABSENCES_MS
        return assemble(
            self._settings,
            version=version,
            book=book,
            people=await people.list_all(tx, now_ms=since_ms),
            teams=await teams.list_all(tx),
            inboxes=await inboxes.list_all(tx),
        )


def assemble(
    settings: Settings,
    *,
    version: int,
    book: Rulebook,
    people: Sequence[PersonRow],
    teams: Sequence[TeamRow],
    inboxes: Sequence[InboxRow],
) -> LoadedShop:
    """Put a rulebook and the rows that it is about together."""
    gateway = settings.gateway
    hours = Hours(zone=gateway.timezone)
    defaults = Inbox(id="", hours=hours, language=gateway.language)
    team_names = {row.id: row.name for row in teams}
    return LoadedShop(
        version=version,
        book=book,
        shop=Shop(
            business=gateway.name,
            staff=_staff(people, teams, zone=gateway.timezone),
            rules=book.rules,
            templates=book.templates,
            lists=book.lists,
            urgent_words=book.urgent_words,
            consent=book.consent,
        ),
        people={row.name: row for row in people},
        teams={row.name: row for row in teams},
        inboxes={
            row.name: _inbox(
                row,
                book.inboxes.get(row.name, InboxRules()),
                defaults,
                team_names,
                country=gateway.country,
            )
            for row in inboxes
        },
        defaults=defaults,
    )


def _staff(people: Sequence[PersonRow], teams: Sequence[TeamRow], *, zone: str) -> Staff:
    names = {row.id: row.name for row in people}
    return Staff(
        people={row.name: _person(row, names, zone=zone) for row in people},
        teams={row.name: _team(row, names) for row in teams},
    )


def _book(row: RulebookRow) -> Rulebook:
    """Read the stored book; messages are received even if a version cannot read it any more."""
    read = rulesfile.from_document(row.document)
    if read.book is None:
        problems = [str(problem) for problem in read.problems]
        _log.error("rulebook_unreadable", version=row.version, problems=problems)
        return Rulebook()
    return read.book


def _inbox(
    row: InboxRow,
    rules: InboxRules,
    defaults: Inbox,
    team_names: Mapping[str, str],
    *,
    country: str,
) -> Inbox:
    zone = row.timezone or defaults.hours.zone
    # Always is on holidays too.
    closing = "" if rules.hours.weekly == ALWAYS_OPEN else country
    return Inbox(
        id=row.name,
        hours=replace(rules.hours, zone=zone, country=closing),
        language=defaults.language if row.language is None else Language(row.language),
        team=None if row.team_id is None else team_names[row.team_id],
        both_languages=rules.both_languages,
        answers=rules.answers,
    )


def _person(row: PersonRow, names: Mapping[str, str], *, zone: str) -> Person:
    delegate = None if row.delegate_id is None else names[row.delegate_id]
    if row.state is PersonState.SUSPENDED:
        # Whoever still names them, a rule or a colleague's absence, reaches their delegate.
        gone = Absence(kind=AbsenceKind.LEFT, since=_EPOCH)
        return Person(id=row.name, name=row.display_name, absences=(gone,), delegate=delegate)
    return Person(
        id=row.name,
        name=row.display_name,
        phone=row.phone,
        # Who works on a holiday has it in their shifts; the inbox's holidays close the inbox.
        shifts=None if row.shifts is None else Hours(weekly=row.shifts, zone=zone),
        absences=_gone(row)
        + tuple(
            Absence(
                kind=AbsenceKind(each.kind.value),
                since=_moment(each.from_ms),
                until=None if each.until_ms is None else _moment(each.until_ms),
                delegate=None if each.delegate_id is None else names[each.delegate_id],
            )
            for each in row.absences
        ),
        delegate=delegate,
    )


def _gone(row: PersonRow) -> tuple[Absence, ...]:
    """Let who is suspended be absent for good: nothing is given to them, nothing told."""
    suspended = row.state is PersonState.SUSPENDED
    return (Absence(kind=AbsenceKind.LEFT, since=_EPOCH),) if suspended else ()


def _team(row: TeamRow, names: Mapping[str, str]) -> Team:
    return Team(
        id=row.name,
        members=tuple(names[each] for each in row.member_ids),
        on_call=tuple(names[each] for each in row.on_call_ids),
    )


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)
