"""The engine's states and what moves it, as one table; docs/at.md shows the same, generated."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class EngineState(StrEnum):
    """Where the dialogue stands."""

    IDLE = "idle"
    RUNNING = "running"
    PROMPT_ARMED = "prompt_armed"
    """A command with a body was written; the prompt is awaited."""

    BODY_HELD = "body_held"
    """The body was written at the prompt, its Ctrl-Z is held back."""

    SUBMITTED = "submitted"
    """Ctrl-Z was written: from here on the network may have the message."""

    RESYNC = "resync"
    FAILED = "failed"
    """Nothing can be asked: not opened yet, or three tries to resynchronise failed."""


class Trigger(StrEnum):
    """What moves the engine."""

    OPENED = "opened"
    START = "start"
    START_WITH_BODY = "start_with_body"
    PROMPT = "prompt"
    RELEASE = "release"
    ABANDON = "abandon"
    FINAL = "final"
    DEADLINE = "deadline"
    LONE_OK = "lone_ok"
    GIVE_UP = "give_up"


_S = EngineState
_T = Trigger

TRANSITIONS: Mapping[tuple[EngineState, Trigger], EngineState] = MappingProxyType(
    {
        **{(state, _T.OPENED): _S.RESYNC for state in _S},
        (_S.IDLE, _T.START): _S.RUNNING,
        (_S.IDLE, _T.START_WITH_BODY): _S.PROMPT_ARMED,
        (_S.RUNNING, _T.FINAL): _S.IDLE,
        (_S.RUNNING, _T.DEADLINE): _S.RESYNC,
        (_S.PROMPT_ARMED, _T.PROMPT): _S.BODY_HELD,
        (_S.PROMPT_ARMED, _T.FINAL): _S.IDLE,
        (_S.PROMPT_ARMED, _T.DEADLINE): _S.RESYNC,
        (_S.BODY_HELD, _T.RELEASE): _S.SUBMITTED,
        (_S.BODY_HELD, _T.ABANDON): _S.RUNNING,
        # The modem left the prompt by itself: what it made of the body is not known.
        (_S.BODY_HELD, _T.FINAL): _S.RESYNC,
        (_S.BODY_HELD, _T.DEADLINE): _S.RESYNC,
        (_S.SUBMITTED, _T.FINAL): _S.IDLE,
        (_S.SUBMITTED, _T.DEADLINE): _S.RESYNC,
        (_S.RESYNC, _T.LONE_OK): _S.IDLE,
        (_S.RESYNC, _T.GIVE_UP): _S.FAILED,
    }
)
"""Anything not in this table does not happen."""


def diagram() -> str:
    """Draw the table in Mermaid's language, for docs/at.md."""
    rows = ["stateDiagram-v2", "    [*] --> failed"]
    rows += [
        f"    {state} --> {target}: {trigger}"
        for (state, trigger), target in TRANSITIONS.items()
        if trigger is not Trigger.OPENED
    ]
    rows.append("    failed --> resync: opened")
    return "\n".join(rows)
