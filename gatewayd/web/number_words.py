"""Why something is no telephone number, in words: fixed codes as sentences of the catalogue."""

from gatewayd.web.languages import N_, Tongue

_WORDS = {
    "number_empty": N_("It is empty."),
    "number_no_digits": N_("It has no digits."),
    "number_has_letters": N_("It has letters in it."),
    "number_bad_character": N_("It has a character that no number has."),
    "number_misplaced_plus": N_("A plus sign can only stand at the beginning."),
    "number_too_short": N_("It has too few digits to be a telephone number."),
    "number_too_long": N_("It has too many digits to be a telephone number."),
    "number_wrong_length": N_("No telephone number there has this many digits."),
    "number_without_area_code": N_("Its area code is missing."),
    "unknown_country_code": N_("No country has its country code."),
    "number_needs_country": N_("Write it with a + and its country code."),
}


def number_words(tongue: Tongue, code: str, otherwise: str) -> str:
    """Say why; ``otherwise`` stands for a code that has no sentence."""
    known = _WORDS.get(code)
    return otherwise if known is None else tongue.say(known)
