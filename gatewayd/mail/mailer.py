"""The task that hands e-mail over, one after the other: tried again for three days, never lost.

Whatever the mail server does, no SMS waits for it. A kill between its answer and our commit costs
at most that an e-mail goes twice, under the same Message-ID.
"""

from datetime import datetime
from email.message import EmailMessage
from functools import partial
from random import SystemRandom
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.schema import Settings
from gatewayd.barrier import trace
from gatewayd.bus import Bus, Topic
from gatewayd.callers import shown_at
from gatewayd.clock import Clock
from gatewayd.daily.post import DAILY, DailyPost
from gatewayd.daily.schedule import Days
from gatewayd.insisting import STORE_RETRY_SECONDS, insist
from gatewayd.mail.notices import notice_of
from gatewayd.mail.server import NOT_CONFIGURED, MailServer, NotSent
from gatewayd.mail.text import Envelope, Letter, Notice, daily, notice, written
from gatewayd.notice_text import what_of
from gatewayd.webhooks.schedule import JITTER, REPORTED_AFTER, RETRY_SECONDS
from storage import mails, queries
from storage.conversations import reading
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.mails import MailRow, MailState

LONGEST_WAIT_SECONDS = 60.0
ERROR_OF_OURS = NotSent(code="internal_error")
_NOT_THEIRS = NotSent(code="not_entitled", for_good=True)

_log = structlog.get_logger(__name__)
_random = SystemRandom()


class Mailer:
    """Sends what waits in the store."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        server: MailServer | None = None,
    ) -> None:
        self._gateway = settings.gateway
        self._zone = ZoneInfo(settings.gateway.timezone)
        self._store = store
        self._bus = bus
        self._clock = clock
        self._server = server or MailServer(settings.smtp)
        self._daily = DailyPost(settings=settings, store=store, clock=clock)

    async def run(self) -> None:
        """Work until cancelled."""
        with self._bus.subscribe(Topic.JOURNAL) as hints:
            while True:
                try:
                    wait_seconds = await self.step()
                except StoreUnavailable as error:
                    _log.error("store_unavailable", reason=error.reason)
                    wait_seconds = STORE_RETRY_SECONDS
                if wait_seconds > 0:
                    await hints.wait(timeout_seconds=min(wait_seconds, LONGEST_WAIT_SECONDS))

    async def step(self) -> float:
        """Try what is due for longest; give the seconds until something is due."""
        now_ms = self._clock.now_ms()
        # At each commit of anybody, and mostly there is no e-mail.
        async with self._store.glance() as look:
            next_ms = await mails.next_due_ms(look)
        if next_ms is None:
            return LONGEST_WAIT_SECONDS
        if next_ms > now_ms:
            return max(0.05, (next_ms - now_ms) / 1000)
        async with self._store.read() as tx:
            mail = await mails.due(tx, now_ms=now_ms)
        if mail is not None:
            failure = await self._try(mail)
            await insist(self._store, self._bus, partial(self._settle, mail, failure))
        return 0.0

    async def _try(self, mail: MailRow) -> NotSent | None:
        """Make one try; None is sent. The unit's barrier: the next one goes on."""
        sender = self._server.sender
        if sender is None:
            return NOT_CONFIGURED
        try:
            letter = await self._written(mail, sender)
            return _NOT_THEIRS if letter is None else await self._server.hand_over(letter)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - the unit's barrier: it counts as a failed try
            _log.error(
                "mail_try_failed", mail=mail.id, error=type(error).__name__, trace=trace(error)
            )
            return ERROR_OF_OURS

    async def _written(self, mail: MailRow, sender: str) -> EmailMessage | None:
        """Write it; None where it is not for its recipient any more."""
        if mail.kind is None:
            return written(await self._letter(mail, sender), self._gateway.language)
        if mail.kind == DAILY:
            return await self._digest(mail, sender)
        async with self._store.read() as tx:
            told = await notice_of(tx, mail, default=self._gateway.language)
        if told is None:
            return None
        letter = Notice(
            id=mail.id,
            recipient=mail.recipient,
            sender=sender,
            business=self._gateway.name,
            said=told.said,
            at=datetime.fromtimestamp(mail.created_at_ms // 1000, tz=self._zone),
        )
        return notice(letter, told.language)

    async def _digest(self, mail: MailRow, sender: str) -> EmailMessage | None:
        composed = await self._daily.for_person(mail.person_id or "", Days.parse(mail.rule))
        if composed is None:
            return None
        envelope = Envelope(
            id=mail.id,
            recipient=mail.recipient,
            sender=sender,
            business=self._gateway.name,
            at=datetime.fromtimestamp(mail.created_at_ms // 1000, tz=self._zone),
        )
        return daily(envelope, composed.words)

    async def _letter(self, mail: MailRow, sender: str) -> Letter:
        async with self._store.read() as tx:
            conversation = await reading.get(tx, mail.conversation_id or "")
            of = mail.message_id
            message = None if of is None else await queries.get_message(tx, of)
            if conversation is None or (message is None and of is not None):
                raise LookupError(mail.conversation_id, of)
            caller = await shown_at(tx, mail.recipient, conversation)
        at_ms = mail.created_at_ms if message is None else message.created_at_ms
        return Letter(
            id=mail.id,
            recipient=mail.recipient,
            sender=sender,
            business=self._gateway.name,
            who=caller.who,
            number=caller.number,
            what=what_of(message),
            text="" if message is None else message.text or "",
            rule=mail.rule,
            at=datetime.fromtimestamp(at_ms // 1000, tz=self._zone),
        )

    async def _settle(self, mail: MailRow, failure: NotSent | None, tx: AsyncConnection) -> bool:
        """Record the try; true where somebody is told."""
        now_ms, tries = self._clock.now_ms(), mail.tries + 1
        failing = mail.tries >= REPORTED_AFTER
        error = None if failure is None else failure.code
        if failure is None:
            state, told, next_ms = MailState.SENT, "sent" if failing else None, now_ms
        elif failure.for_good or tries > len(RETRY_SECONDS):
            state, told, next_ms = MailState.FAILED, "failed", now_ms
        else:
            pause = RETRY_SECONDS[tries - 1] * (1 + JITTER * _random.uniform(-1, 1))
            state, next_ms = MailState.PENDING, now_ms + round(pause * 1000)
            told = "failing" if tries == REPORTED_AFTER else None
        if not await mails.settle(tx, mail, state, error=error, next_ms=next_ms, now_ms=now_ms):
            return False  # erased meanwhile
        if failure is not None:
            _log.warning(
                "mail_not_sent", mail=mail.id, tries=tries, state=state.value, reason=error
            )
        if told is not None:
            await mails.tell(tx, mail, told, reason=error, now_ms=now_ms)
        return told is not None
