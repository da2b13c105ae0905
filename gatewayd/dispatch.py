"""Outgoing, from a row to a modem and back: claim, mark before Ctrl-Z, outcome.

One of the few places where a message could be lost, so it is short: each method is one shielded
transaction, and what it returns or raises is decided only by what was committed.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import SendingSettings
from gatewayd import validity
from gatewayd.barrier import trace
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.line import Line
from gatewayd.metrics import ModemMetrics, SubmitResult
from gatewayd.outcomes import Outcomes
from gatewayd.pacing import Pacing
from gatewayd.permission import BULK, Permission
from gatewayd.refusals import Refusals
from gatewayd.reports import Reports
from gatewayd.setaside import SetAside
from modem.events import Accepted, NotSent, Refused, Submission, SubmitOutcome, Unknown
from storage import outbox, queries
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.outbox import ClaimedPart, Sharing

RECENT_PARTS = 16
"""Parts remembered since they were handed to the modem; its late answers are about these."""

MOST_RESTING = 50
"""So many are put back for the quiet hours in one transaction."""

T = TypeVar("T")

_RESULTS = {
    Accepted: SubmitResult.ACCEPTED,
    Refused: SubmitResult.REFUSED,
    NotSent: SubmitResult.NOT_SENT,
    Unknown: SubmitResult.UNKNOWN,
}

_log = structlog.get_logger(__name__)


class Dispatch:
    """The outgoing side of one modem: the part on the air, and at most one claimed ahead."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        sending: SendingSettings,
        line: Callable[[], Line],
        pacing: Pacing,
        refusals: Refusals,
        sharing: Sharing,
        reports: Reports,
        proved: Callable[[str], None],
        counts: ModemMetrics,
        permission: Permission,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._line = line
        self._pacing = pacing
        self._refusals = refusals
        self._sharing = sharing
        self._outcomes = Outcomes(
            sending=sending, line=line, reports=reports, by_sim=sharing.by_sim
        )
        self._aside = SetAside(store=store, clock=clock, line=line)
        self._proved = proved
        self._counts = counts
        self._permission = permission
        self._ctrl_z_at: float | None = None
        self._ahead: ClaimedPart | None = None
        self._recent: deque[ClaimedPart] = deque(maxlen=RECENT_PARTS)
        self.paused = False
        """Muted, or the daemon is stopping: nothing new is claimed."""
        self._more = False

    async def next_submission(self) -> Submission | None:
        """The part that goes next, claimed for this modem; None when nothing is due."""
        if self.paused or self._refusals.holds:
            # A claim may have been on its way when the pause came.
            await self.release()
            return None
        part, self._ahead = self._ahead, None
        if part is None:
            part = await self._claim_alone()
        if part is None:
            if self._more:
                self._tell((), Topic.OUTBOX)
            return None
        self._recent.append(part)
        try:
            tpdu = validity.capped(
                part.tpdu, expires_at_ms=part.expires_at_ms, now_ms=self._clock.now_ms()
            )
        except Exception as error:  # noqa: BLE001 - the unit's barrier: this part, not the next
            await self._aside.unsent(part.part_id, error)
            self._tell((), Topic.OUTBOX)  # the next one, please
            return None
        return Submission(id=part.part_id, tpdu=tpdu)

    async def _claim_alone(self) -> ClaimedPart | None:
        try:
            part = await self._store.shielded(self._claim)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: receiving goes on
            await self._aside.unclaimed(error)
            return None
        self._aside.claims()
        return part

    async def _claim(self, tx: AsyncConnection) -> ClaimedPart | None:
        line = self._line()
        if self.paused or not await self._pacing.allows(tx):
            return None
        self._more = False
        for _ in range(MOST_RESTING):
            now_ms = self._clock.now_ms()
            part = await outbox.claim(
                tx,
                modem=line.modem,
                iccid=line.iccid,
                inboxes=line.inboxes,
                sharing=self._sharing,
                now_ms=now_ms,
            )
            if part is None or not await self._rests(tx, part, now_ms):
                return part
        self._more = True
        return None

    async def _rests(self, tx: AsyncConnection, part: ClaimedPart, now_ms: int) -> bool:
        """Put back a bulk message in the quiet hours; one that is half on the air goes on."""
        if part.priority != BULK or part.exempt or part.number > 1:
            return False
        until_ms = await self._permission.quiet_until_ms(
            tx, to=part.to, inbox=part.inbox, now_ms=now_ms
        )
        return until_ms is not None and await outbox.requeue(
            tx,
            part_id=part.part_id,
            now_ms=now_ms,
            due_at_ms=until_ms,
            code="quiet_hours",
            detail=None,
            counts=False,
        )

    async def submitting(self, submission: Submission, *, deadline_seconds: float) -> bool:
        """Commit that Ctrl-Z is about to be written, and claim the next part while at it."""
        now_ms = self._clock.now_ms()
        line = self._line()

        async def mark(claims: bool, tx: AsyncConnection) -> tuple[bool, ClaimedPart | None]:  # noqa: FBT001 - a unit's first argument
            if await self._withdraw_expired(tx, self._part(submission.id), now_ms):
                return False, None
            attempt = await outbox.mark_submitting(
                tx,
                part_id=submission.id,
                modem=line.modem,
                iccid=line.iccid,
                imei=line.imei,
                now_ms=now_ms,
                deadline_ms=now_ms + round(deadline_seconds * 1000),
            )
            if attempt is None:
                return False, None
            await self._pacing.handed(tx, attempt, now_ms=now_ms)
            return True, await self._claim_ahead(tx) if claims else None

        marked, claimed = False, None
        try:
            with self._pacing.exact():
                marked, claimed = await self._with_or_without_claim(mark)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: this part, not the next
            await self._aside.unsent(submission.id, error)
        self._ctrl_z_at = asyncio.get_running_loop().time() if marked else None
        self._ahead = self._ahead or claimed
        # Withdrawn: what has expired is housekeeping's to end.
        self._bus.publish(Topic.JOURNAL, *(() if marked else (Topic.OUTBOX,)))
        return marked

    def _part(self, part_id: str) -> ClaimedPart | None:
        recent = reversed(self._recent)  # the newest attempt at it
        return next((part for part in recent if part.part_id == part_id), None)

    @staticmethod
    async def _withdraw_expired(tx: AsyncConnection, part: ClaimedPart | None, now_ms: int) -> bool:
        """Put back a part whose time ran out while it was claimed; the next expiry ends it."""
        if part is None or part.expires_at_ms is None or part.expires_at_ms > now_ms:
            return False
        message = await queries.get_message(tx, part.message_id)
        if message is None or message.on_air_at_ms is not None:
            return False  # a half of it is with the customer: its expiry stops nothing any more
        return await outbox.requeue(
            tx,
            part_id=part.part_id,
            now_ms=now_ms,
            due_at_ms=now_ms,
            code="expired",
            detail=None,
            counts=False,
        )

    async def _with_or_without_claim(
        self, unit: Callable[[bool, AsyncConnection], Awaitable[T]]
    ) -> T:
        """Run a unit that also claims ahead; the part in hand must not suffer for the next one."""
        try:
            return await self._store.shielded(partial(unit, True))  # noqa: FBT003 - see the units
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: the next part's is its own
            _log.error("tried_without_claim", error=type(error).__name__, trace=trace(error))
            return await self._store.shielded(partial(unit, False))  # noqa: FBT003 - see the units

    async def _claim_ahead(self, tx: AsyncConnection) -> ClaimedPart | None:
        # In a pause one is tried, and what becomes of it decides about the next.
        if self._ahead is not None or self._refusals.paused:
            return None
        return await self._claim(tx)

    async def settled(self, submission: Submission, outcome: SubmitOutcome) -> None:
        """Commit what became of the part; claims the next where none was ahead."""
        ctrl_z_at, self._ctrl_z_at = self._ctrl_z_at, None
        if ctrl_z_at is not None and isinstance(outcome, Accepted | Refused):
            self._counts.answered(asyncio.get_running_loop().time() - ctrl_z_at)
        part = self._part(submission.id)
        put_back = isinstance(outcome, NotSent | Refused)
        spared = self._refusals.spares(outcome)

        async def settle(
            claims: bool,  # noqa: FBT001 - a unit's first argument
            tx: AsyncConnection,
        ) -> tuple[bool, tuple[str, ...], ClaimedPart | None]:
            done, proved = await self._outcomes.settle(
                tx, submission.id, part, outcome, spared=spared, now_ms=self._clock.now_ms()
            )
            if put_back:
                self._pacing.forget()
            return done, proved, await self._claim_ahead(tx) if claims else None

        done, claimed = False, None
        proved: tuple[str, ...] = ()
        try:
            with self._pacing.exact():
                done, proved, claimed = await self._with_or_without_claim(settle)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: this part, not the next
            await self._aside.outcome(submission.id, outcome, error)
        self._ahead = self._ahead or claimed
        await self._refusals.settled(part, outcome)
        self._counts.submitted(_RESULTS[type(outcome)])
        self._tell(proved, *((Topic.OUTBOX,) if put_back else ()))
        _log.info(
            "submit_settled",
            modem=self._line().modem,
            part=submission.id,
            outcome=type(outcome).__name__.lower(),
            code=getattr(outcome, "code", None),
            applied=done,
        )

    def _tell(self, proved: Iterable[str], *topics: Topic) -> None:
        self._bus.publish(Topic.JOURNAL, *topics)
        for part_id in proved:
            self._proved(part_id)

    def keep_for_later(self, submission: Submission) -> None:
        """Keep a part, still claimed in the store, for when the store answers again."""
        self._ahead = self._ahead or self._part(submission.id)

    async def late_answer(self, part_id: str, reference: int | None) -> None:
        """The modem's answer came after its deadline: it proves the acceptance."""
        part = self._part(part_id)

        async def accept(tx: AsyncConnection) -> tuple[bool, tuple[str, ...]]:
            return await self._outcomes.late(
                tx, part_id, part, reference, now_ms=self._clock.now_ms()
            )

        done = False
        proved: tuple[str, ...] = ()
        try:
            done, proved = await self._store.shielded(accept)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: it stays unknown
            await self._aside.evidence(part_id, error)
        self._tell(proved)
        _log.info("unknown_settled", by="late_answer", part=part_id, applied=done)

    async def release(self) -> None:
        """Give back the part that was claimed ahead."""
        part = self._ahead
        if part is None:
            return

        async def give_back(tx: AsyncConnection) -> bool:
            now_ms = self._clock.now_ms()
            return await outbox.requeue(
                tx,
                part_id=part.part_id,
                now_ms=now_ms,
                due_at_ms=now_ms,
                code="released",
                detail=None,
                counts=False,
            )

        await self._store.shielded(give_back)
        # Only now: what could not be given back is kept for this modem's next life.
        if self._ahead is part:
            self._ahead = None
        self._bus.publish(Topic.OUTBOX)
