"""What a test, a demo or a person may order of a virtual modem while it runs.

Owns the names and fields of the control channel's operations; knows no socket.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from modem.virtual.errors import RequestRefusedError
from modem.virtual.faults import Fault, FaultKind
from modem.virtual.fields import Fields
from modem.virtual.ledger import Entry, Happening, facts
from modem.virtual.network import Recipient
from modem.virtual.sim import Sim
from modem.virtual.stores import behind
from modem.virtual.ussd_orders import ussd_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from modem.virtual.modem import VirtualModem

DEFAULT_WAIT_SECONDS = 30.0


class Line(Protocol):
    """The modem's line to the computer."""

    @property
    def plugged(self) -> bool:
        """A program can open it."""
        ...

    async def plug(self) -> None:
        """Let the device appear."""
        ...

    def unplug(self) -> None:
        """Let the device vanish."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A modem and its line; a make with more ports has a line to each."""

    modem: VirtualModem
    line: Line
    more_lines: tuple[Line, ...] = ()

    async def replug(self) -> None:
        """Plug in: the modem powers on, the device appears."""
        if not self.line.plugged:
            self.modem.plug()
            for line in (self.line, *self.more_lines):
                await line.plug()

    def unplug(self) -> None:
        """Pull out: the device vanishes, the modem loses its power."""
        for line in (self.line, *self.more_lines):
            line.unplug()
        self.modem.unplug()


async def perform(bench: Bench, request: Mapping[str, Any]) -> dict[str, Any]:
    """Carry out one request and return its facts. Raises RequestRefusedError or PduError."""
    fields = Fields(request)
    match fields.operation:
        case "wait":
            return await _wait(bench, fields)
        case "replug":
            await bench.replug()
            return {}
        case "unplug":
            bench.unplug()
            return {}
        case operation:
            action = _ACTIONS.get(operation)
    if action is None:
        known = ", ".join(sorted((*_ACTIONS, "wait", "replug", "unplug")))
        raise RequestRefusedError(operation=operation, reason=f"unknown operation; known: {known}")
    result = action(bench.modem, fields)
    fields.done()
    return result


async def _wait(bench: Bench, fields: Fields) -> dict[str, Any]:
    """Wait until the ledger counts `count` of `what`; answers whether it came to that."""
    what = _happening(fields)
    wanted = fields.number("count", 1)
    seconds = fields.ratio("seconds", DEFAULT_WAIT_SECONDS)
    fields.done()
    ledger = bench.modem.network.ledger
    reached = asyncio.Event()

    def look(_: Entry | None) -> None:
        if ledger.counts[what] >= wanted:
            reached.set()

    stop = ledger.watch(look)
    try:
        look(None)
        async with asyncio.timeout(seconds):
            await reached.wait()
    except TimeoutError:
        return {"reached": False, "count": ledger.counts[what]}
    finally:
        stop()
    return {"reached": True, "count": ledger.counts[what]}


def _happening(fields: Fields) -> Happening:
    name = fields.text("what")
    try:
        return Happening(name)
    except ValueError:
        known = ", ".join(Happening)
        raise RequestRefusedError(
            operation=fields.operation, reason=f"unknown {name!r}; known: {known}"
        ) from None


def _kind(fields: Fields, name: str) -> FaultKind:
    try:
        return FaultKind(name)
    except ValueError:
        known = ", ".join(FaultKind)
        raise RequestRefusedError(
            operation=fields.operation, reason=f"unknown fault {name!r}; known: {known}"
        ) from None


