"""The virtual mobile network: subscribers, a service centre that keeps and retries, reports.

Owns what is on its way to each number, and the ledger. What cannot be handed over now (modem off,
store full, nobody listening) waits here, as it does in a real service centre. Knows no AT.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta, timezone
from enum import Enum
from random import Random
from typing import TYPE_CHECKING, Protocol

from modem.pdu.errors import PduError
from modem.virtual import air
from modem.virtual.ledger import Happening, Ledger
from modem.virtual.scheduler import LoopScheduler, Scheduler
from modem.virtual.ussd import PLAN_MENU, UssdPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

INVALID_MANDATORY_INFORMATION = 96  # 24.011 annex E
MAX_JOINED = 256  # unfinished concatenated messages kept per network


class Offer(Enum):
    """What a handset does with a PDU that the network offers."""

    TAKEN = "taken"
    LATER = "later"  # not now: the network keeps it until `resume`
    WAITING = "waiting"  # handed to the computer, whose acknowledgement is awaited


class Handset(Protocol):
    """The network's view of a modem."""

    def offer(self, tpdu: bytes) -> tuple[Offer, str]:
        """Take a DELIVER or a STATUS-REPORT; the text says where it went, for the ledger."""


@dataclass(slots=True, kw_only=True)
class Recipient:
    """How a number behaves: what becomes of messages to it."""

    status: int = 0  # TP-ST of its reports
    refuse: int | None = None  # an RP cause: submits to it are refused
    report_delay_ms: int | None = None  # None: the network's
    reports: bool = True  # False: its network never reports


@dataclass(slots=True)
class _Mailbox:
    handset: Handset | None = None
    messages: deque[bytes] = field(default_factory=deque)
    reports: deque[bytes] = field(default_factory=deque)
    waiting: bytes | None = None  # handed over, not yet acknowledged
    last: bytes | None = None  # for re-delivery


