"""Why a message did not get there, in words: fixed codes as sentences of the catalogue."""

from gatewayd.web.languages import N_

_NO_NUMBER = N_("The number does not exist, or is not in use.")
_BARRED = N_("The provider has barred texts for this SIM. Ask the provider.")
_PLAN = N_("The SIM’s plan does not allow this. Ask the provider.")
_BUSY = N_("The mobile network could not take it for a long time.")
_WORDS = {
    "opted_out": N_("The customer asked for no more messages."),
    "contact_blocked": N_("The contact was blocked."),
    "internal_error": N_("A fault in the gateway; its log says more."),
    "resolved": N_("Somebody settled it so."),
    "undelivered": N_("The customer’s phone was off too long, or the number is not in use."),
    "no_answer": N_("The modem did not answer in time."),
    "port_lost": N_("The modem was unplugged just then."),
    "cms_1": _NO_NUMBER,
    "cms_28": _NO_NUMBER,
    "cms_30": _NO_NUMBER,
    "cms_8": _BARRED,
    "cms_10": _BARRED,
    "cms_21": N_("The provider rejected it; often the SIM has no credit left."),
    "cms_27": N_("The customer’s phone or network cannot be reached."),
    "cms_29": _PLAN,
    "cms_50": _PLAN,
    "cms_17": _BUSY,
    "cms_38": _BUSY,
    "cms_41": _BUSY,
    "cms_42": _BUSY,
    "cms_47": _BUSY,
}
_OTHERWISE = N_("The network refused it (%(code)s).")


def fault_words(code: str) -> tuple[str, dict[str, str]]:
    """Give a sentence of the catalogue, and its values."""
    known = _WORDS.get(code)
    return (known, {}) if known else (_OTHERWISE, {"code": code})
