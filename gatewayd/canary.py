"""Canaries: messages that a modem sends to ourselves, because only their arrival proves the path.

Owns when one is sent and what its absence means. Sending is the outbox's as of any message, with
plan limits and price; what comes home, canary_arrivals finds. A modem that is muted, limited or not
ready sends none and breaks no promise: it has its own state.
"""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import CANARY_TO_SELF, ModemSettings, Settings
from gatewayd.barrier import contained
from gatewayd.bus import Bus, Topic
from gatewayd.canary_arrivals import text_of
from gatewayd.canary_path import FAILED, CanaryPath, complaint
from gatewayd.clock import Clock
from gatewayd.directory import CanaryView, ModemDirectory
from gatewayd.numbers import canonical
from gatewayd.rounds import LONGEST_WAIT_SECONDS, keep_rounds
from gatewayd.services.drafts import Draft, Policy, Prepared, Refused, prepare
from gatewayd.timekeeping import Timekeeping
from storage import canaries, modems, outbox, pacing, queries
from storage.canaries import Canary, CanaryState, Proof
from storage.engine import Store
from storage.ids import Prefix, new_id
from storage.outbox import CancelOutcome, NewMessage, pin_of
from storage.outbox.consent import EXEMPT
from storage.queries import MessageRow
from storage.states import MessageState

ROUND_SECONDS = 1.0
"""At most one round in this time, however many messages pass."""

AUTHOR = "canary"
TURNED_OFF = "test messages were turned off"

_BULK = 2
_TOKEN_BYTES = 8
_UNSENT = frozenset({MessageState.QUEUED, MessageState.SENDING})
_log = structlog.get_logger(__name__)


class Canaries:
    """One task's work for all modems that have a canary; every round is safe to repeat."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        modems: ModemDirectory,
        timekeeping: Timekeeping | None = None,
    ) -> None:
        self._all = settings.modems
        self._watched = [modem for modem in settings.modems if modem.canary_to is not None]
        self._policy = Policy.of(settings)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._modems = modems
        self._time = timekeeping or Timekeeping(store=store, clock=clock)
        self._leftovers = True
        self._told: dict[str, str | None] = {}

    async def run(self) -> None:
        """Work until cancelled; ends by itself where no modem has a canary."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            await keep_rounds(
                self.round,
                hints,
                pause_seconds=ROUND_SECONDS,
                while_=lambda: self._leftovers or bool(self._watched),
            )

    async def round(self) -> float:
        """Send what is due, judge what is awaited; give the seconds until something is due."""
        if self._leftovers:
            await self._store.shielded(self._end_leftovers)
            self._leftovers = False
        if not await self._time.is_set():
            return LONGEST_WAIT_SECONDS / 6
        waits = [LONGEST_WAIT_SECONDS if self._watched else 0.0]
        for modem in self._watched:
            wait = await contained(partial(self._look, modem), "canary_failed", modem=modem.name)
            if wait is not None:
                waits.append(wait)
        return min(waits)

    async def _end_leftovers(self, tx: AsyncConnection) -> None:
        """Without canaries nothing would ever end the incident of one that did not arrive."""
        now_ms = self._clock.now_ms()
        for modem in self._all:
            if modem.canary_to is None:
                for incident_id in await canaries.open_incidents(tx, modem.name):
                    await modems.close_incident(
                        tx, incident_id=incident_id, cure=TURNED_OFF, now_ms=now_ms
                    )

    async def _look(self, modem: ModemSettings) -> float:
        """See to one modem; give the seconds until it is worth another look."""
        now_ms = self._clock.now_ms()
        path = self._path(modem)
        async with self._store.read() as tx:
            last = await canaries.newest(tx, modem.name, now_ms=now_ms)
            message = None if last is None else await queries.get_message(tx, last.message_id)
        if last is None or message is None:
            due_ms = now_ms
        elif last.state is CanaryState.AWAITED:
            await self._judge(path, last, message, now_ms)
            return max(0.0, last.deadline_ms - now_ms) / 1000 or LONGEST_WAIT_SECONDS
        else:
            await self._believe(last, message)
            due_ms = _next_ms(modem, last, message)
        if due_ms > now_ms:
            return (due_ms - now_ms) / 1000
        await self._send(path, now_ms)
        return LONGEST_WAIT_SECONDS

    def _path(self, modem: ModemSettings) -> CanaryPath:
        view, to = self._modems.view(modem.name), modem.canary_to or ""
        target = view if to == CANARY_TO_SELF else self._modems.view(to)
        return CanaryPath(modem=modem, view=view, target=target)

    async def _send(self, path: CanaryPath, now_ms: int) -> None:
        made = path.closed_going or path.closed_coming or self._make(path, now_ms)
        name, why = path.modem.name, made if isinstance(made, str) else None
        if why != self._told.get(name):
            self._told[name] = why
            if why is not None:
                _log.info("canary_waits", modem=name, reason=why)
        if isinstance(made, str):
            return
        message, canary = made

        async def commit(tx: AsyncConnection) -> None:
            await outbox.enqueue(tx, message, now_ms=now_ms)
            await canaries.begin(tx, canary)

        await self._commit(commit)
        _log.info("canary_begun", modem=name, id=message.id)

    def _make(self, path: CanaryPath, now_ms: int) -> tuple[NewMessage, Canary] | str:
        """Write the message and what is remembered of it, or say why it cannot be."""
        modem, token = path.modem, secrets.token_hex(_TOKEN_BYTES).upper()
        deadline_ms = now_ms + _ms(modem.canary_within)
        draft = Draft(
            to=path.recipient or "",
            text=text_of(token),
            inbox=modem.inbox,
            expires_at_ms=deadline_ms,
            on_unknown="hold",
        )
        prepared = prepare(draft, self._policy, now_ms=now_ms, concat_reference=0)
        if isinstance(prepared, Refused):
            return "; ".join(f"{one.field} {one.detail}" for one in prepared.refusals)
        message = _message(path, draft, prepared, now_ms=now_ms)
        return message, Canary(
            message_id=message.id,
            modem=modem.name,
            token=token,
            from_number=canonical(message.from_number or "", country=self._policy.country).text,
            state=CanaryState.AWAITED,
            begun_at_ms=now_ms,
            deadline_ms=deadline_ms,
        )

    async def _judge(
        self, path: CanaryPath, last: Canary, message: MessageRow, now_ms: int
    ) -> None:
        failed, over = message.state in FAILED, now_ms >= last.deadline_ms
        on_air = message.on_air_at_ms is not None
        if message.state is MessageState.CANCELED or (
            not failed and await self._proves_nothing(path, last, on_air=on_air, over=over)
        ):
            await self._commit(partial(self._withdraw, last, message))
        elif failed or over:
            await self._commit(partial(self._alarm, last, complaint(path, message)))

    async def _proves_nothing(
        self, path: CanaryPath, last: Canary, *, on_air: bool, over: bool
    ) -> bool:
        """Whether its absence has another cause than a broken path."""
        if path.closed_coming is not None:
            return over or not on_air
        if on_air:
            return False
        if path.closed_going is not None:
            return True
        return over and (path.held_back or await self._was_busy(path, last))

    async def _was_busy(self, path: CanaryPath, last: Canary) -> bool:
        """Whether its modem has sent others meanwhile: it waits behind them."""
        iccid = path.view.iccid if path.view else None
        async with self._store.read() as tx:
            handed = await pacing.handed_since(
                tx, iccid=iccid, modem=last.modem, since_ms=last.begun_at_ms
            )
        return bool(handed)

    async def _withdraw(self, last: Canary, message: MessageRow, tx: AsyncConnection) -> None:
        """Take it back, unless a modem has just begun to send it."""
        now_ms = self._clock.now_ms()
        if message.state in _UNSENT:
            done = await outbox.cancel(tx, message_id=last.message_id, now_ms=now_ms)
            if done is CancelOutcome.TOO_LATE:
                return
        if await canaries.give_up(tx, last, CanaryState.WITHDRAWN, now_ms=now_ms):
            _log.info("canary_withdrawn", modem=last.modem, id=last.message_id)

    async def _alarm(self, last: Canary, detail: str, tx: AsyncConnection) -> None:
        now_ms = self._clock.now_ms()
        if not await canaries.give_up(tx, last, CanaryState.OVERDUE, now_ms=now_ms):
            return  # it has arrived meanwhile
        _log.warning("canary_overdue", modem=last.modem, id=last.message_id)
        if not await canaries.open_incidents(tx, last.modem):
            await modems.open_incident(
                tx, modem=last.modem, code=canaries.OVERDUE, detail=detail, now_ms=now_ms
            )

    async def _believe(self, last: Canary, message: MessageRow) -> None:
        """What has arrived was sent, whatever the modem failed to answer."""
        if last.state is CanaryState.ARRIVED and message.state is MessageState.UNKNOWN:
            await self._commit(
                lambda tx: outbox.resolve(
                    tx,
                    message_id=last.message_id,
                    as_="sent",
                    now_ms=self._clock.now_ms(),
                    by=AUTHOR,
                )
            )

    async def _commit(self, unit: Callable[[AsyncConnection], Awaitable[object]]) -> None:
        await self._store.shielded(unit)
        self._bus.publish(Topic.OUTBOX, Topic.JOURNAL)


