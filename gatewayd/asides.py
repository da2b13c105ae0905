"""What is told at once to those who listen, and to nobody later: who is looking, what was read.

It is in no journal, has no id and is not resumed: losing it costs a moment's freshness. Knows
neither HTTP nor the store.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from gatewayd.services.tokens import Principal, PrincipalType

ASIDE_TYPES: dict[str, str] = {
    "conversation.presence": "a person is `looking` at it, `writing` in it, or `gone`; believe it "
    "`until` then",
    "conversation.read": "you read it, or marked it unread, in another window; only you are told",
}
"""Every type there is; docs/http.md lists them too, and a test compares."""

_MOST_WAITING = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One thing to tell: to those who may see the inbox, or to one person alone."""

    type: str
    data: Mapping[str, str | int | None]
    inbox: str
    person_id: str | None = None

    def is_for(self, principal: Principal) -> bool:
        """Whether this one is to hear it."""
        if self.person_id is not None and (
            principal.type is not PrincipalType.PERSON or principal.id != self.person_id
        ):
            return False
        return principal.may_see(self.inbox)


@dataclass(slots=True, kw_only=True, eq=False)
class Listener:
    """One who listens: what waits for them, the oldest of too many forgotten."""

    principal: Principal
    wake: Callable[[], None]
    waiting: deque[Aside] = field(default_factory=lambda: deque(maxlen=_MOST_WAITING))

    def take(self) -> list[Aside]:
        """Give all that waits, oldest first."""
        taken = list(self.waiting)
        self.waiting.clear()
        return taken


class Asides:
    """All who listen in one process."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def publish(self, aside: Aside) -> None:
        """Tell those whom it is for."""
        for listener in self._listeners:
            if aside.is_for(listener.principal):
                listener.waiting.append(aside)
                listener.wake()

    @contextmanager
    def heard_by(self, principal: Principal, wake: Callable[[], None]) -> Iterator[Listener]:
        """Listen for as long as the block lasts; ``wake`` is called when something waits."""
        listener = Listener(principal=principal, wake=wake)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)
