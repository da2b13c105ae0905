"""Why a conversation is handed to somebody: what people can say in one word, beside their note."""

from enum import StrEnum


class HandOverReason(StrEnum):
    """In one word, so that it can be counted, and read in either language."""

    SHIFT_OVER = "shift_over"
    """Who hands it over stops working."""
    AWAY = "away"
    """They are, or will be, not there."""
    TOO_MUCH = "too_much"
    """They have too much else to do."""
    KNOWS_BETTER = "knows_better"
    """The other one knows more about it."""
    DECIDES = "decides"
    """The other one has to decide or approve."""
    LANGUAGE = "language"
    """The other one speaks the customer's language."""
    ASKED_FOR = "asked_for"
    """The customer asked for the other one."""
