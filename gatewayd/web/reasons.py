"""Why a conversation is handed over, as people say it."""

from collections.abc import Mapping

from gatewayd.handing_over import HandOverReason
from gatewayd.web.languages import N_

REASONS: Mapping[str, str] = {
    HandOverReason.SHIFT_OVER: N_("My shift is over"),
    HandOverReason.AWAY: N_("I am away"),
    HandOverReason.TOO_MUCH: N_("I have too much to do"),
    HandOverReason.KNOWS_BETTER: N_("They know more about it"),
    HandOverReason.DECIDES: N_("They have to decide"),
    HandOverReason.LANGUAGE: N_("They speak the customer’s language"),
    HandOverReason.ASKED_FOR: N_("The customer asked for them"),
}
"""As who hands it over chooses it."""

REASONS_TOLD: Mapping[str, str] = {
    HandOverReason.SHIFT_OVER: N_("shift over"),
    HandOverReason.AWAY: N_("away"),
    HandOverReason.TOO_MUCH: N_("too much to do"),
    HandOverReason.KNOWS_BETTER: N_("knows more about it"),
    HandOverReason.DECIDES: N_("has to decide"),
    HandOverReason.LANGUAGE: N_("speaks the customer’s language"),
    HandOverReason.ASKED_FOR: N_("the customer asked for them"),
}
"""As the timeline tells it; what the gateway does by itself says why in its own words."""
