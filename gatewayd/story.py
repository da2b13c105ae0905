"""A modem's trouble in words: "deaf 02:14–02:16, cured by radio restart".

Owns the words for causes and cures, here and in the command line. English, like the log.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from modem.ladder import Cause, Step

_CAUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        Cause.SILENT: "silent",
        Cause.DEAF: "deaf",
        Cause.NO_NETWORK: "without network",
        Cause.REFUSING: "refusing commands",
        Cause.STUCK: "stuck in sending",
        Cause.RESTARTED: "restarted by itself",
    }
)

_STEPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Step.SET_UP: "a new set-up",
        Step.REARM: "turning its announcements on",
        Step.ASK: "asking again",
        Step.SEARCH: "a new search for the network",
        Step.RADIO: "radio restart",
        Step.RESTART: "modem restart",
        Step.REOPEN: "reopening its port",
        Step.USB_RESET: "a reset of its USB port",
        Step.BACK_OFF: "waiting",
        "gateway_restarted": "a restart of the gateway",
    }
)


def trouble(code: str) -> str:
    """What a modem with this trouble is, in words."""
    return _CAUSES.get(code) or code.replace("_", " ")


def remedy(step: str) -> str:
    """A step of the ladder, or another cure, in words."""
    return _STEPS.get(step) or step


def sentence(
    code: str, *, opened_at: datetime, closed_at: datetime | None, cure: str | None
) -> str:
    """Tell an incident; the times are shown in the zone that they have."""
    what = trouble(code)
    if closed_at is None:
        return f"{what} since {_clock(opened_at, dated=False)}"
    dated = opened_at.date() != closed_at.date()
    told = f"{what} {_clock(opened_at, dated=dated)}–{_clock(closed_at, dated=dated)}"
    return told if cure is None else f"{told}, cured by {remedy(cure)}"


def tried(step: str, *, helped: bool, seconds: float, detail: str | None) -> str:
    """Tell one step."""
    if detail is not None:
        return f"{remedy(step)} was skipped: {detail}"
    return f"{remedy(step)} {'helped' if helped else 'did not help'} ({seconds:.0f} s)"


def _clock(moment: datetime, *, dated: bool) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if dated else f"{moment:%H:%M}"
