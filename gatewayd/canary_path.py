"""The way of one modem's test messages: what closes it now, and what their absence means.

Pure: values in, words out.
"""

from dataclasses import dataclass

from config.schema import CANARY_TO_SELF, ModemSettings
from config.values import format_duration
from gatewayd.directory import ModemView
from storage.queries import MessageRow
from storage.states import MessageState

FAILED = frozenset({MessageState.FAILED, MessageState.UNDELIVERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class CanaryPath:
    """One modem's way to ourselves at this moment, and what keeps a message from going it."""

    modem: ModemSettings
    view: ModemView | None
    target: ModemView | None
    """The modem of ours that receives; None for a number."""

    @property
    def recipient(self) -> str | None:
        """The number that it goes to."""
        return self.modem.canary_to if self.target is None else self.target.number

    @property
    def whereto(self) -> str:
        """Say it to people."""
        if self.modem.canary_to == CANARY_TO_SELF:
            return "itself"
        return "the number in canary_to" if self.target is None else f"modem {self.target.name}"

    @property
    def closed_going(self) -> str | None:
        """Why its modem would not send now."""
        view = self.view
        if view is None or view.state != "ready":
            return "the modem is not ready"
        if view.muted:
            return "the modem is muted"
        if view.paused is not None:
            return "the network refused too many messages of this SIM; it is paused"
        if view.limits.waits_for not in {None, "limit_interval"}:
            return "the modem's limits let nothing through"
        if view.number is None:
            return "the modem's own number is not known; set number in the configuration"
        return None

    @property
    def held_back(self) -> bool:
        """Whether a limit, even a short one, keeps its modem from sending now."""
        return self.view is not None and self.view.limits.waits_for is not None

    @property
    def closed_coming(self) -> str | None:
        """Why nothing could come in now."""
        if self.target is None:
            return None
        if self.target.state != "ready":
            return f"modem {self.target.name}, which should receive it, is not ready"
        if self.target.number is None:
            return f"the number of modem {self.target.name} is not known"
        return None


def complaint(path: CanaryPath, message: MessageRow) -> str:
    """Say to people what did not happen, and what that means."""
    within = format_duration(path.modem.canary_within)
    if message.state in FAILED:
        why = message.error_detail or message.state.value
        return f"a test message to {path.whereto} failed: {why}"
    if message.on_air_at_ms is None:
        return f"a test message to {path.whereto} could not be sent within {within}"
    missing = f"a test message to {path.whereto} has not arrived within {within}"
    if message.state is MessageState.DELIVERED:
        return f"{missing}, but the network delivered it: what comes in there may not be noticed"
    return (
        f"{missing}: what is sent through this modem may get lost, or what comes in there may not "
        "be noticed"
    )
