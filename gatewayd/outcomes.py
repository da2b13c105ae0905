"""What a modem's answer makes of a part: accepted, refused, queued again, or in doubt.

Works inside the caller's transaction; knows neither claims nor modems.
"""

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import SendingSettings
from gatewayd.line import Line
from gatewayd.reports import Reports
from modem.events import Accepted, NotSent, Refused, SubmitOutcome, Unknown
from storage import outbox
from storage.outbox import ClaimedPart

RETRY_SECONDS = (1, 4, 60, 300, 900)
"""Back-off of a part that the network refuses for now, by attempt: twice quick, for a mishap."""

MODEM_TROUBLE_RETRY_SECONDS = 2
"""A part whose modem had trouble is due again soon: it is not the part's fault."""


_ON_AIR = (Accepted, Unknown)


class Outcomes:
    """The outcomes of one modem's submits."""

    def __init__(
        self,
        *,
        sending: SendingSettings,
        line: Callable[[], Line],
        reports: Reports,
        by_sim: bool = False,
    ) -> None:
        self._sending = sending
        self._line = line
        self._reports = reports
        self._by_sim = by_sim

    async def settle(
        self,
        tx: AsyncConnection,
        part_id: str,
        part: ClaimedPart | None,
        outcome: SubmitOutcome,
        *,
        now_ms: int,
        spared: bool = False,
    ) -> tuple[bool, tuple[str, ...]]:
        """Apply the outcome; tell whether it did anything, and which parts reports prove now.

        ``spared``: a refusal that is not held against the message, which waits on.
        """
        if spared and isinstance(outcome, Refused):
            done = await self._put_back(tx, part_id, outcome, now_ms)
        else:
            done = await self._apply(tx, part_id, part, outcome, now_ms)
        if self._by_sim and part is not None and part.free and isinstance(outcome, _ON_AIR):
            await self._keep_the_number(tx, part)
        return done, await self._look_again(tx, part, now_ms)

    async def _keep_the_number(self, tx: AsyncConnection, part: ClaimedPart) -> None:
        """From now on the customer knows this SIM: what else waits for them goes by it too."""
        line = self._line()
        pin = outbox.pin_of(modem=line.modem, iccid=line.iccid)
        await outbox.follow(tx, inbox=part.inbox, contact=part.to, pin=pin)

    async def late(
        self,
        tx: AsyncConnection,
        part_id: str,
        part: ClaimedPart | None,
        reference: int | None,
        *,
        now_ms: int,
    ) -> tuple[bool, tuple[str, ...]]:
        """Apply an answer that came after its deadline; gives what ``settle`` gives."""
        done = await outbox.accept(tx, part_id=part_id, reference=reference, now_ms=now_ms)
        if not done and reference is not None and part is not None:
            done = await self._stop_resend(tx, part, reference, now_ms)
        return done, await self._look_again(tx, part, now_ms)

    async def _stop_resend(
        self, tx: AsyncConnection, part: ClaimedPart, reference: int, now_ms: int
    ) -> bool:
        """It waits to be sent again by policy: the attempt that was in doubt has been accepted."""
        line = self._line()
        doubts = await outbox.doubtful_attempts(
            tx, iccid=line.iccid, modem=line.modem, number=part.to
        )
        for attempt in doubts:
            if attempt.part_id == part.part_id:
                return await outbox.prove(
                    tx,
                    part_id=attempt.part_id,
                    attempt_id=attempt.attempt_id,
                    reference=reference,
                    now_ms=now_ms,
                )
        return False

    async def _look_again(
        self, tx: AsyncConnection, part: ClaimedPart | None, now_ms: int
    ) -> tuple[str, ...]:
        """A report may have been faster than this outcome, or in doubt only because of it."""
        if part is None:
            return ()
        return await self._reports.reconsider(
            tx, number=part.to, iccid=self._line().iccid, now_ms=now_ms
        )

    async def _apply(
        self,
        tx: AsyncConnection,
        part_id: str,
        part: ClaimedPart | None,
        outcome: SubmitOutcome,
        now_ms: int,
    ) -> bool:
        match outcome:
            case Accepted(reference=reference):
                return await outbox.accept(tx, part_id=part_id, reference=reference, now_ms=now_ms)
            case Unknown(code=code, detail=detail):
                return await outbox.mark_unknown(
                    tx, part_id=part_id, code=code, detail=detail, now_ms=now_ms
                )
            case Refused() if outcome.permanent:
                return await outbox.refuse(
                    tx, part_id=part_id, code=outcome.code, detail=outcome.detail, now_ms=now_ms
                )
            case Refused():
                attempt = part.attempt if part is not None else 1
                return await self._try_again(tx, part_id, attempt, outcome, now_ms)
            case NotSent(code="withdrawn"):
                return True
            case NotSent():
                return await self._put_back(tx, part_id, outcome, now_ms)

    @staticmethod
    async def _put_back(
        tx: AsyncConnection, part_id: str, outcome: NotSent | Refused, now_ms: int
    ) -> bool:
        """It was not the message's fault, and uses up none of its attempts."""
        return await outbox.requeue(
            tx,
            part_id=part_id,
            now_ms=now_ms,
            due_at_ms=now_ms + MODEM_TROUBLE_RETRY_SECONDS * 1000,
            code=outcome.code,
            detail=outcome.detail,
            counts=False,
        )

    async def _try_again(
        self, tx: AsyncConnection, part_id: str, attempt: int, outcome: Refused, now_ms: int
    ) -> bool:
        if outcome.modem_trouble:
            delay_seconds = MODEM_TROUBLE_RETRY_SECONDS
        elif attempt >= self._sending.max_attempts:
            attempts = "1 attempt" if attempt == 1 else f"{attempt} attempts"
            return await outbox.refuse(
                tx,
                part_id=part_id,
                code=outcome.code,
                detail=f"given up after {attempts}: {outcome.detail}",
                now_ms=now_ms,
            )
        else:
            delay_seconds = RETRY_SECONDS[min(attempt, len(RETRY_SECONDS)) - 1]
        return await outbox.requeue(
            tx,
            part_id=part_id,
            now_ms=now_ms,
            due_at_ms=now_ms + delay_seconds * 1000,
            code=outcome.code,
            detail=outcome.detail,
            counts=not outcome.modem_trouble,
        )
