"""Why the service centre refused a submit: TP causes (TP-FCS, 23.040 §9.2.3.22).

Modems print them as +CMS ERROR 128 to 255 (27.005 §3.2.5).
"""

from typing import Final

from modem.at.error_class import ErrorClass, known

_PERMANENT: Final = ErrorClass.PERMANENT
_TEMPORARY: Final = ErrorClass.TEMPORARY

_NO_SERVICE_CENTRE: Final = (
    "The service centre does not serve this SIM. Check the service centre number (SMSC)."
)

TP_CAUSES: Final = (
    known(
        128,
        _PERMANENT,
        "telematic interworking not supported",
        "The provider cannot turn texts into this kind of message.",
    ),
    known(
        129,
        _PERMANENT,
        "short message type 0 not supported",
        "The provider does not take silent messages.",
    ),
    known(
        130,
        _PERMANENT,
        "cannot replace short message",
        "The provider cannot replace the earlier message.",
    ),
    known(
        143,
        _PERMANENT,
        "unspecified tp-pid error",
        "The provider does not take this kind of message.",
    ),
    known(
        144,
        _PERMANENT,
        "data coding scheme (alphabet) not supported|alphabet not supported",
        "The provider does not take this alphabet. Try the text without special characters.",
    ),
    known(
        145,
        _PERMANENT,
        "message class not supported",
        "The provider does not take this class of message.",
    ),
    known(
        159,
        _PERMANENT,
        "unspecified tp-dcs error",
        "The provider does not take this coding of the text.",
    ),
    known(
        160,
        _PERMANENT,
        "command cannot be actioned|command cannot be acted",
        "The provider cannot carry this command out.",
    ),
    known(
        161,
        _PERMANENT,
        "command unsupported",
        "The provider does not know this command.",
    ),
    known(
        175,
        _PERMANENT,
        "unspecified tp-command error",
        "The provider refused the command and gave no cause.",
    ),
    known(
        176,
        _PERMANENT,
        "tpdu not supported",
        "The provider does not take this kind of message.",
    ),
    known(
        192,
        _TEMPORARY,
        "sc busy",
        "The provider's service centre is busy. It will be tried again.",
    ),
    known(193, _PERMANENT, "no sc subscription", _NO_SERVICE_CENTRE),
    known(
        194,
        _TEMPORARY,
        "sc system failure",
        "The provider's service centre has failed. It will be tried again.",
    ),
    known(
        195,
        _PERMANENT,
        "invalid sme address",
        "The service centre does not accept this number.",
    ),
    known(
        196,
        _PERMANENT,
        "destination sme barred",
        "The provider has barred this number.",
    ),
    known(
        197,
        _PERMANENT,
        "sm rejected-duplicate sm|sm rejected - duplicate sm",
        "The service centre says that it already has this very message.",
    ),
    known(
        198,
        _PERMANENT,
        "tp-vpf not supported",
        "The provider does not take this form of validity period.",
    ),
    known(
        199,
        _PERMANENT,
        "tp-vp not supported",
        "The provider does not take this validity period.",
    ),
    known(
        208,
        _TEMPORARY,
        "sim sms storage full|d0 sim sms storage full",
        "The SIM's message store is full. Delete messages from it.",
    ),
    known(
        209,
        _PERMANENT,
        "no sms storage capability in sim",
        "The SIM cannot store messages.",
    ),
    known(
        210,
        _TEMPORARY,
        "error in ms",
        "The modem failed while sending. It will be tried again.",
    ),
    known(
        211,
        _TEMPORARY,
        "memory capacity exceeded",
        "The modem's or the SIM's message store is full. Delete messages from it.",
    ),
    known(
        212,
        _TEMPORARY,
        "sim application toolkit busy",
        "The SIM is busy with its own menu. It will be tried again.",
    ),
    known(
        213,
        _TEMPORARY,
        "sim data download error",
        "The SIM failed to take data. It will be tried again.",
    ),
    *(
        known(
            code,
            _PERMANENT,
            f"application specific error {code}",
            "The recipient's application refused the message for a reason of its own.",
        )
        for code in range(224, 255)
    ),
    known(
        255,
        _TEMPORARY,
        "unspecified error cause",
        "The provider refused the message and gave no cause. It will be tried again.",
    ),
)
