"""Checks of what the daemon tells of each modem: SIM, network, signal, store, work. Pure."""

from collections.abc import Iterator

import phonenumbers

from gatewayd.doctor.facts import Facts, ModemFacts
from gatewayd.doctor.findings import Code, Finding, Sign
from gatewayd.doctor.reasons import PORT_CODES, code_of
from gatewayd.refusals import INCIDENT as REFUSED

WEAK_DBM = -105
"""+CSQ 4: from here on, sends fail now and then."""

STORE_FULL_PER_CENT = 80
_NORTH_AMERICA = 1
_LOW_CREDIT = "low_credit: "
_SIM_CODES = frozenset(
    {
        Code.NO_SIM,
        Code.SIM_FAILURE,
        Code.SIM_UNCLEAR,
        Code.PIN_MISSING,
        Code.PIN_REFUSED,
        Code.PIN_ATTEMPTS,
        Code.SIM_PUK,
        Code.SIM_LOCKED,
        Code.MODEM_UNFIT,
        Code.OTHER_MODEM,
    }
)


def modems(facts: Facts) -> Iterator[Finding]:
    """Everything about each modem, the gravest first."""
    for name, problem in facts.config.pins.items():
        yield Finding(code=Code.PIN_UNREADABLE, subject=name, evidence={Sign.SAID: problem})
    for modem in facts.daemon.modems:
        state = _state(facts, modem)
        if state is not None:
            yield state
        yield from _standing_facts(modem)


def phone_sim(facts: Facts) -> Iterator[Finding]:
    """Nothing on this side can show whether a SIM is still known as a phone's: say it once."""
    settings = facts.config.settings
    real = settings is not None and any(
        not modem.device.startswith("virtual:") for modem in settings.modems
    )
    if real:
        yield Finding(code=Code.PHONE_SIM)


def unknown_messages(facts: Facts) -> Iterator[Finding]:
    """What the modems left in doubt, a person may have to settle."""
    count = facts.daemon.unknown_messages
    if count:
        yield Finding(code=Code.MESSAGES_UNKNOWN, evidence={Sign.MESSAGES: str(count)})


def _state(facts: Facts, modem: ModemFacts) -> Finding | None:
    """Why a modem is not ready; None where it is, or where another check says it."""
    match modem.state:
        case "ready" | "stopped":
            return None
        case "opening" | "initialising" if not modem.reason:
            return _finding(Code.MODEM_STARTING, modem, {Sign.STATE: modem.state})
        case "held":
            return _finding(Code.SIM_CHANGED, modem, _sim(modem))
        case "degraded":
            return _finding(Code.MODEM_SICK, modem, _said(modem))
        case "unregistered":
            return _network(facts, modem)
        case _:
            return _blocked(facts, modem)


def _blocked(facts: Facts, modem: ModemFacts) -> Finding | None:
    code = code_of(modem.reason)
    if code in _SIM_CODES:
        return _finding(code, modem, _said(modem))
    if modem.state == "needs_pin":
        # A PIN file that we could not read either is the cause, and was named.
        known = modem.name in facts.config.pins
        return None if known else _finding(Code.PIN_UNREADABLE, modem, _said(modem))
    if code in PORT_CODES or (modem.state == "absent" and code is None):
        return None
    return _finding(Code.MODEM_NOT_READY, modem, {Sign.STATE: modem.state} | _said(modem))


def _network(facts: Facts, modem: ModemFacts) -> Finding:
    code = code_of(modem.reason)
    evidence = {
        Sign.REGISTRATION: modem.registration or "?",
        Sign.OPERATOR: modem.operator or "",
        Sign.SIGNAL: "" if modem.signal_dbm is None else f"{modem.signal_dbm} dBm",
        Sign.SAID: modem.reason,
    }
    evidence = {sign: value for sign, value in evidence.items() if value}
    if modem.registration == "denied" or code is Code.REGISTRATION_DENIED:
        settings = facts.config.settings
        region = settings.gateway.region if settings is not None else ""
        if is_foreign(modem.iccid, region):
            return _finding(Code.ROAMING_REFUSED, modem, evidence | _sim(modem))
        return _finding(Code.REGISTRATION_DENIED, modem, evidence)
    if code is Code.NO_SERVICE_CENTRE:
        return _finding(code, modem, evidence)
    return _finding(Code.NOT_REGISTERED, modem, evidence)


def is_foreign(iccid: str | None, region: str) -> bool:
    """Whether the SIM is from another country than ``region`` (ITU-T E.118: 89, then its code)."""
    if iccid is None or not iccid.startswith("89"):
        return False
    calling_code = phonenumbers.country_code_for_region(region)
    if not calling_code:
        return False
    homes = [f"89{calling_code}", f"890{calling_code}"]
    if calling_code == _NORTH_AMERICA:
        homes += ["89302"]  # Canada puts its mobile country code where others put the calling code
    return not iccid.startswith(tuple(homes))


def _standing_facts(modem: ModemFacts) -> Iterator[Finding]:
    if modem.signal_dbm is not None and modem.signal_dbm <= WEAK_DBM:
        yield _finding(Code.WEAK_SIGNAL, modem, {Sign.SIGNAL: f"{modem.signal_dbm} dBm"})
    used, size = modem.store_used, modem.store_size
    if used is not None and size and used * 100 >= size * STORE_FULL_PER_CENT:
        yield _finding(Code.STORE_FULL, modem, {Sign.USED: f"{used} / {size}"})
    if modem.muted:
        code = Code.MUTED_WAITING if modem.queue else Code.MUTED
        yield _finding(code, modem, {Sign.QUEUE: str(modem.queue)})
    spent = [name for name, left in modem.limits.items() if name.endswith("_left") and left <= 0]
    if spent:
        names = ", ".join(name.removesuffix("_left") for name in spent)
        yield _finding(Code.LIMIT_REACHED, modem, {Sign.LIMITS: names})
    low = [said for said in modem.incidents if said.startswith(_LOW_CREDIT)]
    if low:
        left = "\n".join(said.removeprefix(_LOW_CREDIT) for said in low)
        yield _finding(Code.LOW_CREDIT, modem, {Sign.SAID: left})
    others = [said for said in modem.incidents if said not in low]
    if modem.paused is not None:
        evidence = {Sign.SAID: modem.paused, Sign.QUEUE: str(modem.queue)}
        yield _finding(Code.SENDING_PAUSED, modem, evidence)
        others = [said for said in others if not said.startswith(f"{REFUSED}:")]
    if others and modem.state != "degraded":
        yield _finding(Code.INCIDENT_OPEN, modem, {Sign.SAID: "\n".join(others)})


def _sim(modem: ModemFacts) -> dict[Sign, str]:
    # The maker's and country's digits; the rest names this one SIM.
    return {} if modem.iccid is None else {Sign.SIM: f"{modem.iccid[:7]}…"}


def _said(modem: ModemFacts) -> dict[Sign, str]:
    evidence = {Sign.SAID: modem.reason} if modem.reason else {}
    if modem.incidents and modem.state == "degraded":
        evidence[Sign.PROBLEMS] = "\n".join(modem.incidents)
    return evidence


def _finding(code: Code, modem: ModemFacts, evidence: dict[Sign, str]) -> Finding:
    return Finding(code=code, subject=modem.name, evidence=evidence)
