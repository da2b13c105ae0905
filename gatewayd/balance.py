"""The balance of one modem's SIM, asked on a schedule: read, remembered, and told when it is low.

Owns when to ask and what an answer means for the incident ``low_credit``. What the operator writes
is read by ``amounts``, and not kept.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import ModemSettings
from gatewayd.amounts import find_amount
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock, is_plausible, moment_at
from gatewayd.directory import BalanceView
from gatewayd.line import Line
from gatewayd.money import Money, micros_of, price_of
from gatewayd.ussd import UssdLine
from modem.requests import NotDone, WhyNot
from modem.ussd import Answered, Conflict, Dialogue, NoAnswer, UssdOutcome, UssdRefused
from storage import balances, modems
from storage.balances import BalanceRow
from storage.engine import Store
from storage.errors import StoreUnavailable

LOW_CREDIT = "low_credit"
"""The incident's code; it is open from the reading that is low to the next that is not."""

RETRY = timedelta(hours=1)
"""After a try that failed, unless the schedule is shorter."""

LOOK_SECONDS = 60.0
"""How long at most until the next look whether it is time."""

UNREAD = "the network's answer holds no amount where balance_pattern looks for one"
NO_ANSWER = "the network did not answer in time"

_log = structlog.get_logger(__name__)


