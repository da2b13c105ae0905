"""Why the network refused a submit: RP causes (24.011 annex E.2).

Modems print them as +CMS ERROR 1 to 127 (27.005 §3.2.5), among them 17 and 22, CP causes
(24.011 §8.1.4.2).
"""

from typing import Final

from modem.at.error_class import ErrorClass, known

_PERMANENT: Final = ErrorClass.PERMANENT
_TEMPORARY: Final = ErrorClass.TEMPORARY


_BY_NETWORK: Final = "The mobile network could not read the message (protocol error). "
_REPORT: Final = _BY_NETWORK + "Another modem or firmware may help."

RP_CAUSES: Final = (
    known(
        1,
        _PERMANENT,
        "unassigned (unallocated) number|unassigned number",
        "The number does not exist, or the service centre number (SMSC) is wrong.",
    ),
    known(
        8,
        _PERMANENT,
        "operator determined barring",
        "The provider has barred texts for this SIM. Ask the provider.",
    ),
    known(
        10,
        _PERMANENT,
        "call barred",
        "Texts from this SIM, or to this number, are barred. Ask the provider.",
    ),
    known(
        17,
        _TEMPORARY,
        "network failure",
        "The mobile network had a failure. It will be tried again.",
    ),
    known(
        21,
        _TEMPORARY,
        "short message transfer rejected|short message rejected",
        "The provider rejected the text and gave no cause. Often the SIM has no credit left; "
        "the provider's limits or a barred number are other causes.",
    ),
    known(
        22,
        _TEMPORARY,
        "memory capacity exceeded",
        "The mobile network had no room for the message. It will be tried again.",
    ),
    known(
        27,
        _TEMPORARY,
        "destination out of order|destination out of service",
        "The recipient's phone or network cannot be reached at the moment.",
    ),
    known(
        28,
        _PERMANENT,
        "unidentified subscriber",
        "The network does not know this SIM or this recipient. Check the number and the SIM.",
    ),
    known(
        29,
        _PERMANENT,
        "facility rejected",
        "The provider does not allow this kind of message on this SIM. Ask the provider.",
    ),
    known(
        30,
        _PERMANENT,
        "unknown subscriber",
        "The number is not in use, or this SIM is not registered for texts.",
    ),
    known(
        38,
        _TEMPORARY,
        "network out of order",
        "The mobile network is out of order, or refuses for the moment. It will be tried again.",
    ),
    known(
        41,
        _TEMPORARY,
        "temporary failure",
        "The mobile network had a passing failure. It will be tried again.",
    ),
    known(
        42,
        _TEMPORARY,
        "congestion",
        "The mobile network is overloaded. It will be tried again.",
    ),
    known(
        47,
        _TEMPORARY,
        "resources unavailable, unspecified|resources unavailable",
        "The mobile network has no capacity at the moment. It will be tried again.",
    ),
    known(
        50,
        _PERMANENT,
        "requested facility not subscribed|facility not subscribed",
        "Texting is not part of this SIM's plan. Ask the provider.",
    ),
    known(
        69,
        _PERMANENT,
        "requested facility not implemented|facility not implemented",
        "The network does not offer this. The service centre number (SMSC) may be wrong.",
    ),
    known(
        81,
        _TEMPORARY,
        "invalid short message transfer reference value",
        "Modem and network lost step with each other. It will be tried again.",
    ),
    known(95, _PERMANENT, "invalid message, unspecified|semantically incorrect message", _REPORT),
    known(96, _PERMANENT, "invalid mandatory information", _REPORT),
    known(97, _PERMANENT, "message type non-existent or not implemented", _REPORT),
    known(
        98,
        _TEMPORARY,
        "message not compatible with short message protocol state",
        "Modem and network lost step with each other. It will be tried again.",
    ),
    known(99, _PERMANENT, "information element non-existent or not implemented", _REPORT),
    known(111, _TEMPORARY, "protocol error, unspecified|protocol error", _REPORT),
    known(
        127,
        _TEMPORARY,
        "interworking, unspecified|interworking",
        "Between two networks the message got stuck. It will be tried again.",
    ),
)
