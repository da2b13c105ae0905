"""The line over every page when nothing can be sent: why, and what to do."""

from dataclasses import dataclass

from gatewayd.directory import ModemView
from gatewayd.web.languages import N_
from gatewayd.web.modem_words import modem_words
from gatewayd.web.route import Visit
from modem.state import State

_STARTING = {State.OPENING, State.INITIALISING}
_STARTS_SECONDS = 60
_STORE = N_("Nothing can be kept or sent: the gateway’s disk refuses to write.")
_STORE_ADVICE = N_("Make room on its disk, or tell whoever looks after it.")
_NO_MODEM = N_("Nothing can be sent: no modem is set up.")
_NO_MODEM_ADVICE = N_("Plug one in; whoever installed gatewayd runs gatewayd init, which finds it.")
_ONE = N_("Nothing can be sent: the modem %(name)s: %(how)s.")
_SEVERAL = N_("Nothing can be sent: no modem is ready.")
_SEVERAL_ADVICE = N_("Texts that you write now are kept, and go out as soon as one is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """In the reader's language."""

    what: str
    advice: str


def trouble_of(visit: Visit) -> Trouble | None:
    """Tell why nothing can be sent; None where something can, or where nobody is logged in."""
    if visit.principal is None:
        return None
    say = visit.tongue.say
    if visit.context.store.write_trouble is not None:
        return Trouble(what=say(_STORE), advice=say(_STORE_ADVICE))
    views = visit.context.modems.views()
    if not views:
        return Trouble(what=say(_NO_MODEM), advice=say(_NO_MODEM_ADVICE))
    if any(_sends(view) or _starts(view, visit.formats.now_ms) for view in views):
        return None
    if len(views) > 1:
        return Trouble(what=say(_SEVERAL), advice=say(_SEVERAL_ADVICE))
    words = modem_words(views[0])
    how = say(words.title)
    return Trouble(what=say(_ONE, name=views[0].name, how=how), advice=say(words.advice))


def _sends(view: ModemView) -> bool:
    return view.state == State.READY and not view.muted and view.paused is None


def _starts(view: ModemView, now_ms: int) -> bool:
    """Whether it has only just begun to: that is no trouble yet."""
    age_ms = now_ms - view.since.timestamp() * 1000
    return view.state in _STARTING and age_ms < _STARTS_SECONDS * 1000
