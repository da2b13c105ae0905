"""Network commands: registration, signal, operator, own number, calls, USSD (27.007 §6, §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.virtual.dialect import ERROR, OK, Form, Outcome, Request, cme, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.modem import VirtualModem

    Handler = Callable[[VirtualModem, Request], Outcome]

REGISTRATION_VERBS = frozenset({"+CREG", "+CGREG", "+CEREG"})
SEARCHING = 2
LAC, CELL = "00C3", "01A2B3C4"
OPERATOR_NAME, OPERATOR_CODE = "Virtuel QC", "302720"


def _registration(modem: VirtualModem, request: Request) -> Outcome:
    detail = modem.settings.registration_detail.get(request.verb, 0)
    match request.form:
        case Form.TEST:
            return said(f"{request.verb}: (0-2)")
        case Form.READ:
            pass
        case _:
            wanted = request.number(0)
            if wanted is None or wanted > 2:  # noqa: PLR2004  # 27.007 §7.2: 0..2
                return cme(50)
            modem.settings.registration_detail[request.verb] = wanted
            return OK
    state = modem.registration if modem.in_service else _unregistered(modem)
    cell = f',"{LAC}","{CELL}"' if detail > 1 and modem.in_service else ""
    return said(f"{request.verb}: {detail},{state}{cell}")


def _unregistered(modem: VirtualModem) -> int:
    if modem.settings.functionality != 1:
        return 0
    return SEARCHING if modem.registration in {1, 5} else modem.registration


def _signal(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return said("+CSQ: (0-31,99),(0-7,99)")
    return said(f"+CSQ: {modem.signal if modem.settings.functionality == 1 else 99},99")


def _packet_attachment(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.READ:
        return said(f"+CGATT: {int(modem.in_service)}")
    return OK


def _operator(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            if not modem.in_service:
                return said("+COPS: 0")
            numeric = modem.settings.registration_detail.get("+COPS", 0) == 2  # noqa: PLR2004 - numeric
            name = OPERATOR_CODE if numeric else OPERATOR_NAME
            return said(f'+COPS: 0,{2 if numeric else 0},"{name}"')
        case Form.TEST:
            return said(
                f'+COPS: (2,"{OPERATOR_NAME}","VQC","{OPERATOR_CODE}"),,(0,1,2,3,4),(0,1,2)'
            )
        case _:
            mode, shape = request.number(0), request.number(1)
            if mode is None or shape is None:
                return cme(50)
            if request.text(1):
                modem.settings.registration_detail["+COPS"] = shape
            if mode == 0 and not modem.in_service:
                modem.later(modem.registration_ms, modem.radio_on)
            return OK


def _own_number(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return OK
    trouble = modem.sim_trouble(message_service=False)
    if trouble is not None or not modem.number:
        return trouble or OK
    kind = 145 if modem.number.startswith("+") else 129
    return said(f'+CNUM: "","{modem.number}",{kind}')


def _caller_id(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CLIP: {int(modem.settings.caller_id)},1")
        case Form.TEST:
            return said("+CLIP: (0,1)")
        case _:
            modem.settings.caller_id = request.text(0) == "1"
            return OK


def _hang_up(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is not Form.TEST:
        modem.calls.end()
    return OK


def _answer_call(modem: VirtualModem, _: Request) -> Outcome:
    """SMS only: an answered call is lost at once."""
    modem.calls.end()
    return ERROR


def _ussd(modem: VirtualModem, request: Request) -> Outcome:
    return modem.ussd.execute(request)


def _phone_activity(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return said("+CPAS: (0,3,4)")
    return said(f"+CPAS: {3 if modem.calls.ringing else 0}")


def _accept(_: VirtualModem, __: Request) -> Outcome:
    return OK


RADIO_VERBS: dict[str, Handler] = {
    **dict.fromkeys(REGISTRATION_VERBS, _registration),
    "+CSQ": _signal,
    "+COPS": _operator,
    "+CGATT": _packet_attachment,
    "+CNUM": _own_number,
    "+CLIP": _caller_id,
    "+CRC": _accept,
    "+CVHU": _accept,
    "+CHUP": _hang_up,
    "H": _hang_up,
    "A": _answer_call,
    "D": _answer_call,
    "+CUSD": _ussd,
    "+CPAS": _phone_activity,
}
