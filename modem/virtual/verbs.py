"""Which commands this modem knows: one table from the four groups of verbs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from modem.virtual.verbs_general import (
    CHATTER_VERBS,
    GENERAL_VERBS,
    ICCID_VERBS,
    PIN_ATTEMPT_VERBS,
    accept,
)
from modem.virtual.verbs_messages import MESSAGE_VERBS
from modem.virtual.verbs_radio import RADIO_VERBS, REGISTRATION_VERBS
from modem.virtual.verbs_submit import SUBMIT_VERBS

if TYPE_CHECKING:
    from modem.virtual.dialect import Outcome, Request
    from modem.virtual.modem import VirtualModem
    from modem.virtual.personality import Personality

Handler = Callable[["VirtualModem", "Request"], "Outcome"]

_TABLE: Mapping[str, Handler] = MappingProxyType(
    GENERAL_VERBS | RADIO_VERBS | MESSAGE_VERBS | SUBMIT_VERBS
)


def find(request: Request, personality: Personality) -> Handler | None:
    """Return what carries out a verb, None where this make answers ERROR."""
    verb = request.verb
    if (
        verb in personality.refused
        or f"{verb}{request.form}" in personality.refused
        or (verb in REGISTRATION_VERBS and verb not in personality.registration_verbs)
        or (verb in CHATTER_VERBS and verb != personality.chatter_switch)
        or (verb in ICCID_VERBS and verb != personality.iccid_verb)
        or (verb in PIN_ATTEMPT_VERBS and verb != personality.pin_attempts_verb)
    ):
        return None
    if verb in personality.accepted:
        return accept
    return _TABLE.get(verb)
