"""The service centre's number: read, and written where the configuration names another.

Owns the difference between a modem that says "none" and one that does not say.
"""

from dataclasses import dataclass

from config.schema import ModemSettings
from modem.at import verbs
from modem.dialogue import ask, is_refusal, tell, understand
from modem.port import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCentre:
    """The service centre's number as far as the modem tells it."""

    number: str | None
    missing: bool
    """Nothing can be sent: the modem says that there is none, or is not awake yet."""


async def service_centre(port: Port, settings: ModemSettings) -> ServiceCentre:
    """The service centre as the SIM says; a configured one is written there first."""
    centre = await read_service_centre(port)
    if settings.smsc is None or centre.number == settings.smsc:
        return centre
    taken = await tell(port, verbs.csca(settings.smsc))
    after = await read_service_centre(port)
    if taken and after.number is None and not after.missing:
        return ServiceCentre(number=settings.smsc, missing=False)
    return after


async def read_service_centre(port: Port) -> ServiceCentre:
    """The service centre as the modem says."""
    lines, final = await ask(port, verbs.csca_read())
    number = understand(port, (lines, final), verbs.parse_csca)
    # A modem that will not tell its service centre may well have one: unreadable is not empty.
    return ServiceCentre(number=number, missing=number is None and not is_refusal(final))
