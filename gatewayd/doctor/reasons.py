"""From the daemon's sentence about a modem to the code of the trouble.

The API tells a modem's reason in words for people; this is the one place that reads them back. A
test holds every sentence of the modem layer against this table.
"""

import re

from gatewayd.doctor.findings import Code

_REASONS: tuple[tuple[str, Code], ...] = (
    # SIM
    (r"there is no SIM in the modem", Code.NO_SIM),
    (r"cannot read its SIM", Code.SIM_FAILURE),
    (r"does not say how its SIM is", Code.SIM_UNCLEAR),
    (r"asks for its PIN", Code.PIN_MISSING),
    (r"refused (the|this) PIN", Code.PIN_REFUSED),
    (r"left for the PIN", Code.PIN_ATTEMPTS),
    (r"asks for SIM PUK", Code.SIM_PUK),
    (r"(asks|now asks) for ", Code.SIM_LOCKED),
    # port
    (r"another program holds the port|is open already", Code.PORT_BUSY),
    (r"uses this stick already", Code.STICK_SHARED),
    (r"leads to another modem than", Code.OTHER_MODEM),
    (r"permission denied|the system forbids", Code.PORT_FORBIDDEN),
    (
        r"not a serial port|cannot be watched|expected socket://|not a device or URL",
        Code.DEVICE_UNUSABLE,
    ),
    (r"does not answer AT|never falls quiet", Code.PORT_SILENT),
    (r"no modem was found|no such device|the (device|modem) has gone", Code.DEVICE_MISSING),
    (r"nothing answers at this address|no virtual modem of this name", Code.DEVICE_MISSING),
    (r"refuses PDU mode", Code.MODEM_UNFIT),
    # network
    (r"names no service centre", Code.NO_SERVICE_CENTRE),
    (r"the network refuses this SIM", Code.REGISTRATION_DENIED),
    (r"not found its network|does not say whether it is registered", Code.NOT_REGISTERED),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), code) for pattern, code in _REASONS)


PORT_CODES = frozenset(
    {
        Code.DEVICE_MISSING,
        Code.DEVICE_UNUSABLE,
        Code.STICK_SHARED,
        Code.PORT_BUSY,
        Code.PORT_FORBIDDEN,
        Code.PORT_SILENT,
    }
)
"""What the checks of ports tell, with what they see themselves."""


def code_of(reason: str) -> Code | None:
    """Recognise a reason; None for a sentence that is not known, or none at all."""
    return next((code for pattern, code in _PATTERNS if pattern.search(reason)), None)
