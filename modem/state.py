"""The states of a modem and what moves it from one to another: one table, nothing else moves it."""

from enum import StrEnum


class State(StrEnum):
    """As CONTRACT.md names them."""

    ABSENT = "absent"
    OPENING = "opening"
    INITIALISING = "initialising"
    NEEDS_PIN = "needs_pin"
    UNREGISTERED = "unregistered"
    READY = "ready"
    DEGRADED = "degraded"
    BACKOFF = "backoff"
    FAILED = "failed"
    HELD = "held"
    STOPPED = "stopped"


class Trigger(StrEnum):
    """What happened to it."""

    OPEN = "open"
    NO_DEVICE = "no_device"
    OPEN_FAILED = "open_failed"
    OPENED = "opened"
    PIN_WANTED = "pin_wanted"
    BLOCKED = "blocked"
    SETUP_FAILED = "setup_failed"
    NO_NETWORK = "no_network"
    REGISTERED = "registered"
    SICK = "sick"
    WELL = "well"
    REBOOTED = "rebooted"
    LOST = "lost"
    RETRY = "retry"
    OTHER_SIM = "other_sim"
    CONFIRMED = "confirmed"
    STOP = "stop"


TRANSITIONS: dict[tuple[State, Trigger], State] = {
    (State.ABSENT, Trigger.OPEN): State.OPENING,
    (State.OPENING, Trigger.NO_DEVICE): State.ABSENT,
    (State.OPENING, Trigger.OPEN_FAILED): State.BACKOFF,
    (State.OPENING, Trigger.OPENED): State.INITIALISING,
    (State.INITIALISING, Trigger.PIN_WANTED): State.NEEDS_PIN,
    (State.INITIALISING, Trigger.BLOCKED): State.FAILED,
    (State.INITIALISING, Trigger.SETUP_FAILED): State.BACKOFF,
    (State.INITIALISING, Trigger.NO_NETWORK): State.UNREGISTERED,
    (State.INITIALISING, Trigger.REGISTERED): State.READY,
    (State.INITIALISING, Trigger.OTHER_SIM): State.HELD,
    (State.INITIALISING, Trigger.SICK): State.DEGRADED,
    (State.INITIALISING, Trigger.LOST): State.ABSENT,
    (State.NEEDS_PIN, Trigger.LOST): State.ABSENT,
    (State.NEEDS_PIN, Trigger.RETRY): State.OPENING,
    (State.UNREGISTERED, Trigger.REGISTERED): State.READY,
    (State.UNREGISTERED, Trigger.SICK): State.DEGRADED,
    (State.UNREGISTERED, Trigger.REBOOTED): State.INITIALISING,
    (State.UNREGISTERED, Trigger.LOST): State.ABSENT,
    (State.READY, Trigger.NO_NETWORK): State.UNREGISTERED,
    (State.READY, Trigger.SICK): State.DEGRADED,
    (State.READY, Trigger.REBOOTED): State.INITIALISING,
    (State.READY, Trigger.LOST): State.ABSENT,
    (State.DEGRADED, Trigger.WELL): State.READY,
    (State.DEGRADED, Trigger.OPENED): State.INITIALISING,
    (State.DEGRADED, Trigger.NO_NETWORK): State.UNREGISTERED,
    (State.DEGRADED, Trigger.REBOOTED): State.INITIALISING,
    (State.DEGRADED, Trigger.LOST): State.ABSENT,
    (State.BACKOFF, Trigger.RETRY): State.OPENING,
    (State.BACKOFF, Trigger.LOST): State.ABSENT,
    (State.FAILED, Trigger.RETRY): State.OPENING,
    (State.FAILED, Trigger.LOST): State.ABSENT,
    (State.HELD, Trigger.CONFIRMED): State.INITIALISING,
    (State.HELD, Trigger.LOST): State.ABSENT,
    **{(state, Trigger.STOP): State.STOPPED for state in State if state is not State.STOPPED},
}


class IllegalTransitionError(Exception):
    """A trigger that the table does not know in this state: a bug, never the modem's fault."""

    def __init__(self, *, state: State, trigger: Trigger) -> None:
        super().__init__(f"a modem that is {state} cannot meet {trigger}")
        self.state = state
        self.trigger = trigger


def advance(state: State, trigger: Trigger) -> State:
    """The state after ``trigger``; raises IllegalTransitionError where the table has none."""
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransitionError(state=state, trigger=trigger) from None


def diagram() -> str:
    """The table as a Mermaid state diagram, for docs/modems.md."""
    lines = ["stateDiagram-v2", "    [*] --> absent"]
    lines += [
        f"    {state} --> {target}: {trigger}"
        for (state, trigger), target in TRANSITIONS.items()
        if trigger is not Trigger.STOP
    ]
    lines.append("    note right of stopped: from any state, on stop")
    return "\n".join(lines) + "\n"
