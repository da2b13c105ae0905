"""The task that sees what is wrong with the service and tells its administrators.

What is to be told is kept in the transaction that queues the SMS for it. While the database takes
nothing there is no SMS; e-mail goes all the same.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from config.alarms import AlarmKind
from config.schema import Settings
from gatewayd.alarms.model import Memory, Moment, Notice, advance, joined
from gatewayd.alarms.texts import sentence
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import ModemDirectory, ModemView
from gatewayd.disk import disk_space
from gatewayd.mail.server import MailServer
from gatewayd.services.drafts import Draft, Policy, Refused, prepare
from storage import alarms, outbox
from storage.engine import Store
from storage.errors import StoreUnavailable
from storage.ids import Prefix, new_id
from storage.outbox import NewMessage
from storage.outbox.consent import EXEMPT

if TYPE_CHECKING:
    from gatewayd.tls.certificates import Certificates

LOOK_SECONDS = 30.0
SMS_VALID = timedelta(hours=12)
MAIL_KEPT = timedelta(days=1)
CERTIFICATE_BEFORE = timedelta(days=14)
AUTHOR = "alarm"
_WORKING = frozenset({"ready", "stopped"})
_MIB = 1 << 20

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """An e-mail that has not been taken yet."""

    to: str
    text: str
    at_ms: int


class Alarms:
    """One per daemon; where nobody is named, the log is told all the same."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        modems: ModemDirectory,
        certificates: "Certificates | None" = None,
        server: MailServer | None = None,
    ) -> None:
        self._settings = settings
        self._wanted = settings.alarms
        self._store = store
        self._bus = bus
        self._clock = clock
        self._modems = modems
        self._certificates = certificates
        self._server = server or MailServer(settings.smtp)
        self._memory = Memory()
        self._sms: list[Notice] = []
        self._mail: list[_Letter] = []
        self._kept = self._document(sms=())

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        await self._load()
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """See what is wrong, and tell what is to be told."""
        now_ms = self._clock.now_ms()
        new = advance(
            self._memory,
            self._observed(now_ms),
            now_ms=now_ms,
            after_ms=round(self._wanted.after.total_seconds() * 1000),
            most_per_day=self._wanted.most_per_day,
        )
        for notice in new:
            _log.warning("alarm", moment=notice.moment.value, trouble=notice.key)
        self._sms = joined(self._sms, new) if self._wanted.sms_to else []
        self._mail += [
            _Letter(to=to, text=self._words(notice), at_ms=now_ms)
            for notice in new
            for to in self._wanted.email_to
        ]
        await self._hand_over_mail(now_ms)
        await self._keep(now_ms)

    async def _load(self) -> None:
        try:
            async with self._store.read() as tx:
                found = await alarms.load(tx)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return
        self._memory = Memory.of(found)
        for trouble in self._memory.troubles.values():
            trouble.seen_ms = self._clock.now_ms()  # it lasted until we ended, or longer
        self._sms = [
            Notice(**each | {"moment": Moment(each["moment"])}) for each in found.get("sms", [])
        ]
        self._mail = [_Letter(**each) for each in found.get("mail", [])]
        self._kept = self._document(sms=self._sms)

    async def _keep(self, now_ms: int) -> None:
        """Queue the SMS that can go, and remember; all of it or nothing."""
        messages = self._messages(now_ms)
        document = self._document(sms=[] if messages else self._sms)
        if not messages and _essence(document) == _essence(self._kept):
            return

        async def unit(tx: AsyncConnection) -> None:
            for message in messages:
                await outbox.enqueue(tx, message, now_ms=now_ms)
            await alarms.keep(tx, document)

        try:
            await self._store.shielded(unit)
        except StoreUnavailable as error:
            _log.error("store_unavailable", reason=error.reason)
            return
        self._kept = document
        if messages:
            self._sms = []
            self._bus.publish(Topic.OUTBOX)

    def _document(self, *, sms: Sequence[Notice]) -> dict[str, Any]:
        return self._memory.as_json() | {
            "sms": [asdict(notice) for notice in sms],
            "mail": [asdict(letter) for letter in self._mail],
        }

    def _observed(self, now_ms: int) -> Mapping[str, str]:
        found = {}
        for view in self._modems.views():
            if view.state not in _WORKING:
                found[f"{AlarmKind.MODEM}:{view.name}"] = view.reason or view.state
        if self._store.write_trouble is not None:
            found[AlarmKind.STORE.value] = self._store.write_trouble
        disk = _disk(self._settings.gateway.data_dir)
        if disk is not None:
            found[AlarmKind.DISK.value] = disk
        if self._certificates is not None:
            ends = self._certificates.pair.not_after
            if ends - datetime.fromtimestamp(now_ms / 1000, tz=UTC) < CERTIFICATE_BEFORE:
                found[AlarmKind.CERTIFICATE.value] = f"{ends:%Y-%m-%d}"
        kinds = set(self._wanted.about)
        return {key: detail for key, detail in found.items() if key.partition(":")[0] in kinds}

    def _words(self, notice: Notice) -> str:
        gateway = self._settings.gateway
        return sentence(
            notice,
            business=gateway.name,
            language=gateway.language,
            zone=ZoneInfo(gateway.timezone),
        )

    def _messages(self, now_ms: int) -> list[NewMessage]:
        """Write the SMS; none while no modem works, not even one that has just come back."""
        able = [view for view in self._modems.views() if self._can_send(view)]
        if not self._sms or not able:
            return []
        inboxes = {modem.name: modem.inbox for modem in self._settings.modems}
        found = []
        for notice in self._sms:
            for to in self._wanted.sms_to:
                draft = Draft(to=to, text=self._words(notice), inbox=inboxes[able[0].name])
                message = self._message(draft, about=notice.key or notice.moment, now_ms=now_ms)
                if message is not None:
                    found.append(message)
        return found

    def _can_send(self, view: ModemView) -> bool:
        in_trouble = f"{AlarmKind.MODEM}:{view.name}" in self._memory.troubles
        return view.state == "ready" and not (view.muted or view.paused or in_trouble)

    def _message(self, draft: Draft, *, about: str, now_ms: int) -> NewMessage | None:
        policy = Policy.of(self._settings)
        prepared = prepare(draft, policy, now_ms=now_ms, concat_reference=secrets.randbelow(256))
        if isinstance(prepared, Refused):
            codes = ",".join(each.code for each in prepared.refusals)
            _log.error("alarm_not_sent", codes=codes)
            return None
        return NewMessage(
            id=new_id(Prefix.MESSAGE, now_ms=now_ms),
            to=prepared.to,
            text=draft.text,
            encoding=prepared.encoding,
            national=prepared.national,
            inbox=prepared.inbox,
            priority=0,
            send_at_ms=None,
            expires_at_ms=now_ms + round(SMS_VALID.total_seconds() * 1000),
            delivery_report=False,
            on_unknown="hold",
            client_reference=None,
            author_type=AUTHOR,
            author_id=about,
            author_name=AUTHOR,
            parts=prepared.parts,
            filed=False,
            consent_basis=EXEMPT,
        )

    async def _hand_over_mail(self, now_ms: int) -> None:
        """Try each; what is not taken is tried at the next look, for a day."""
        sender = self._server.sender
        left = []
        for letter in self._mail:
            if sender is None or now_ms - letter.at_ms > MAIL_KEPT / timedelta(milliseconds=1):
                _log.error("alarm_mail_given_up")
                continue
            failure = await self._server.hand_over(_mail(letter, sender))
            if failure is None:
                continue
            _log.warning("alarm_mail_not_sent", reason=failure.code)
            if not failure.for_good:
                left.append(letter)
        self._mail = left


def _essence(document: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out when a trouble was seen last: that it lasts is not worth a write each time."""
    troubles = {key: (each["since_ms"], each["told"]) for key, each in document["troubles"].items()}
    return {**document, "troubles": troubles}


def _disk(folder: Path) -> str | None:
    space = disk_space(folder)
    return f"{space.free_bytes // _MIB} MiB" if space.is_low else None


def _mail(letter: _Letter, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = letter.to
    mail["Subject"] = letter.text
    mail["Date"] = format_datetime(datetime.fromtimestamp(letter.at_ms / 1000, tz=UTC))
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{letter.text}\n")
    return mail
