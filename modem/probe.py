"""Asking a port who is there, once, without serving it.

Owns the short visit: open exclusively, ask, close. Changes nothing but echo and the form of errors.
"""

import asyncio
from dataclasses import dataclass

import structlog

from modem.at import verbs
from modem.at.results import explain
from modem.at.verbs import CnmiSupport
from modem.centre import read_service_centre
from modem.dialogue import ask, learn, learn_any, tell, understand
from modem.errors import PortLostError, PortUnavailableError
from modem.port import Port
from modem.radio import look_around
from modem.sim import sim_iccid

PROBE_SECONDS = 8.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking a port who is there."""

    imei: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    failure: PortUnavailableError | None = None
    """Why it could not be opened."""


async def ask_imei(device: str) -> Asked:
    """Ask for the IMEI of the modem on this port; never raises for what is there or not."""
    return await _visit(device, by_name=False)


async def ask_name(device: str) -> Asked:
    """Ask for maker and model too."""
    return await _visit(device, by_name=True)


async def _visit(device: str, *, by_name: bool) -> Asked:
    port = Port(device, on_event=lambda _: None, on_lost=lambda: None)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await port.open()
            await tell(port, verbs.echo_off())
            imei = await learn(port, verbs.cgsn(), verbs.parse_cgsn)
            if imei is None or not by_name:
                return Asked(imei=imei)
            return Asked(
                imei=imei,
                manufacturer=await learn(port, verbs.cgmi(), verbs.parse_text),
                model=await learn(port, verbs.cgmm(), verbs.parse_text),
            )
    except PortUnavailableError as error:
        _log.debug("port_not_opened", device=device, why=error.detail)
        return Asked(failure=error)
    except (PortLostError, TimeoutError) as error:
        _log.debug("port_not_a_modem", device=device, why=str(error))
        return Asked()
    finally:
        await port.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a modem is and can do; None is what it does not tell."""

    manufacturer: str | None
    model: str | None
    revision: str | None
    imei: str | None
    sim: str
    """As +CPIN? names it (``READY``, ``SIM PIN``), or what it said instead."""

    iccid: str | None
    number: str | None
    operator: str | None
    registration: str | None
    signal_dbm: int | None
    smsc: str | None
    stores: tuple[str, ...]
    """Which can be read."""

    receives_into: str | None
    store_used: int | None
    store_size: int | None
    announcements: CnmiSupport | None
    """What +CNMI=? offers."""


async def interview(device: str) -> Report:
    """Ask for all that there is to know. Raises PortUnavailableError and PortLostError."""
    port = Port(device, on_event=lambda _: None, on_lost=lambda: None)
    try:
        await port.open()
        return await _interview(port)
    finally:
        await port.close()


async def _interview(port: Port) -> Report:
    await tell(port, verbs.echo_off())
    await tell(port, verbs.cmee())
    centre = await read_service_centre(port)
    network = await look_around(port, centre)
    support = await learn(port, verbs.cpms_test(), verbs.parse_cpms_test)
    usage = await learn(port, verbs.cpms_read(), verbs.parse_cpms)
    receiving = usage[-1] if usage else None
    return Report(
        manufacturer=await learn(port, verbs.cgmi(), verbs.parse_text),
        model=await learn(port, verbs.cgmm(), verbs.parse_text),
        revision=await learn(port, verbs.cgmr(), verbs.parse_text),
        imei=await learn_any(port, (verbs.cgsn(),), verbs.parse_cgsn),
        sim=await _sim(port),
        iccid=await sim_iccid(port),
        number=await learn(port, verbs.cnum(), verbs.parse_cnum),
        operator=network.operator,
        registration=network.registration,
        signal_dbm=network.signal_dbm,
        smsc=centre.number,
        stores=() if support is None else support.read,
        receives_into=None if receiving is None else receiving.name,
        store_used=None if receiving is None else receiving.used,
        store_size=None if receiving is None else receiving.size,
        announcements=await learn(port, verbs.cnmi_test(), verbs.parse_cnmi_test),
    )


async def _sim(port: Port) -> str:
    lines, final = await ask(port, verbs.cpin_read())
    if final is None:
        return "it does not answer"
    if not final.ok:
        return explain(final).words
    state = understand(port, (lines, final), verbs.parse_cpin)
    return "it does not say" if state is None else state.code
