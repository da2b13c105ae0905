"""Parts of one incoming message, put together in any order, over restarts, with gaps shown.

Works inside the caller's transaction. Which bytes are a copy is ingest's to say.
"""

from dataclasses import dataclass, replace
from typing import Protocol, Self

from sqlalchemy.ext.asyncio import AsyncConnection

from gatewayd.line import Line
from gatewayd.numbers import canonical
from modem.pdu import Concatenation, Deliver, ServiceCentreTime, assemble, decode_incoming
from modem.pdu.dcs import Alphabet
from storage import groups, inbound
from storage.groups import GroupKey, GroupRow
from storage.ids import Prefix, new_id
from storage.inbound import NewIncoming
from storage.unread import PLACEHOLDER

SAME_MESSAGE_MS = 3_600_000
"""Parts of one message reach the service centre together, however late they reach us."""

UNKNOWN_SENDER = "unknown"

WAP_PUSH_PORT = 2948
FLASH_CLASS = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part whose raw PDU has been inserted."""

    pdu_id: str
    deliver: Deliver
    concatenation: Concatenation


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What people see of a message."""

    text: str | None
    kind: str
    encoding: str
    total: int
    present: int

    @property
    def complete(self) -> bool:
        """Every part is there."""
        return self.present == self.total

    @classmethod
    def of_single(cls, deliver: Deliver) -> Self:
        """A message in one part."""
        return cls(
            text=deliver.text,
            kind=kind_of(deliver),
            encoding=encoding_of(deliver),
            total=1,
            present=1,
        )

    @classmethod
    def of_parts(cls, parts: dict[int, Deliver], total: int) -> Self:
        """A message in parts, some of which may be missing."""
        first = parts[min(parts)]
        return cls(
            text=assemble(parts, total).text,
            kind=kind_of(first),
            encoding=encoding_of(first),
            total=total,
            present=len(parts),
        )


class Receiver(Protocol):
    """Who writes a message that is shown for the first time, and does what is to be done then."""

    async def receive(
        self, tx: AsyncConnection, message: NewIncoming, *, line: Line, now_ms: int
    ) -> bool:
        """Insert the message; tell whether anything is to be sent because of it."""
        ...


