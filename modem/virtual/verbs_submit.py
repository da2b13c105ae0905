"""Sending: +CMGS, +CMGW and +CMSS, with the faults that tell honest gateways from others."""

from __future__ import annotations

from binascii import Error as BinasciiError
from binascii import unhexlify
from functools import partial
from typing import TYPE_CHECKING

from modem.pdu.errors import PduError
from modem.virtual import air, text_mode
from modem.virtual.dialect import (
    OK,
    Form,
    Later,
    Outcome,
    Prompt,
    Request,
    Silence,
    cms,
    ordered_error,
    said,
)
from modem.virtual.faults import FaultKind
from modem.virtual.stores import Status, Stored, locate, put
from modem.virtual.verbs_messages import needs_sim

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.modem import VirtualModem

    Handler = Callable[[VirtualModem, Request], Outcome]

NETWORK_TIMEOUT = "332"
INVALID_PDU_PARAMETER, INVALID_TEXT_PARAMETER = 304, 305
INVALID_INDEX, MEMORY_FULL = 321, 322
SERVICE_CENTRE_UNKNOWN, NO_NETWORK = 330, 331
MAX_TPDU = 164  # octets of an SMS-SUBMIT


def _send(modem: VirtualModem, request: Request) -> Outcome:
    return _ask_for_body(modem, request, lambda frame: _submit(modem, request.verb, frame))


def _write(modem: VirtualModem, request: Request) -> Outcome:
    def keep(frame: bytes) -> Outcome:
        stored = Stored(status=Status.UNSENT, pdu=frame)
        place = put(modem.stores, modem.settings.memories[1], stored)
        return cms(MEMORY_FULL) if place is None else said(f"+CMGW: {place.shown}")

    return _ask_for_body(modem, request, keep)


def _ask_for_body(
    modem: VirtualModem, request: Request, use: Callable[[bytes], Outcome]
) -> Outcome:
    if request.form is Form.TEST:
        return OK
    if modem.settings.text_mode:
        return _ask_for_text(modem, request, use)
    length = request.number(0)
    if length is None or not 1 <= length <= MAX_TPDU:
        return cms(INVALID_PDU_PARAMETER)

    def finish(body: bytes) -> Outcome:
        frame = _frame(body, length)
        return cms(INVALID_PDU_PARAMETER) if frame is None else use(frame)

    return Prompt(verb=request.verb, finish=finish)


def _ask_for_text(
    modem: VirtualModem, request: Request, use: Callable[[bytes], Outcome]
) -> Outcome:
    to = text_mode.typed_address(modem.settings, request.text(0))

    def finish(body: bytes) -> Outcome:
        try:
            tpdu = text_mode.build_submit(modem.settings, to=to, body=body)
        except (PduError, ValueError):
            return cms(INVALID_TEXT_PARAMETER)
        return use(b"\0" + tpdu)

    return Prompt(verb=request.verb, finish=finish)


def _frame(body: bytes, length: int) -> bytes | None:
    """Read the hex body; None unless its TPDU has the announced length."""
    try:
        frame = unhexlify(body.strip())
    except BinasciiError:
        return None
    return frame if frame and len(frame) == 1 + frame[0] + length else None


def _submit(modem: VirtualModem, verb: str, frame: bytes) -> Outcome:
    """Carry a frame to the network, after the time that takes."""
    if not modem.in_service:
        return cms(NO_NETWORK)
    if frame[0] == 0 and not modem.service_centre:
        return cms(SERVICE_CENTRE_UNKNOWN)
    refusal = modem.faults.take(FaultKind.SUBMIT_ERROR, verb)
    if refusal is not None:
        code = refusal.code
        return Later(seconds=modem.submit_ms / 1000, finish=lambda: ordered_error(code))
    if modem.submit_ms == 0:
        return _hand_over(modem, verb, frame)
    return Later(seconds=modem.submit_ms / 1000, finish=lambda: _hand_over(modem, verb, frame))


def _hand_over(modem: VirtualModem, verb: str, frame: bytes) -> Outcome:
    modem.reference = (modem.reference + 1) % 256
    tpdu = air.with_reference(frame[1 + frame[0] :], modem.reference)
    cause = modem.network.submit(modem.number, tpdu)
    if modem.reference == 0:
        stall = modem.faults.take(FaultKind.STALL_AFTER_WRAP, verb)
        if stall is not None:
            modem.later(0, partial(modem.hang, stall.ms or None))
    if cause is not None:
        return cms(cause)
    error = modem.faults.take(FaultKind.ACCEPT_THEN_ERROR, verb)
    if error is not None:
        return ordered_error(error.code or NETWORK_TIMEOUT)
    if modem.faults.take(FaultKind.ACCEPT_THEN_SILENCE, verb):
        return Silence()
    return said(f"{verb}: {modem.reference}")


def _send_stored(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return OK
    index = request.number(0)
    place = None if index is None else locate(modem.stores, modem.settings.memories[1], index)
    stored = None if place is None else modem.stores[place.store].get(place.index)
    if stored is None or stored.status not in {Status.UNSENT, Status.SENT}:
        return cms(INVALID_INDEX)
    stored.status = Status.SENT
    return _submit(modem, request.verb, stored.pdu)


SUBMIT_VERBS: dict[str, Handler] = {
    "+CMGS": needs_sim(_send),
    "+CMGW": needs_sim(_write),
    "+CMSS": needs_sim(_send_stored),
}
