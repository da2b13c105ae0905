"""Why something was not done, in words: our fixed codes as sentences of the catalogue."""

from gatewayd.web.languages import N_

_WORDS = {
    "contact_blocked": N_("This contact is blocked. Unblock them to write to them."),
    "opted_out": N_("This customer asked for no more messages. You may not write to them."),
    "short_code_not_answered": N_("A short code is a machine’s: nobody reads answers there."),
    "name_not_answered": N_("This sender has a name and no number: nobody can answer it."),
    "sender_unknown": N_("The sender could not be read, so nobody can answer."),
    "contact_erased": N_("This customer was erased at their request: there is nobody to answer."),
    "inbox_without_modem": N_("No modem serves this inbox any more."),
    "text_empty": N_("There is nothing to send yet."),
    "text_too_long": N_("This text is too long to be sent. Shorten it."),
    "quiet_hours": N_("It is quiet time for customers now. Send it later."),
    "send_at_in_the_past": N_("That time is over. Choose a later one."),
    "send_at_too_late": N_("That is more than a year away. Choose an earlier time."),
    "lone_surrogate": N_("This text holds half a character. Type it again."),
}
_OTHERWISE = N_("That was not done: %(detail)s (%(code)s)")


def refusal_words(code: str, detail: str) -> tuple[str, dict[str, str]]:
    """Give a sentence of the catalogue, and its values."""
    known = _WORDS.get(code)
    return (known, {}) if known else (_OTHERWISE, {"detail": detail, "code": code})