class BalanceCheck:
    """Looks after the balance of one modem."""

    def __init__(
        self,
        *,
        modem: ModemSettings,
        ussd: UssdLine,
        store: Store,
        bus: Bus,
        clock: Clock,
        line: Callable[[], Line],
    ) -> None:
        self._modem = modem
        self._ussd = ussd
        self._store = store
        self._bus = bus
        self._clock = clock
        self._line = line
        self._known: BalanceRow | None = None
        self._tried = False  # by this process: what failed before may have been put right
        self._not_before_ms = 0
        self._low = None if modem.balance_low is None else price_of(modem.balance_low)
        price = modem.balance_low or modem.price_per_part
        self._currency = None if price is None else price.currency

    async def run(self) -> None:
        """Ask whenever it is time, until cancelled; without a code only tidy up."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            while not await self._begun():
                await hints.wait(timeout_seconds=LOOK_SECONDS)
            while self._modem.balance_code is not None:
                # A hint may be the modem's becoming ready.
                await hints.wait(timeout_seconds=await self._look())

    async def _look(self) -> float:
        try:
            seconds = await contained(self.round, "balance_failed", modem=self._modem.name)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            seconds = None
        return LOOK_SECONDS if seconds is None else seconds

    async def _begun(self) -> bool:
        try:
            if self._modem.balance_code is None:
                await self._store.shielded(self._not_watched)
            else:
                async with self._store.read() as tx:
                    self._known = await balances.get(tx, self._modem.name)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return False
        return True

    async def round(self) -> float:
        """Ask if it is time; give the seconds until the next look."""
        now_ms = self._clock.now_ms()
        if not is_plausible(now_ms):
            return LOOK_SECONDS
        due_ms = self._due_ms(now_ms)
        if due_ms <= now_ms:
            await self._check()
            due_ms = self._due_ms(now_ms)
        return min(max((due_ms - now_ms) / 1000, 1.0), LOOK_SECONDS)

    def view(self) -> BalanceView | None:
        """Tell what is known; None where the balance is not asked."""
        if self._modem.balance_code is None:
            return None
        known = self._of_this_sim()
        if known is None:
            return BalanceView()
        return BalanceView(
            micros=known.micros,
            currency=known.currency,
            read_at=None if known.read_at_ms is None else moment_at(known.read_at_ms),
            low=self._is_low(known.micros),
            failure=known.failure,
        )

    def _of_this_sim(self) -> BalanceRow | None:
        known, iccid = self._known, self._line().iccid
        if known is None or (iccid and known.iccid and iccid != known.iccid):
            return None
        return known

    def _due_ms(self, now_ms: int) -> int:
        known = self._of_this_sim()
        due_ms = 0
        # A try in the future is of a clock that ran ahead.
        if known is not None and known.tried_at_ms <= now_ms:
            pause = self._modem.balance_every
            if known.failure is not None:
                pause = min(pause, RETRY) if self._tried else timedelta()
            due_ms = known.tried_at_ms + pause // timedelta(milliseconds=1)
        return max(due_ms, self._not_before_ms)

    async def _check(self) -> None:
        # Whatever goes wrong: hints come with each message, and each try is a question.
        self._not_before_ms = self._clock.now_ms() + RETRY // timedelta(milliseconds=1)
        outcome = await self._ask()
        match outcome:
            case Answered(text=text):
                amount = find_amount(text, self._modem.balance_pattern)
                await self._keep(amount, UNREAD if amount is None else None)
            case UssdRefused(detail=detail):
                await self._keep(None, detail)
            case NoAnswer():
                await self._keep(None, NO_ANSWER)
            case NotDone(why=WhyNot.NOT_SERVED):
                self._not_before_ms = 0  # its becoming ready is a hint
            case NotDone() | Conflict():
                self._not_before_ms = self._clock.now_ms() + round(LOOK_SECONDS * 1000)

    async def _ask(self) -> UssdOutcome:
        code, *replies = (self._modem.balance_code or "").split(",")
        outcome = await self._ussd.start(code)
        for reply in replies:
            if not _is_menu(outcome):
                break
            outcome = await self._ussd.reply(reply)
        if _is_menu(outcome):
            await self._ussd.cancel()
        return outcome

    async def _keep(self, amount: Decimal | None, failure: str | None) -> None:
        """Commit the outcome of a try, and what it means for the incident."""
        now_ms = self._clock.now_ms()
        tried = BalanceRow(
            modem=self._modem.name,
            iccid=self._line().iccid,
            micros=None,
            currency=None,
            read_at_ms=None,
            tried_at_ms=now_ms,
            failure=failure,
        )
        before = self._of_this_sim()
        if amount is not None:
            tried = replace(
                tried, micros=micros_of(amount), currency=self._currency, read_at_ms=now_ms
            )
        elif before is not None:
            tried = replace(before, tried_at_ms=now_ms, failure=failure)

        async def commit(tx: AsyncConnection) -> None:
            await balances.put(tx, tried)
            if amount is not None:
                await self._judge(tx, tried, now_ms)

        self._tried = True
        await self._store.shielded(commit)
        self._known, self._not_before_ms = tried, 0
        _log.info(
            "balance_read" if failure is None else "balance_unread",
            modem=self._modem.name,
            low=self._is_low(tried.micros),
            reason=failure,
        )
        self._bus.publish(Topic.JOURNAL)

    async def _judge(self, tx: AsyncConnection, read: BalanceRow, now_ms: int) -> None:
        name, low = self._modem.name, self._low
        opened = await modems.open_incident_of(tx, name, LOW_CREDIT)
        if low is not None and self._is_low(read.micros):
            if opened is None:
                left = Money(micros=read.micros or 0, currency=low.currency)
                detail = f"{left.amount} {left.currency} left, less than {low.amount}"
                await modems.open_incident(
                    tx, modem=name, code=LOW_CREDIT, detail=detail, now_ms=now_ms
                )
        elif opened is not None:
            cure = "topped_up"
            await modems.close_incident(tx, incident_id=opened.id, cure=cure, now_ms=now_ms)

    async def _not_watched(self, tx: AsyncConnection) -> None:
        """Nobody asks any more: an incident that nothing could end, ends."""
        opened = await modems.open_incident_of(tx, self._modem.name, LOW_CREDIT)
        if opened is not None:
            await modems.close_incident(
                tx, incident_id=opened.id, cure="not_watched", now_ms=self._clock.now_ms()
            )

    def _is_low(self, micros: int | None) -> bool:
        return self._low is not None and micros is not None and micros < self._low.micros


def _is_menu(outcome: UssdOutcome) -> bool:
    return isinstance(outcome, Answered) and outcome.session is Dialogue.OPEN