def _message(path: CanaryPath, draft: Draft, prepared: Prepared, *, now_ms: int) -> NewMessage:
    """Make it an ordinary message, but that only this modem's SIM may send it."""
    modem = path.modem
    number, iccid = (path.view.number, path.view.iccid) if path.view else (None, None)
    return NewMessage(
        id=new_id(Prefix.MESSAGE, now_ms=now_ms),
        to=prepared.to,
        text=draft.text,
        encoding=prepared.encoding,
        inbox=prepared.inbox,
        priority=_BULK,
        send_at_ms=None,
        expires_at_ms=draft.expires_at_ms,
        delivery_report=draft.delivery_report,
        on_unknown=prepared.on_unknown,
        client_reference=None,
        author_type=AUTHOR,
        filed=False,
        consent_basis=EXEMPT,
        author_id=modem.name,
        author_name=modem.name,
        parts=prepared.parts,
        from_number=number,
        pinned_to=pin_of(modem=modem.name, iccid=iccid),
    )


def _next_ms(modem: ModemSettings, last: Canary, message: MessageRow) -> int:
    """When the next is due. One that was taken back unsent has cost nothing: sooner again."""
    unsent = last.state is CanaryState.WITHDRAWN and message.on_air_at_ms is None
    return last.begun_at_ms + _ms(modem.canary_within if unsent else modem.canary_every)


def view_of(modem: ModemSettings, proof: Proof | None, *, now_ms: int) -> CanaryView | None:
    """Tell what a modem's canaries have proved; None where it has none."""
    if modem.canary_to is None:
        return None
    proof = proof or Proof()
    ok_ms, since_ms = proof.last_ok_ms, proof.awaiting_since_ms
    return CanaryView(
        last_ok_at=None if ok_ms is None else _moment(ok_ms),
        awaiting_since=None if since_ms is None else _moment(since_ms),
        age_seconds=None if ok_ms is None else max(0.0, (now_ms - ok_ms) / 1000),
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)


def _ms(duration: timedelta) -> int:
    return duration // timedelta(milliseconds=1)