def _fault(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    kind = _kind(fields, fields.text("kind"))
    forever = fields.flag("forever", default=False)
    fault = Fault(
        kind=kind,
        match=fields.text("match", ""),
        count=None if forever else fields.number("count", 1),
        every=max(1, fields.number("every", 1)),
        ms=fields.number("ms", 0),
        code=fields.text("code", ""),
        line=fields.text("line", ""),
        rate=fields.ratio("rate", 0.05),
    )
    fields.done()
    modem.faults.add(fault)
    return {"armed": len(modem.faults.armed)}


def _clear(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    name = fields.text("kind", "")
    modem.faults.clear(_kind(fields, name) if name else None)
    for store in modem.stores.values():
        store.jammed = False
    modem.wake()
    return {"armed": len(modem.faults.armed)}


def _text_in(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    parts = modem.network.text_in(
        to=modem.number,
        from_=fields.text("from"),
        text=fields.text("text"),
        message_class=fields.maybe("class"),
    )
    return {"parts": parts}


def _deliver(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    modem.network.deliver_pdu(to=modem.number, tpdu=bytes.fromhex(fields.text("tpdu")))
    return {}


def _redeliver(modem: VirtualModem, _: Fields) -> dict[str, Any]:
    return {"redelivered": modem.network.redeliver(modem.number)}


def _recipient(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    number = fields.text("number")
    modem.network.recipients[number] = Recipient(
        status=fields.number("status", 0),
        refuse=fields.maybe("refuse"),
        report_delay_ms=fields.maybe("report_delay_ms"),
        reports=fields.flag("reports", default=True),
    )
    return {}


def _ledger(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    since = fields.number("since", 0)
    return {"entries": [facts(entry) for entry in modem.network.ledger.since(since)]}


def _counts(modem: VirtualModem, _: Fields) -> dict[str, Any]:
    counts = modem.network.ledger.counts
    return {"counts": {str(what): counts[what] for what in Happening}}


def _full_store(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    name = fields.text("store", modem.settings.memories[2])
    jammed = [store for _, store in behind(modem.stores, name)]
    if not jammed:
        raise RequestRefusedError(operation=fields.operation, reason=f"no store {name!r}")
    on = fields.flag("on", default=True)
    for store in jammed:
        store.jammed = on
    modem.resume_soon()
    return {
        "used": sum(store.used for store in jammed),
        "total": sum(store.total for store in jammed),
    }


def _ring(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    modem.calls.ring(
        fields.text("from"),
        rings=fields.number("rings", 3),
        deafens=fields.flag("deafens", default=False),
    )
    return {}


def _hang(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    modem.hang(fields.maybe("ms"))
    return {}


def _wake(modem: VirtualModem, _: Fields) -> dict[str, Any]:
    modem.wake()
    return {}


def _reboot(modem: VirtualModem, _: Fields) -> dict[str, Any]:
    modem.reboot()
    return {}


def _say(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    modem.say(fields.text("line"))
    return {}


def _ussd(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    """Let a code answer so from now on."""
    modem.network.ussd[fields.text("code")] = ussd_page(fields)
    return {}


def _set(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    modem.submit_ms = fields.number("submit_ms", modem.submit_ms)
    modem.network.report_delay_ms = fields.number("report_delay_ms", modem.network.report_delay_ms)
    modem.signal = fields.number("signal", modem.signal)
    modem.reference = fields.number("reference", modem.reference) % 256
    modem.sim_ms = fields.number("sim_ms", modem.sim_ms)
    modem.service_centre_ms = fields.number("service_centre_ms", modem.service_centre_ms)
    modem.sim.smsc = fields.text("smsc", modem.sim.smsc)
    if fields.has("registration"):
        modem.registration = fields.number("registration")
        modem.radio_on()
    return {}


def _insert_sim(modem: VirtualModem, fields: Fields) -> dict[str, Any]:
    sim = Sim(number=fields.text("number"), iccid=fields.text("iccid"))
    fields.done()
    modem.insert(sim)
    return {}


def _state(modem: VirtualModem, _: Fields) -> dict[str, Any]:
    return {
        "powered": modem.powered,
        "in_service": modem.in_service,
        "prompt": modem.terminal.at_prompt,
        "reference": modem.reference,
        "waiting": modem.network.waiting(modem.number),
        "announcements": list(modem.settings.announcements),
        "stores": {
            name: {"used": store.used, "total": store.total} for name, store in modem.stores.items()
        },
        "faults": [str(fault.kind) for fault in modem.faults.armed],
        "pin_attempts_left": modem.sim.attempts_left,
    }


_ACTIONS: dict[str, Callable[[VirtualModem, Fields], dict[str, Any]]] = {
    "fault": _fault,
    "clear": _clear,
    "text_in": _text_in,
    "deliver": _deliver,
    "redeliver": _redeliver,
    "recipient": _recipient,
    "ledger": _ledger,
    "counts": _counts,
    "full_store": _full_store,
    "ring": _ring,
    "hang": _hang,
    "wake": _wake,
    "reboot": _reboot,
    "say": _say,
    "ussd": _ussd,
    "set": _set,
    "insert_sim": _insert_sim,
    "state": _state,
}
