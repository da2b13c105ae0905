"""Checks of sticks and ports: is there a modem, may we open it, has another program it. Pure."""

from collections.abc import Iterator, Sequence

from config.schema import ModemSettings
from gatewayd.doctor.facts import Facts, ModemFacts, PortFacts, Standing
from gatewayd.doctor.findings import Code, Finding, Sign
from gatewayd.doctor.reasons import PORT_CODES, code_of
from gatewayd.doctor.usb import is_cdrom, is_hilink

AUTO = "auto"
_WITHOUT_PORT = frozenset({"absent", "opening", "backoff"})
"""States of a modem whose port may be the trouble."""


def sticks(facts: Facts) -> Iterator[Finding]:
    """Modems that are plugged in but offer no port."""
    for stick in facts.sticks:
        if is_hilink(stick):
            code = Code.STICK_HILINK
        elif is_cdrom(stick):
            code = Code.STICK_CDROM
        else:
            continue
        yield Finding(
            code=code, subject=stick.name, evidence={Sign.STICK: stick.name, Sign.USB_ID: stick.id}
        )


def ports(facts: Facts) -> Iterator[Finding]:
    """For each configured modem that has no port now: why."""
    settings = facts.config.settings
    if settings is None:
        return
    if not settings.modems:
        yield Finding(
            code=Code.NO_MODEM_CONFIGURED, evidence={Sign.FILE: str(facts.config.file or "")}
        )
    told = {modem.name: modem for modem in facts.daemon.modems}
    running = facts.daemon.standing is Standing.RUNNING
    for modem in settings.modems:
        now = told.get(modem.name)
        if running and (now is None or not _may_lack_its_port(now)):
            continue
        finding = _of_modem(facts, modem, now)
        if finding is not None:
            yield finding


def _may_lack_its_port(modem: ModemFacts) -> bool:
    code = code_of(modem.reason)
    return modem.state in _WITHOUT_PORT and (code is None or code in PORT_CODES)


def modem_manager(facts: Facts) -> Iterator[Finding]:
    """ModemManager takes every serial modem that no rule keeps from it."""
    settings = facts.config.settings
    manager = facts.processes.modem_manager
    real = settings is None or any(_is_local(modem) for modem in settings.modems)
    if manager is not None and real:
        yield Finding(code=Code.MODEMMANAGER_RUNS, evidence={Sign.PROCESS: str(manager)})


def usb_reset(facts: Facts) -> Iterator[Finding]:
    """The last remedy for a stick that hangs needs root, or a helper of root's."""
    settings = facts.config.settings
    sticks = [stick for stick in facts.sticks if stick.ttys]
    if settings is None or facts.usb_helper or facts.user == "root" or not sticks:
        return
    if any(_is_local(modem) for modem in settings.modems):
        names = ", ".join(stick.name for stick in sticks)
        yield Finding(code=Code.USB_RESET_MISSING, evidence={Sign.STICK: names})


def _is_local(modem: ModemSettings) -> bool:
    return modem.device == AUTO or modem.device.startswith("/")


def _of_modem(facts: Facts, modem: ModemSettings, now: ModemFacts | None) -> Finding | None:
    reason = now.reason if now is not None else ""
    code = code_of(reason)
    if not _is_local(modem):
        return _of_address(facts, modem, code, reason)
    if code is Code.STICK_SHARED:
        return _finding(code, modem, {Sign.DEVICE: modem.device, Sign.SAID: reason})
    present = [port for port in _candidates(facts, modem) if port.present]
    if not present:
        return _nothing_there(facts, modem)
    return (
        _held(facts, modem, present, code)
        or _forbidden(facts, modem, present, code)
        or _of_answer(facts, modem, present, now)
    )


def _candidates(facts: Facts, modem: ModemSettings) -> list[PortFacts]:
    if modem.device != AUTO:
        paths: Sequence[str] = (modem.device,)
    else:
        # What the configuration gives to another modem is not looked at for this one.
        others = {
            other.device
            for other in (facts.config.settings.modems if facts.config.settings else ())
            if other.name != modem.name
        }
        paths = [tty for stick in facts.sticks for tty in stick.ttys if tty not in others]
    return [facts.ports[path] for path in paths if path in facts.ports]


