"""Verbs that send, list, read and delete messages, PDU mode only (27.005 §3.2-§4).

Owns the form of the answers; what a PDU says is modem.pdu's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from modem.at.command import Command, Deadline, Expect
from modem.at.errors import BadReply
from modem.at.fields import decode_hex, fields_of, number_at

_REFERENCE_MAX: Final = 0xFF
_HEX_DIGITS_MAX: Final = 2 * (12 + 176)
"""A service-centre address of 12 octets and a TPDU of 176 (23.040 §9.2.3)."""


class Stat(IntEnum):
    """A stored message's status in PDU mode (27.005 §3.1)."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3
    ALL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPdu:
    """One slot. ``pdu`` is service centre and TPDU."""

    index: int
    status: int
    pdu: bytes
    whole: bool = True
    """Whether the length that the modem declares is that of the TPDU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A store's messages. Corrupt records are to be read one by one by +CMGR."""

    entries: tuple[StoredPdu, ...]
    corrupt: int = 0
    corrupt_indexes: tuple[int, ...] = ()
    """The slots of the corrupt records, as far as they could be read."""


def cmgf_pdu() -> Command:
    """AT+CMGF=0: PDU mode."""
    return Command(line=b"AT+CMGF=0", deadline=Deadline.INSTANT)


def cmgl() -> Command:
    """AT+CMGL=4: list all; its deadline is silence, for a full store takes long."""
    return Command(
        line=b"AT+CMGL=4",
        prefixes=(b"+CMGL:",),
        expects=Expect.PREFIXED_PDU,
        deadline=Deadline.NORMAL,
        deadline_is_silence=True,
    )


def parse_cmgl(lines: Sequence[bytes]) -> Listing:
    """Pair headers with their PDUs. Total: what does not pair is counted as corrupt."""
    entries: list[StoredPdu] = []
    corrupt: list[int | None] = []
    header: bytes | None = None
    for line in lines:
        pdu = decode_hex(line)
        if pdu is None:
            if header is not None:
                corrupt.append(number_at(fields_of(header), 0))
            header = line
            continue
        entry = None if header is None else _entry(header, pdu)
        if entry is None or not entry.whole:
            corrupt.append(None if header is None else number_at(fields_of(header), 0))
        else:
            entries.append(entry)
        header = None
    if header is not None:
        corrupt.append(number_at(fields_of(header), 0))
    return Listing(
        entries=tuple(entries),
        corrupt=len(corrupt),
        corrupt_indexes=tuple(index for index in corrupt if index is not None),
    )


def _entry(header: bytes, pdu: bytes) -> StoredPdu | None:
    """``+CMGL: <index>,<stat>,[<alpha>],<length>``."""
    fields = fields_of(header)
    index, status = number_at(fields, 0), number_at(fields, 1)
    if index is None or status is None:
        return None
    return StoredPdu(index=index, status=status, pdu=pdu, whole=_is_whole(pdu, fields[-1].number))


def _is_whole(pdu: bytes, declared: int | None) -> bool:
    """Compare lengths: the declared one leaves out the service centre before the TPDU."""
    return len(pdu) > 0 and declared == len(pdu) - 1 - pdu[0]


def cmgr(index: int) -> Command:
    """AT+CMGR: read one slot."""
    return Command(line=b"AT+CMGR=%d" % index, prefixes=(b"+CMGR:",), expects=Expect.PREFIXED_PDU)


def parse_cmgr(lines: Sequence[bytes], *, index: int) -> StoredPdu | None:
    """Read a slot; ``None`` when it is empty. Raises ``BadReply`` when its PDU is not hex.

    A PDU of another length than declared is given all the same, with ``whole`` false.
    """
    header: bytes | None = None
    for line in lines:
        if (pdu := decode_hex(line)) is None:
            header = line
        elif header is not None:
            fields = fields_of(header)
            return StoredPdu(
                index=index,
                status=number_at(fields, 0) or 0,
                pdu=pdu,
                whole=_is_whole(pdu, fields[-1].number),
            )
    if header is not None and fields_of(header)[-1].number != 0:
        raise BadReply("+CMGR", "no PDU after its header", tuple(lines))
    return None


def cmgd(index: int) -> Command:
    """AT+CMGD: delete one slot."""
    return Command(line=b"AT+CMGD=%d" % index)


def cmgs(length: int, body: bytes) -> Command:
    """AT+CMGS: send. ``length`` is the TPDU's octets, ``body`` service centre and TPDU in hex.

    Raises ``ValueError`` for a body that is not the hex of so long a TPDU: typed into a prompt,
    anything else would become a message.
    """
    pdu = decode_hex(body)
    if pdu is None or not _is_whole(pdu, length) or len(body) > _HEX_DIGITS_MAX:
        raise ValueError("the body is not service centre and TPDU of the declared length, in hex")
    return Command(
        line=b"AT+CMGS=%d" % length,
        prefixes=(b"+CMGS:",),
        expects=Expect.PREFIXED,
        body=body,
        deadline=Deadline.NETWORK,
    )


def parse_cmgs(lines: Sequence[bytes]) -> int:
    """Read the message reference (TP-MR, 0-255)."""
    for line in lines:
        reference = number_at(fields_of(line), 0)
        if reference is not None and reference <= _REFERENCE_MAX:
            return reference
    raise BadReply("+CMGS", "no reference", tuple(lines))


def cnma() -> Command:
    """AT+CNMA: acknowledge what was pushed, under +CSMS=1 (27.005 §3.4.4)."""
    return Command(line=b"AT+CNMA")
