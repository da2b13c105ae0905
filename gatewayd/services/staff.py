"""The people who work with the inboxes, their absences and their teams. Log-in is elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.numbers import BadNumber, NumberKind, normalise
from gatewayd.services.ranks import REACHES_FURTHER, Forbidden, Refusal, has_team_elsewhere, why_not
from gatewayd.services.rulebook import is_named
from gatewayd.services.tokens import Principal
from routing.expression import problem_of
from routing.model import Target, TargetKind
from routing.signature import problem_of as signature_problem
from storage import people, teams
from storage.editing import Edit
from storage.engine import Store
from storage.people import AbsenceKind, AbsenceRow, NewAbsence, NewPerson, PersonRow, Taken
from storage.teams import TeamRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """What is wrong with what was asked: the field, a fixed code, plain words."""

    field: str
    code: str
    detail: str


_OWN_DELEGATE = Unfit(
    field="delegate", code="delegate_is_absent", detail="nobody can stand in for themselves"
)


class Staff:
    """People and teams: one transaction for each change, a hint after the commit."""

    def __init__(self, *, settings: Settings, store: Store, bus: Bus, clock: Clock) -> None:
        self._country = settings.gateway.country
        self._store = store
        self._bus = bus
        self._clock = clock

    async def people(self) -> list[PersonRow]:
        """List all, by name."""
        async with self._store.read() as tx:
            return await people.list_all(tx, now_ms=self._clock.now_ms())

    async def person(self, person_id: str) -> PersonRow | None:
        """Read one."""
        async with self._store.read() as tx:
            return await people.get(tx, person_id, now_ms=self._clock.now_ms())

    async def add_person(
        self, person: NewPerson, *, by: Principal
    ) -> str | Taken | Unfit | Refusal:
        """Add a person; give their id."""
        phone = self._phone(person.phone)
        if isinstance(phone, Unfit):
            return phone
        if unfit := _unfit_shifts(person.shifts) or _unfit_signature(person.signature):
            return unfit
        async with self._store.write() as tx:
            if unfit := await _unknown(tx, [person.delegate_id], "delegate"):
                return unfit
            if refusal := await why_not(tx, None, asdict(person), by=by):
                return refusal
            now_ms = self._clock.now_ms()
            made = await people.create(tx, replace(person, phone=phone), by=by.id, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return made

    async def change_person(
        self,
        person_id: str,
        values: Mapping[str, Any],
        *,
        version: int | None,
        by: Principal,
    ) -> Edit | Taken | Unfit | Refusal:
        """Set what is given of a person."""
        changed = dict(values)
        if "phone" in changed:
            phone = self._phone(changed["phone"])
            if isinstance(phone, Unfit):
                return phone
            changed["phone"] = phone
        shifts, signature = changed.get("shifts"), changed.get("signature")
        if unfit := _unfit_shifts(shifts) or _unfit_signature(signature):
            return unfit
        delegate = changed.get("delegate_id")
        if delegate == person_id:
            return _OWN_DELEGATE
        async with self._store.write() as tx:
            if unfit := await _unknown(tx, [delegate], "delegate"):
                return unfit
            person = await people.get(tx, person_id, now_ms=self._clock.now_ms())
            if unfit := await _is_kept(tx, TargetKind.PERSON, person, changed.get("name")):
                return unfit
            if person and (refusal := await why_not(tx, person, changed, by=by)):
                return refusal
            now_ms = self._clock.now_ms()
            outcome = await people.change(
                tx, person_id, changed, version=version, by=by.id, now_ms=now_ms
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome

    def _phone(self, written: str | None) -> str | Unfit | None:
        if written is None:
            return None
        number = normalise(written, country=self._country)
        if isinstance(number, BadNumber):
            return Unfit(field="phone", code=number.code, detail=number.reason)
        if number.kind is not NumberKind.E164:
            return Unfit(field="phone", code="phone_is_short_code", detail="is a short code")
        return number.text

    async def absences(self, person_id: str) -> list[AbsenceRow]:
        """List a person's absences, the newest first."""
        async with self._store.read() as tx:
            return await people.absences_of(tx, person_id)

    async def add_absence(
        self, person_id: str, absence: NewAbsence, *, by: Principal
    ) -> AbsenceRow | Unfit | None:
        """Note that a person is or will be away; None: there is no such person."""
        now_ms = self._clock.now_ms()
        unfit = _unfit_absence(person_id, absence, now_ms)
        if unfit is not None:
            return unfit
        async with self._store.write() as tx:
            if await people.unknown_of(tx, [person_id]):
                return None
            if unfit := await _unknown(tx, [absence.delegate_id], "delegate"):
                return unfit
            row = await people.add_absence(tx, person_id, absence, by=by.id, now_ms=now_ms)
        self._bus.publish(Topic.JOURNAL)
        return row

    async def end_absence(self, person_id: str, absence_id: str, *, by: Principal) -> bool:
        """Let a person be back, or not go at all; False: there is nothing to end."""
        async with self._store.write() as tx:
            ended = await people.end_absence(
                tx, person_id, absence_id, by=by.id, now_ms=self._clock.now_ms()
            )
        self._bus.publish(Topic.JOURNAL)
        return ended

    async def teams(self) -> list[TeamRow]:
        """List all, by name."""
        async with self._store.read() as tx:
            return await teams.list_all(tx)

    async def team(self, team_id: str) -> TeamRow | None:
        """Read one."""
        async with self._store.read() as tx:
            return await teams.get(tx, team_id)

    async def add_team(
        self,
        *,
        name: str,
        display_name: str,
        members: Sequence[str],
        on_call: Sequence[str],
        by: Principal,
    ) -> str | Taken | Unfit:
        """Make a team; give its id."""
        async with self._store.write() as tx:
            unfit = await _unknown_in_team(tx, members, on_call)
            if unfit is not None:
                return unfit
            made = await teams.create(
                tx,
                name=name,
                display_name=display_name,
                member_ids=members,
                on_call_ids=on_call,
                by=by.id,
                now_ms=self._clock.now_ms(),
            )
        self._bus.publish(Topic.JOURNAL)
        return made

    async def change_team(
        self,
        team_id: str,
        values: Mapping[str, str],
        *,
        members: Sequence[str] | None,
        on_call: Sequence[str] | None,
        version: int | None,
        by: Principal,
    ) -> Edit | Taken | Unfit | Forbidden:
        """Set what is given of a team; None leaves members, or who is on call."""
        async with self._store.write() as tx:
            if await has_team_elsewhere(tx, team_id, by=by):
                return REACHES_FURTHER
            unfit = await _unknown_in_team(tx, members or (), on_call or ())
            if unfit is not None:
                return unfit
            team = await teams.get(tx, team_id)
            if unfit := await _is_kept(tx, TargetKind.TEAM, team, values.get("name")):
                return unfit
            outcome = await teams.change(
                tx,
                team_id,
                values,
                member_ids=members,
                on_call_ids=on_call,
                version=version,
                by=by.id,
                now_ms=self._clock.now_ms(),
            )
        self._bus.publish(Topic.JOURNAL)
        return outcome