def _of_address(
    facts: Facts, modem: ModemSettings, code: Code | None, reason: str
) -> Finding | None:
    """A virtual modem or one behind TCP: only the daemon knows."""
    if facts.daemon.standing is not Standing.RUNNING:
        return None
    if code not in PORT_CODES:
        return None
    told = Code.PORT_BUSY_UNSEEN if code is Code.PORT_BUSY else code
    return _finding(told, modem, {Sign.DEVICE: modem.device, Sign.SAID: reason})


def _nothing_there(facts: Facts, modem: ModemSettings) -> Finding | None:
    if any(is_hilink(stick) or is_cdrom(stick) for stick in facts.sticks):
        return None  # said already: one cause, one fix
    if modem.device == AUTO:
        return _finding(Code.NO_MODEM, modem, {})
    evidence = {Sign.DEVICE: modem.device}
    others = sorted({tty for stick in facts.sticks for tty in stick.ttys})
    if others:
        evidence[Sign.OTHER_PORTS] = ", ".join(others)
    return _finding(Code.DEVICE_MISSING, modem, evidence)


def _held(
    facts: Facts, modem: ModemSettings, present: list[PortFacts], code: Code | None
) -> Finding | None:
    processes = facts.processes
    held = [port for port in present if processes.holders.get(port.real)]
    if held:
        port = held[0]
        names = ", ".join(map(str, processes.holders[port.real]))
        by_manager = processes.modem_manager in processes.holders[port.real]
        busy = Code.PORT_BUSY_MODEMMANAGER if by_manager else Code.PORT_BUSY
        return _finding(busy, modem, {Sign.DEVICE: port.path, Sign.PROCESS: names})
    if code is not Code.PORT_BUSY:
        return None
    evidence = {Sign.DEVICE: present[0].path}
    if processes.modem_manager is not None:
        evidence[Sign.PROCESS] = str(processes.modem_manager)
        return _finding(Code.PORT_BUSY_MODEMMANAGER, modem, evidence)
    return _finding(Code.PORT_BUSY_UNSEEN, modem, evidence)


def _forbidden(
    facts: Facts, modem: ModemSettings, present: list[PortFacts], code: Code | None
) -> Finding | None:
    closed = [port for port in present if not port.accessible]
    # A daemon that runs has tried the configured path itself, with groups that we may not know of.
    tried = facts.daemon.standing is Standing.RUNNING and modem.device != AUTO
    if code is not Code.PORT_FORBIDDEN and (tried or len(closed) < len(present)):
        return None
    port = (closed or present)[0]
    evidence = {
        Sign.DEVICE: port.path,
        Sign.MODE: port.mode,
        Sign.GROUP: port.group,
        Sign.USER: facts.user,
    }
    return _finding(Code.PORT_FORBIDDEN, modem, evidence)


def _of_answer(
    facts: Facts, modem: ModemSettings, present: list[PortFacts], now: ModemFacts | None
) -> Finding | None:
    """The port is there and free: what came of talking to it, as far as the daemon says."""
    if now is None:
        return None
    code = code_of(now.reason)
    names = ", ".join(port.path for port in present)
    said = {Sign.SAID: now.reason} if now.reason else {}
    if modem.device == AUTO:
        if now.state != "absent":
            return None
        return _finding(Code.NO_PORT_ANSWERS, modem, {Sign.DEVICE: names} | said)
    if code is Code.DEVICE_UNUSABLE:
        return _finding(code, modem, {Sign.DEVICE: modem.device} | said)
    if code is not Code.PORT_SILENT:
        return None
    siblings = _siblings(facts, present[0])
    evidence = {Sign.DEVICE: modem.device} | said
    if siblings:
        evidence[Sign.OTHER_PORTS] = ", ".join(siblings)
        return _finding(Code.WRONG_PORT, modem, evidence)
    return _finding(Code.PORT_SILENT, modem, evidence)


def _siblings(facts: Facts, port: PortFacts) -> list[str]:
    """The other ports of the same stick."""
    for stick in facts.sticks:
        nodes = {facts.ports[tty].real if tty in facts.ports else tty for tty in stick.ttys}
        if port.real in nodes:
            return sorted(nodes - {port.real})
    return []


def _finding(code: Code, modem: ModemSettings, evidence: dict[Sign, str]) -> Finding:
    return Finding(code=code, subject=modem.name, evidence=evidence)
