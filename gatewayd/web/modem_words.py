"""A modem's state in words that a shop owner understands, and what to do about it."""

from dataclasses import dataclass

from gatewayd.directory import ModemView
from gatewayd.web.languages import N_
from modem.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemWords:
    """Sentences of the catalogue; ``tone`` is that of a badge."""

    title: str
    advice: str
    tone: str


_WORDS: dict[str, ModemWords] = {
    State.READY: ModemWords(title=N_("Ready"), advice=N_("It sends and receives."), tone="good"),
    State.OPENING: ModemWords(
        title=N_("Starting"), advice=N_("It is being set up; that takes a moment."), tone=""
    ),
    State.INITIALISING: ModemWords(
        title=N_("Starting"), advice=N_("It is being set up; that takes a moment."), tone=""
    ),
    State.ABSENT: ModemWords(
        title=N_("Not found"),
        advice=N_("Plug the modem in. If it is in, try another USB port."),
        tone="bad",
    ),
    State.NEEDS_PIN: ModemWords(
        title=N_("The SIM wants its PIN"),
        advice=N_("Put the PIN into the configuration, or switch it off in a telephone."),
        tone="bad",
    ),
    State.UNREGISTERED: ModemWords(
        title=N_("No network"),
        advice=N_("It searches for its network. Move it nearer to a window."),
        tone="warn",
    ),
    State.DEGRADED: ModemWords(
        title=N_("In trouble"),
        advice=N_("It is being treated, and comes back by itself."),
        tone="warn",
    ),
    State.BACKOFF: ModemWords(
        title=N_("In trouble"),
        advice=N_("It did not work; it is tried again by itself."),
        tone="warn",
    ),
    State.FAILED: ModemWords(
        title=N_("Cannot be used"), advice=N_("Somebody has to look at it."), tone="bad"
    ),
    State.HELD: ModemWords(
        title=N_("Another SIM"),
        advice=N_("There is another SIM in it than before. Say that this is right."),
        tone="warn",
    ),
    State.STOPPED: ModemWords(title=N_("Stopped"), advice=N_("The gateway is closing."), tone=""),
}
_MUTED = ModemWords(
    title=N_("Receives only"), advice=N_("Somebody told it not to send."), tone="warn"
)
_PAUSED = ModemWords(
    title=N_("Pauses"),
    advice=N_("The network refused several messages; often the SIM has no credit left."),
    tone="warn",
)


def modem_words(view: ModemView) -> ModemWords:
    """Say how a modem is."""
    if view.state == State.READY:
        if view.muted:
            return _MUTED
        if view.paused is not None:
            return _PAUSED
    return _WORDS[view.state]


def bars(signal_dbm: int | None) -> int | None:
    """Give the strength of a signal as telephones show it, 0 to 4; None: not known."""
    if signal_dbm is None:
        return None
    return sum(signal_dbm >= least for least in (-109, -97, -85, -73))
