"""How a modem stands: its status, and whoever has to hear of it.

Owns the rule that only the table of ``modem.state`` moves a modem, and that a change is told once.
"""

from collections.abc import Callable
from dataclasses import replace

import structlog

from config.schema import ModemSettings
from modem.events import Handler, Identity, Status
from modem.state import State, Trigger, advance

_log = structlog.get_logger(__name__)


class Standing:
    """One modem's status."""

    def __init__(
        self, *, settings: ModemSettings, handler: Handler, now_ms: Callable[[], int]
    ) -> None:
        self._handler = handler
        self._now_ms = now_ms
        self.status = Status(
            name=settings.name,
            device=settings.device,
            state=State.ABSENT,
            reason=None,
            since_ms=now_ms(),
            identity=Identity(number=settings.number),
        )

    @property
    def state(self) -> State:
        """Where it stands in the table."""
        return self.status.state

    async def move(self, trigger: Trigger, reason: str | None = None) -> None:
        """Enter the state that ``trigger`` leads to. Raises IllegalTransitionError."""
        before = self.status.state
        after = advance(before, trigger)
        _log.info(
            "modem_state",
            modem=self.status.name,
            before=before.value,
            after=after.value,
            reason=reason,
        )
        await self._tell(replace(self.status, state=after, reason=reason, since_ms=self._now_ms()))

    async def note(self, status: Status) -> None:
        """Take new facts about identity, network and stores; told only where they differ."""
        if status != self.status:
            await self._tell(status)

    async def explain(self, reason: str) -> None:
        """Give the reason for staying where it is."""
        await self.note(replace(self.status, reason=reason))

    async def _tell(self, status: Status) -> None:
        self.status = status
        await self._handler.status_changed(status)