async def _unknown_in_team(
    tx: AsyncConnection, members: Sequence[str], on_call: Sequence[str]
) -> Unfit | None:
    unfit = await _unknown(tx, members, "members/{place}")
    return unfit or await _unknown(tx, on_call, "on_call/{place}")


async def _unknown(tx: AsyncConnection, ids: Sequence[str | None], field: str) -> Unfit | None:
    """Tell the first of these ids that nobody has; ``{place}`` of the field is where it stands."""
    unknown = await people.unknown_of(tx, [one for one in ids if one is not None])
    if not unknown:
        return None
    field = field.format(place=ids.index(unknown[0]))
    return Unfit(field=field, code="user_unknown", detail="no user has this id")


async def _is_kept(
    tx: AsyncConnection, kind: TargetKind, row: PersonRow | TeamRow | None, name: str | None
) -> Unfit | None:
    """Tell why somebody whom the rules name keeps that name."""
    if row is None or name in {None, row.name}:
        return None
    if not await is_named(tx, Target(kind=kind, name=row.name)):
        return None
    why = f"the rules give things to {kind.value}:{row.name}; change them first"
    return Unfit(field="name", code="named_by_rules", detail=why)


def _unfit_shifts(shifts: str | None) -> Unfit | None:
    why = None if shifts is None else problem_of(shifts)
    return None if why is None else Unfit(field="shifts", code="hours_unreadable", detail=why)


def _unfit_signature(signature: str | None) -> Unfit | None:
    why = None if signature is None else signature_problem(signature)
    return None if why is None else Unfit(field="signature", code="signature_unfit", detail=why)


def _unfit_absence(person_id: str, absence: NewAbsence, now_ms: int) -> Unfit | None:
    until_ms = absence.until_ms
    if absence.delegate_id == person_id:
        return _OWN_DELEGATE
    if until_ms is None:
        if absence.kind is AbsenceKind.VACATION:
            detail = "a vacation needs the date of return"
            return Unfit(field="until", code="return_date_missing", detail=detail)
        return None
    if absence.kind is AbsenceKind.LEFT:
        detail = "who has left does not come back"
        return Unfit(field="until", code="left_for_good", detail=detail)
    if until_ms <= max(absence.from_ms, now_ms):
        detail = "is not after its beginning, or not in the future"
        return Unfit(field="until", code="absence_over", detail=detail)
    return None