class VirtualNetwork:
    """A deterministic network. Times are the scheduler's; `zone_minutes` is the centre's zone."""

    def __init__(
        self,
        *,
        scheduler: Scheduler | None = None,
        seed: int = 0,
        report_delay_ms: int = 0,
        service_centre: str = "+15149876543",
        zone_minutes: int = -300,
        ledger_path: Path | None = None,
    ) -> None:
        self.scheduler: Scheduler = scheduler or LoopScheduler()
        self.random = Random(seed)  # noqa: S311  # repeatable, not secret
        self.report_delay_ms = report_delay_ms
        self.service_centre = service_centre
        self.ledger = Ledger(now=self.scheduler.now, path=ledger_path)
        self.recipients: dict[str, Recipient] = {}
        self.ussd: dict[str, str | UssdPage] = {
            "*100#": "Solde / balance: 12.34 CAD",
            "*101#": PLAN_MENU,
        }
        self._zone = timezone(timedelta(minutes=zone_minutes))
        self._mailboxes: dict[str, _Mailbox] = {}
        self._hooks: list[Callable[[str, str, str], object]] = []
        self._joining: dict[tuple[str, str, int, int], dict[int, air.Submitted]] = {}
        self._concat_reference = self.random.randrange(256)

    # Subscribers

    def attach(self, number: str, handset: Handset) -> None:
        """Give a number to a modem; what waits for it is handed over when it resumes."""
        self._mailbox(number).handset = handset

    def detach(self, number: str) -> None:
        """Take a number from its modem: what comes for it waits in the network."""
        self._mailbox(number).handset = None

    def on_text(self, hook: Callable[[str, str, str], object]) -> None:
        """Call `hook(sender, recipient, text)` for each whole message the network accepted."""
        self._hooks.append(hook)

    def waiting(self, number: str) -> int:
        """Return how many PDUs wait for this number."""
        mailbox = self._mailbox(number)
        return len(mailbox.messages) + len(mailbox.reports) + (mailbox.waiting is not None)

    # From a modem

    def submit(self, number: str, tpdu: bytes) -> int | None:
        """Take an SMS-SUBMIT; None means accepted, else the RP cause of the refusal."""
        try:
            sent = air.read_submit(tpdu)
        except PduError as error:
            self.ledger.record(
                Happening.REFUSED, number=number, detail=f"96 {error.detail}", pdu=tpdu
            )
            return INVALID_MANDATORY_INFORMATION
        recipient = self.recipients.get(sent.to, Recipient())
        if recipient.refuse is not None:
            self.ledger.record(
                Happening.REFUSED,
                number=number,
                peer=sent.to,
                detail=str(recipient.refuse),
                pdu=tpdu,
            )
            return recipient.refuse
        self.ledger.record(
            Happening.ACCEPTED,
            number=number,
            peer=sent.to,
            reference=sent.reference,
            part=sent.part,
            parts=sent.parts,
            text=sent.text,
            report=sent.report,
            pdu=tpdu,
        )
        accepted_at = self._centre_time()
        if sent.report and recipient.reports:
            self._schedule_report(number, sent, recipient, accepted_at)
        if sent.to in self._mailboxes:
            self._arrive(sent.to, air.forward(sent, from_=number, at=accepted_at))
        self._join(number, sent)
        return None

    def _schedule_report(
        self, number: str, sent: air.Submitted, recipient: Recipient, accepted_at: datetime
    ) -> None:
        delay_ms = recipient.report_delay_ms
        if delay_ms is None:
            delay_ms = self.report_delay_ms

        def report() -> None:
            tpdu = air.build_report(
                sent, status=recipient.status, accepted_at=accepted_at, done_at=self._centre_time()
            )
            self._mailbox(number).reports.append(tpdu)
            self.resume(number)

        self.scheduler.call_later(delay_ms / 1000, report)

    def _join(self, number: str, sent: air.Submitted) -> None:
        if sent.text is None and sent.parts == 1:
            return  # binary: nobody reads it
        if sent.parts == 1:
            self._complete(number, sent.to, sent.text or "")
            return
        key = (number, sent.to, sent.concat_reference, sent.parts)
        if key not in self._joining and len(self._joining) >= MAX_JOINED:
            self._joining.pop(next(iter(self._joining)))
        parts = self._joining.setdefault(key, {})
        parts[sent.part] = sent
        if len(parts) == sent.parts:
            del self._joining[key]
            self._complete(number, sent.to, air.join_text(parts))

    def _complete(self, number: str, to: str, text: str) -> None:
        self.ledger.record(Happening.TEXT, number=number, peer=to, text=text)
        for hook in self._hooks:
            hook(number, to, text)

    # To a modem

    def text_in(self, *, to: str, from_: str, text: str, message_class: int | None = None) -> int:
        """Send a text to a modem's number; returns the number of parts. Raises PduError."""
        self._concat_reference = (self._concat_reference + 1) % 256
        parts = air.build_deliveries(
            from_=from_,
            text=text,
            at=self._centre_time(),
            concat_reference=self._concat_reference,
            message_class=message_class,
        )
        for tpdu in parts:
            self._arrive(to, tpdu)
        return len(parts)

    def deliver_pdu(self, *, to: str, tpdu: bytes) -> None:
        """Send any TPDU, as broken as wished, to a modem's number."""
        mailbox = self._mailbox(to)
        (mailbox.reports if air.is_report(tpdu) else mailbox.messages).append(tpdu)
        self.resume(to)

    def last_delivered(self, number: str) -> bytes | None:
        """Return the last message that this number's modem took; None if there was none."""
        return self._mailbox(number).last

    def redeliver(self, number: str) -> bool:
        """Deliver the last message again, unchanged; False if there was none."""
        last = self.last_delivered(number)
        if last is not None:
            self._arrive(number, last)
        return last is not None

    def resume(self, number: str) -> None:
        """Hand over what waits for this number, as far as its modem takes it now."""
        mailbox = self._mailbox(number)
        if mailbox.handset is None:
            return
        for queue in (mailbox.messages, mailbox.reports):
            while queue and mailbox.waiting is None:
                offer, where = mailbox.handset.offer(queue[0])
                if offer is Offer.LATER:
                    break
                tpdu = queue.popleft()
                if offer is Offer.WAITING:
                    mailbox.waiting = tpdu
                else:
                    self._handed_over(number, mailbox, tpdu, where)

    def acknowledge(self, number: str, *, taken: bool) -> None:
        """Settle the PDU whose acknowledgement was awaited; what was not taken comes again."""
        mailbox = self._mailbox(number)
        tpdu, mailbox.waiting = mailbox.waiting, None
        if tpdu is None:
            return
        if taken:
            self._handed_over(number, mailbox, tpdu, "pushed, acknowledged")
        else:
            (mailbox.reports if air.is_report(tpdu) else mailbox.messages).appendleft(tpdu)
            self.ledger.record(Happening.RETURNED, number=number, pdu=tpdu)

    def _arrive(self, number: str, tpdu: bytes) -> None:
        self._mailbox(number).messages.append(tpdu)
        self.resume(number)

    def _handed_over(self, number: str, mailbox: _Mailbox, tpdu: bytes, where: str) -> None:
        if air.is_report(tpdu):
            reference, status = air.report_facts(tpdu)
            self.ledger.record(
                Happening.REPORTED,
                number=number,
                reference=reference,
                status=status,
                detail=where,
                pdu=tpdu,
            )
            return
        mailbox.last = tpdu
        self.ledger.record(
            Happening.DELIVERED,
            number=number,
            peer=air.originator(tpdu),
            text=air.delivered_text(tpdu),
            detail=where,
            pdu=tpdu,
        )

    def _mailbox(self, number: str) -> _Mailbox:
        return self._mailboxes.setdefault(number, _Mailbox())

    def _centre_time(self) -> datetime:
        return self.scheduler.now().astimezone(self._zone)
