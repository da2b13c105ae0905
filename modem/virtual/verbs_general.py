"""General commands: V.250's, identity, error level, power, PIN (27.007 §5, §8; V.250)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.virtual.dialect import ERROR, OK, Form, Later, Outcome, Request, cme, said
from modem.virtual.ledger import Happening
from modem.virtual.settings import power_on_settings
from modem.virtual.sim import Lock

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.modem import VirtualModem

    Handler = Callable[[VirtualModem, Request], Outcome]

FULL_FUNCTIONALITY = 1
RADIO_OFF = 4
MAX_ERROR_LEVEL = 2


def _echo(modem: VirtualModem, request: Request) -> Outcome:
    if modem.personality.echo_settable:
        modem.settings.echo = request.text(0) not in {"", "0"}
    return OK


def _quiet(modem: VirtualModem, request: Request) -> Outcome:
    modem.settings.quiet = request.text(0) == "1"
    return OK


def _verbose(modem: VirtualModem, request: Request) -> Outcome:
    modem.settings.verbose = request.text(0) == "1"
    return OK


def _reset(modem: VirtualModem, _: Request) -> Outcome:
    """ATZ and AT&F: the profile, not the stores, the radio or the SIM."""
    fresh = power_on_settings(modem.personality)
    fresh.functionality = modem.settings.functionality
    modem.use_settings(fresh)
    return OK


def accept(_: VirtualModem, __: Request) -> Outcome:
    """Answer OK to what has no effect here."""
    return OK


def _information(modem: VirtualModem, _: Request) -> Outcome:
    make = modem.personality
    return said(
        f"Manufacturer: {make.manufacturer}",
        f"Model: {make.model}",
        f"Revision: {make.revision}",
        f"IMEI: {modem.imei}",
        "+GCAP: +CGSM",
    )


def _fixed(read: Callable[[VirtualModem], str], *, needs_sim: bool = False) -> Handler:
    """Make the handler of a command that tells one thing."""

    def handle(modem: VirtualModem, request: Request) -> Outcome:
        if request.form is Form.TEST:
            return OK
        trouble = modem.sim_trouble(message_service=False) if needs_sim else None
        return trouble or said(read(modem))

    return handle


def _error_level(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CMEE: {modem.settings.error_level}")
        case Form.TEST:
            return said("+CMEE: (0-2)")
        case _:
            level = request.number(0)
            if level is None or level > MAX_ERROR_LEVEL:
                return ERROR
            modem.settings.error_level = level
            return OK


def _functionality(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"+CFUN: {modem.settings.functionality}")
        case Form.TEST:
            return said("+CFUN: (0,1,4),(0,1)")
        case _:
            pass
    level, restart = request.number(0, FULL_FUNCTIONALITY), request.number(1)
    if level not in {0, FULL_FUNCTIONALITY, RADIO_OFF}:
        return cme(4)
    if restart == 1:
        modem.later(0, modem.reboot)
        return OK
    modem.settings.functionality = level
    if level != FULL_FUNCTIONALITY:
        modem.in_service = False
    elif modem.sim.lock is Lock.READY and not modem.in_service:
        modem.later(modem.registration_ms, modem.radio_on)
    return OK


def _pin(modem: VirtualModem, request: Request) -> Outcome:
    sim = modem.sim
    match request.form:
        case Form.READ:
            if modem.sim_busy and modem.personality.pin_query_waits:
                return cme(modem.personality.sim_busy_codes[0])
            return said(f"+CPIN: {sim.lock}")
        case Form.TEST:
            return OK
        case _:
            pass
    if sim.lock is Lock.READY:
        return cme(3)
    if sim.lock is Lock.PIN:
        right = sim.type_pin(request.text(0))
    else:
        right = sim.type_puk(request.text(0), request.text(1))
    modem.network.ledger.record(
        Happening.PIN, number=modem.number, detail="right" if right else "wrong"
    )
    if not right:
        return cme(12) if sim.lock is Lock.PUK else cme(16)
    modem.later(0, modem.sim_unlocked)
    return OK


def _pin_attempts(modem: VirtualModem, request: Request) -> Outcome:
    """Tell the attempts left, each make in its own words."""
    sim = modem.sim
    left = 0 if sim.lock is Lock.PUK else sim.attempts_left
    match request.verb:
        case "+CPINR":
            return said(f"+CPINR: SIM PIN,{left},3", "+CPINR: SIM PUK,10,10")
        case "^CPIN":
            return said(f"^CPIN: {sim.lock},{left},10,{left},10,3")
        case "+SPIC":
            return said(f"+SPIC: {left},10,3,10")
        case _:
            return said(f'+QPINC: "SC",{left},10', '+QPINC: "P2",3,10')


def _iccid(modem: VirtualModem, request: Request) -> Outcome:
    if request.form is Form.TEST:
        return OK
    if request.verb == "+CICCID":
        return said(f"+ICCID: {modem.sim.iccid}")
    return said(f"{request.verb}: {modem.sim.iccid}")


def _character_set(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f'+CSCS: "{modem.settings.character_set}"')
        case Form.TEST:
            return said('+CSCS: ("GSM","IRA","UCS2","HEX")')
        case _:
            wanted = request.text(0).upper()
            if wanted not in {"GSM", "IRA", "UCS2", "HEX"}:
                return cme(50)
            modem.settings.character_set = wanted
            return OK


def _chatter(modem: VirtualModem, request: Request) -> Outcome:
    match request.form:
        case Form.READ:
            return said(f"{request.verb}: {int(modem.settings.chatter)}")
        case Form.TEST:
            return said(f"{request.verb}: (0-1)")
        case _:
            modem.settings.chatter = request.text(0) != "0"
            return OK


def _slow_list(_: VirtualModem, __: Request) -> Outcome:
    """AT+CLAC: nobody should ask; some makes take for ever."""
    return Later(seconds=0.5, finish=lambda: ERROR)


CHATTER_VERBS = frozenset({"^CURC"})
ICCID_VERBS = frozenset({"+CCID", "^ICCID", "+QCCID", "+CICCID"})
PIN_ATTEMPT_VERBS = frozenset({"+CPINR", "^CPIN", "+SPIC", "+QPINC"})

_manufacturer = _fixed(lambda modem: modem.personality.manufacturer)
_model = _fixed(lambda modem: modem.personality.model)
_revision = _fixed(lambda modem: modem.personality.revision)
_serial = _fixed(lambda modem: modem.imei)

GENERAL_VERBS: dict[str, Handler] = {
    "E": _echo,
    "Q": _quiet,
    "V": _verbose,
    "Z": _reset,
    "&F": _reset,
    "&C": accept,
    "&D": accept,
    "&K": accept,
    "&S": accept,
    "&W": accept,
    "+IFC": accept,
    "+IPR": accept,
    "+ICF": accept,
    "S": accept,
    "X": accept,
    "L": accept,
    "M": accept,
    "I": _information,
    "+CGMI": _manufacturer,
    "+GMI": _manufacturer,
    "+CGMM": _model,
    "+GMM": _model,
    "+CGMR": _revision,
    "+GMR": _revision,
    "+CGSN": _serial,
    "+GSN": _serial,
    "+GCAP": _fixed(lambda _: "+GCAP: +CGSM"),
    "+CIMI": _fixed(lambda modem: modem.sim.imsi, needs_sim=True),
    "+CMEE": _error_level,
    "+CFUN": _functionality,
    "+CPIN": _pin,
    "+CSCS": _character_set,
    "+CLAC": _slow_list,
    **dict.fromkeys(CHATTER_VERBS, _chatter),
    **dict.fromkeys(ICCID_VERBS, _iccid),
    **dict.fromkeys(PIN_ATTEMPT_VERBS, _pin_attempts),
}
