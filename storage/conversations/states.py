"""Owns the states of a conversation: what each turn of it, and each person's act, makes of it."""

from enum import StrEnum


class ConversationState(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    """Ours."""
    WAITING = "waiting"
    """The customer's."""
    SNOOZED = "snoozed"
    """Nobody's until a time, or until the customer writes."""
    CLOSED = "closed"
    """Nobody's."""


class Turn(StrEnum):
    """Who has just done something."""

    CUSTOMER = "customer"
    """The customer wrote, or called."""
    ANSWER = "answer"
    """One of us answered in the conversation."""
    PROGRAM = "program"
    """A program sent something: nobody has read what the customer wrote, perhaps."""
    APART = "apart"
    """A customer who is blocked wrote or called."""
    WORD = "word"
    """A customer took consent away or gave it back: said to the gateway, and nobody need answer."""


class Act(StrEnum):
    """What a person does to a conversation."""

    CLOSE = "close"
    REOPEN = "reopen"
    SNOOZE = "snooze"


AFTER_TURN: dict[Turn, ConversationState] = {
    Turn.CUSTOMER: ConversationState.OPEN,
    Turn.ANSWER: ConversationState.WAITING,
}
"""The state after a turn, whatever it was; the other turns change none."""

NEW: dict[Turn, ConversationState] = {
    **AFTER_TURN,
    Turn.PROGRAM: ConversationState.WAITING,
    Turn.APART: ConversationState.CLOSED,
    Turn.WORD: ConversationState.CLOSED,
}
"""The state of a conversation that begins with this turn."""

AFTER_ACT: dict[Act, ConversationState] = {
    Act.CLOSE: ConversationState.CLOSED,
    Act.REOPEN: ConversationState.OPEN,
    Act.SNOOZE: ConversationState.SNOOZED,
}

ACTS_ON: dict[Act, frozenset[ConversationState]] = {
    Act.CLOSE: frozenset(ConversationState),
    Act.REOPEN: frozenset(ConversationState),
    Act.SNOOZE: frozenset(ConversationState) - {ConversationState.CLOSED},
}
"""Where an act is possible."""


def after_turn(state: ConversationState, turn: Turn) -> ConversationState:
    """Give the state of a conversation after a turn."""
    return AFTER_TURN.get(turn, state)
