"""A modem's trouble told to people: what happened, what was tried, what cured it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gatewayd.directory import IncidentView, StepView
from gatewayd.story import remedy, trouble
from gatewayd.web.formats import Formats
from gatewayd.web.languages import N_
from modem.ladder import Cause, Step

_HAPPENED: Mapping[str, str] = MappingProxyType(
    {
        Cause.SILENT: N_("It did not answer any more"),
        Cause.DEAF: N_("It did not announce what came in"),
        Cause.NO_NETWORK: N_("It lost the network"),
        Cause.REFUSING: N_("It refused what it was told"),
        Cause.STUCK: N_("It got stuck while sending"),
        Cause.RESTARTED: N_("It restarted by itself"),
        "part_set_aside": N_("A message could not be handled and was put aside"),
        "parts_not_joined": N_("The parts of an incoming text could not be put together"),
        "pdu_quarantined": N_("An incoming text could not be read; it is kept"),
        "low_credit": N_("The SIM had little credit left"),
        "canary_overdue": N_("A test message to ourselves did not arrive"),
        "sending_refused": N_("The network refused one message after the other"),
        "rules_failed": N_("The rules could not be followed"),
    }
)
_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        Step.SET_UP: N_("setting it up again"),
        Step.REARM: N_("turning its announcements on again"),
        Step.ASK: N_("asking again"),
        Step.SEARCH: N_("a new search for the network"),
        Step.RADIO: N_("turning its radio off and on"),
        Step.RESTART: N_("restarting the modem"),
        Step.REOPEN: N_("closing and opening its port"),
        Step.USB_RESET: N_("resetting its USB port"),
        Step.BACK_OFF: N_("leaving it alone for a while"),
        "gateway_restarted": N_("a restart of the gateway"),
        "topped_up": N_("new credit"),
        "not_watched": N_("nobody watches this any more"),
        "another_sim": N_("another SIM"),
        "accepted": N_("the network takes them again"),
        "test messages were turned off": N_("test messages were turned off"),
        "a test message has arrived": N_("a test message has arrived"),
        "the rules have been applied again": N_("the rules have been applied again"),
    }
)
_OPEN = N_("%(what)s, since %(since)s. It is being treated.")
_OVER = N_("%(what)s, %(from)s, for %(span)s.")
_CURED = N_("Cured by: %(cure)s.")
_HELPED = N_("%(remedy)s: it helped")
_IN_VAIN = N_("%(remedy)s: it did not help")
_SKIPPED = N_("%(remedy)s: not possible")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """An incident in the reader's language."""

    opened_ms: int
    over: bool
    told: str
    cure: str
    steps: tuple[str, ...]


def story_of(incident: IncidentView, f: Formats) -> Story:
    """Tell an incident."""
    say = f.tongue.say
    known = _HAPPENED.get(incident.kind)
    what = say(known) if known else trouble(incident.kind)
    opened_ms = int(incident.opened_at.timestamp() * 1000)
    if incident.closed_at is None:
        told = say(_OPEN, what=what, since=f.inside(opened_ms))
    else:
        lasted_ms = int(incident.closed_at.timestamp() * 1000) - opened_ms
        values = {"what": what, "from": f.inside(opened_ms), "span": f.span(lasted_ms)}
        told = say(_OVER, **values)
    cure = "" if incident.cure is None else say(_CURED, cure=_remedy(incident.cure, f))
    return Story(
        opened_ms=opened_ms,
        over=incident.closed_at is not None,
        told=told,
        cure=cure,
        steps=tuple(_step(step, f) for step in incident.steps),
    )


def _remedy(step: str, f: Formats) -> str:
    known = _REMEDIES.get(step)
    return f.tongue.say(known) if known else remedy(step)


def _step(step: StepView, f: Formats) -> str:
    message = _SKIPPED if step.detail else _HELPED if step.helped else _IN_VAIN
    told = f.tongue.say(message, remedy=_remedy(step.step, f))
    return told[:1].upper() + told[1:]