class Reassembly:
    """The waiting parts of one inbox; without ``receiver`` a message is filed, and that is all."""

    def __init__(
        self, *, country: str | None, inbox: str, receiver: Receiver | None = None
    ) -> None:
        self._country = country
        self._inbox = inbox
        self._receiver = receiver

    async def add(self, tx: AsyncConnection, part: Part, *, line: Line, now_ms: int) -> bool:
        """Add a part to its group; show the message once it is whole, or fill its gap.

        Tells whether anything is to be sent because of it.
        """
        group = await self.join(tx, part, line=line, now_ms=now_ms)
        if group.message_id is None and group.present != group.key.total:
            return False
        return await self.show_group(tx, group, line=line, now_ms=now_ms)

    async def join(self, tx: AsyncConnection, part: Part, *, line: Line, now_ms: int) -> GroupRow:
        """Add a part to its group, new or waiting, and show nothing yet."""
        group_id = await self._group_for(tx, part, line=line, now_ms=now_ms)
        return await groups.add_to_group(
            tx,
            group_id=group_id,
            number=part.concatenation.number,
            pdu_id=part.pdu_id,
            now_ms=now_ms,
        )

    async def _group_for(self, tx: AsyncConnection, part: Part, *, line: Line, now_ms: int) -> str:
        key = GroupKey(
            holder=line.iccid or line.modem,
            sender=canonical(part.deliver.originator.text, country=self._country).text,
            reference=part.concatenation.reference,
            wide=part.concatenation.wide,
            total=part.concatenation.total,
        )
        number = part.concatenation.number
        nearest: tuple[int, str] | None = None
        for group in await groups.open_groups(tx, key, number=number):
            apart_ms = await self._apart_ms(tx, group, part.deliver)
            if apart_ms <= SAME_MESSAGE_MS and (nearest is None or apart_ms < nearest[0]):
                nearest = apart_ms, group.id
        return nearest[1] if nearest else await groups.create_group(tx, key, now_ms=now_ms)

    @staticmethod
    async def _apart_ms(tx: AsyncConnection, group: GroupRow, deliver: Deliver) -> int:
        """How far from the group's parts it was sent; 0 where the service centre does not tell.

        Phones reuse references: these times tell two messages apart.
        """
        at_ms = _ms(deliver.time)
        for other in await groups.group_parts(tx, group.id):
            tpdu = decode_incoming(other.raw).tpdu
            other_ms = _ms(tpdu.time) if isinstance(tpdu, Deliver) else None
            if at_ms is not None and other_ms is not None:
                return abs(at_ms - other_ms)
        return 0

    @staticmethod
    async def parts_of(tx: AsyncConnection, group: GroupRow) -> dict[int, Deliver]:
        """Read the parts that are there, by number."""
        parts: dict[int, Deliver] = {}
        for row in await groups.group_parts(tx, group.id):
            tpdu = decode_incoming(row.raw).tpdu
            if isinstance(tpdu, Deliver):
                parts[row.number] = tpdu
        return parts

    async def show_group(
        self, tx: AsyncConnection, group: GroupRow, *, line: Line, now_ms: int
    ) -> bool:
        """Show what is there: a new message, or the same one with fewer gaps.

        Tells whether anything is to be sent because of it.
        """
        to_send = False
        parts = await self.parts_of(tx, group)
        shown = Shown.of_parts(parts, group.key.total)
        message_id = group.message_id or new_id(Prefix.MESSAGE, now_ms=now_ms)
        if group.message_id is None:
            first = parts[min(parts)]
            to_send = await self.show(tx, message_id, first, shown, line=line, now_ms=now_ms)
        else:
            await inbound.update_incoming_text(
                tx,
                message_id=message_id,
                text=shown.text,
                encoding=shown.encoding,
                parts_present=shown.present,
                complete=shown.complete,
                now_ms=now_ms,
            )
        await groups.finish_group(
            tx, group_id=group.id, message_id=message_id, complete=shown.complete
        )
        return to_send

    async def show_broken(
        self, tx: AsyncConnection, group: GroupRow, *, line: Line, now_ms: int
    ) -> None:
        """Show that there is something which could not be put together; its parts are kept."""
        message = replace(
            self.unreadable(
                new_id(Prefix.MESSAGE, now_ms=now_ms),
                "the parts of this message cannot be put together; they are kept",
                line=line,
            ),
            from_=group.key.sender,
            parts_total=group.key.total,
            parts_present=group.present,
            complete=False,
        )
        await inbound.insert_incoming(tx, message, now_ms=now_ms)
        await groups.finish_group(tx, group_id=group.id, message_id=message.id, complete=False)

    def unreadable(self, message_id: str, detail: str, *, line: Line) -> NewIncoming:
        """Describe a message of which nothing can be read: people see that it is there."""
        return NewIncoming(
            id=message_id,
            from_=UNKNOWN_SENDER,
            to_number=line.number,
            text=None,
            encoding="unknown",
            inbox=self._inbox,
            modem=line.modem,
            iccid=line.iccid,
            kind=PLACEHOLDER,
            sc_time_ms=None,
            parts_total=1,
            parts_present=1,
            complete=True,
            error_code="undecoded",
            error_detail=detail,
        )

    async def show(
        self,
        tx: AsyncConnection,
        message_id: str,
        deliver: Deliver,
        shown: Shown,
        *,
        line: Line,
        now_ms: int,
    ) -> bool:
        """Insert the message that people see; ``deliver`` is its first part that is there.

        Tells whether anything is to be sent because of it.
        """
        message = self.readable(message_id, deliver, shown, line=line)
        if self._receiver is None:
            await inbound.insert_incoming(tx, message, now_ms=now_ms)
            return False
        return await self._receiver.receive(tx, message, line=line, now_ms=now_ms)

    def readable(
        self, message_id: str, deliver: Deliver, shown: Shown, *, line: Line
    ) -> NewIncoming:
        """Describe the message that people see."""
        return NewIncoming(
            id=message_id,
            from_=canonical(deliver.originator.text, country=self._country).text,
            to_number=line.number,
            text=shown.text,
            encoding=shown.encoding,
            inbox=self._inbox,
            modem=line.modem,
            iccid=line.iccid,
            kind=shown.kind,
            sc_time_ms=_ms(deliver.time),
            parts_total=shown.total,
            parts_present=shown.present,
            complete=shown.complete,
        )


def kind_of(deliver: Deliver) -> str:
    """What sort of message it is, for people: text, flash, mms, voicemail, data."""
    ports = deliver.header.ports if deliver.header else None
    if ports is not None and ports.destination == WAP_PUSH_PORT:
        return "mms"
    if deliver.coding.message_waiting is not None:
        return "voicemail"
    if deliver.text is None:
        return "data"
    return "flash" if deliver.coding.message_class == FLASH_CLASS else "text"


def encoding_of(deliver: Deliver) -> str:
    """How it was written, in the API's words."""
    return {Alphabet.GSM7: "gsm7", Alphabet.UCS2: "ucs2", Alphabet.DATA8: "data8"}[
        deliver.coding.alphabet
    ]


def _ms(time: ServiceCentreTime) -> int | None:
    return None if time.utc is None else round(time.utc.timestamp() * 1000)
