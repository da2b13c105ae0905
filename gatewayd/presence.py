"""Who is looking at a conversation, or writing in it, just now: in memory, forgotten by itself.

It warns colleagues; it locks nothing, and a restart forgets it.
"""

from dataclasses import dataclass
from enum import StrEnum

from gatewayd.asides import Aside, Asides
from gatewayd.clock import Clock, to_rfc3339
from gatewayd.services.tokens import Principal

LASTS_MS = 45_000
"""So long is it believed without being said again; a page says it every 20 s."""


class PresenceState(StrEnum):
    """What somebody does there."""

    LOOKING = "looking"
    WRITING = "writing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A person at a conversation."""

    person_id: str
    name: str
    state: PresenceState
    until_ms: int


class Presences:
    """All who are at any conversation."""

    def __init__(self, *, clock: Clock, asides: Asides) -> None:
        self._clock = clock
        self._asides = asides
        self._there: dict[str, dict[str, Present]] = {}

    def say(
        self, conversation_id: str, state: PresenceState, *, inbox: str, by: Principal
    ) -> list[Present]:
        """Take note of what a person does there, and tell the others; give all who are there."""
        now_ms = self._clock.now_ms()
        self._forget(now_ms)
        until_ms = now_ms + LASTS_MS
        if state is PresenceState.GONE:
            self._there.get(conversation_id, {}).pop(by.id, None)
            until_ms = now_ms
        else:
            present = Present(person_id=by.id, name=by.name, state=state, until_ms=until_ms)
            self._there.setdefault(conversation_id, {})[by.id] = present
        self._asides.publish(
            Aside(
                type="conversation.presence",
                data={
                    "id": conversation_id,
                    "user_id": by.id,
                    "name": by.name,
                    "state": state,
                    "until": to_rfc3339(until_ms),
                },
                inbox=inbox,
            )
        )
        return self.at(conversation_id)

    def at(self, conversation_id: str) -> list[Present]:
        """List who is at a conversation, by name."""
        now_ms = self._clock.now_ms()
        there = self._there.get(conversation_id, {}).values()
        found = [each for each in there if now_ms < each.until_ms <= now_ms + LASTS_MS]
        return sorted(found, key=lambda each: (each.name, each.person_id))

    def _forget(self, now_ms: int) -> None:
        """Let go of those who said nothing for long, also where the clock was set back."""
        for conversation_id, people in list(self._there.items()):
            for person_id, present in list(people.items()):
                if not now_ms < present.until_ms <= now_ms + LASTS_MS:
                    del people[person_id]
            if not people:
                del self._there[conversation_id]
