"""Asking a port who is there, once, without serving it.

Owns the short visit: open exclusively, ask, close. Changes nothing but echo and the form of errors.
"""

import asyncio
from dataclasses import dataclass

import structlog

from modem.at import verbs
from modem.dialogue import learn, tell
from modem.errors import PortLostError, PortUnavailableError
from modem.port import Port

PROBE_SECONDS = 8.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking a port for its modem's IMEI."""

    imei: str | None = None
    failure: PortUnavailableError | None = None
    """Why it could not be opened."""


async def ask_imei(device: str) -> Asked:
    """Ask for the IMEI of the modem on this port; never raises for what is there or not."""
    port = Port(device, on_event=lambda _: None, on_lost=lambda: None)
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await port.open()
            await tell(port, verbs.echo_off())
            return Asked(imei=await learn(port, verbs.cgsn(), verbs.parse_cgsn))
    except PortUnavailableError as error:
        _log.debug("port_not_opened", device=device, why=error.detail)
        return Asked(failure=error)
    except (PortLostError, TimeoutError) as error:
        _log.debug("port_not_a_modem", device=device, why=str(error))
        return Asked()
    finally:
        await port.close()
