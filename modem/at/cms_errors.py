"""+CMS ERROR: the modem's own message errors (27.005 §3.2.5), joined with the network's causes."""

from typing import Final

from modem.at.error_class import ErrorClass, by_code, by_words, known
from modem.at.rp_causes import RP_CAUSES
from modem.at.tp_causes import TP_CAUSES

_NETWORK_CAUSES: Final = range(1, 256)
_MODEMS_OWN: Final = range(300, 400)
# 332: the network may have answered the modem in vain. 197: the service centre says that it has
# this very message, so an earlier try was taken.
_PROVE_NOTHING: Final = frozenset({197, 332})

_MODEM: Final = ErrorClass.MODEM
_PERMANENT: Final = ErrorClass.PERMANENT
_TEMPORARY: Final = ErrorClass.TEMPORARY
_NOTHING: Final = ErrorClass.PROVES_NOTHING

_REPLACE_SIM: Final = "Take the SIM out, clean it and put it back; else have it replaced."

_MODEM_ERRORS: Final = tuple(
    known(*row)
    for row in (
        (300, _MODEM, "me failure|phone failure|mobile equipment failure", "The modem has failed."),
        (301, _MODEM, "sms service of me reserved|service reserved", "The modem is in use."),
        (302, _MODEM, "operation not allowed", "The modem does not allow this at the moment."),
        (303, _MODEM, "operation not supported", "The modem cannot do this."),
        (
            304,
            _PERMANENT,
            "invalid pdu mode parameter|invalid pdu parameter",
            "The modem refuses this message as malformed, and would do so again.",
        ),
        (
            305,
            _PERMANENT,
            "invalid text mode parameter|invalid text parameter",
            "The modem refuses this message as malformed, and would do so again.",
        ),
        (
            310,
            _MODEM,
            "sim not inserted",
            "There is no SIM in the modem, or it has no contact.",
        ),
        (
            311,
            _MODEM,
            "sim pin required|sim pin necessary",
            "The SIM waits for its PIN. Set pin_file for this modem.",
        ),
        (
            312,
            _MODEM,
            "ph-sim pin required|ph-sim pin necessary",
            "The modem is locked to another SIM and wants its lock code.",
        ),
        (313, _MODEM, "sim failure", f"The SIM does not work. {_REPLACE_SIM}"),
        (
            314,
            _TEMPORARY,
            "sim busy",
            "The SIM is still starting up. It will be tried again.",
        ),
        (315, _MODEM, "sim wrong", f"The modem cannot use this SIM. {_REPLACE_SIM}"),
        (
            316,
            _MODEM,
            "sim puk required",
            "The SIM is locked after wrong PINs and wants its PUK. Unlock it in a phone.",
        ),
        (317, _MODEM, "sim pin2 required", "The SIM wants its PIN2."),
        (318, _MODEM, "sim puk2 required", "The SIM is locked and wants its PUK2."),
        (320, _MODEM, "memory failure", "The modem's or the SIM's message store has failed."),
        (
            321,
            _PERMANENT,
            "invalid memory index|invalid index",
            "There is no such place in the message store.",
        ),
        (
            322,
            _MODEM,
            "memory full|sim memory full",
            "The message store is full: nothing can be received until some are deleted.",
        ),
        (
            330,
            _MODEM,
            "smsc address unknown|smsc unknown",
            "The SIM has no service centre number (yet). If it stays so, set smsc for this modem.",
        ),
        (
            331,
            _TEMPORARY,
            "no network service|no network",
            "There is no mobile network. Check antenna and place.",
        ),
        (
            332,
            _NOTHING,
            "network timeout|network time out|network time-out",
            "The mobile network did not answer in time. The message may have been sent.",
        ),
        (
            340,
            _MODEM,
            "no +cnma acknowledgement expected|no cnma acknowledgement expected",
            "The modem did not wait for this acknowledgement.",
        ),
        (
            500,
            _NOTHING,
            "unknown error|unknown",
            "The modem failed and does not say why. The message may have been sent.",
        ),
        # Of the makers' own numbers (512 and above) each maker's differ; this one is common to
        # several while the SIM is being read (faucamp/python-gsmmodem #11).
        (
            515,
            _TEMPORARY,
            "please wait, init or command processing in progress",
            "The modem is still starting up, or busy. It will be tried again.",
        ),
    )
)

ERRORS: Final = by_code((*RP_CAUSES, *TP_CAUSES, *_MODEM_ERRORS))
BY_WORDS: Final = by_words((*_MODEM_ERRORS, *RP_CAUSES, *TP_CAUSES))


def proves_not_accepted(code: int) -> bool:
    """Whether this error after Ctrl-Z proves that the network did not take the message."""
    return (code in _NETWORK_CAUSES or code in _MODEMS_OWN) and code not in _PROVE_NOTHING
