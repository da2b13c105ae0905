"""Virtual customers: they text the shop now and then, and answer what is sent to them.

They are subscribers of the virtual network, for the demo. What they say is data; when and to what
they say it is decided here, repeatably, from a seed.
"""

from __future__ import annotations

from collections import deque
from random import Random
from typing import TYPE_CHECKING

from modem.virtual.customer_lines import (
    ANSWERS,
    FRENCH_SIGNS,
    PERSONAS,
    SIGNS,
    Language,
    Persona,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.network import VirtualNetwork
    from modem.virtual.scheduler import Timer

OPENING_SECONDS = (25.0, 90.0)
ANSWER_SECONDS = (2.0, 7.0)
# A person stops answering a machine: no more than this many answers in this time.
PATIENCE_ANSWERS = 4
PATIENCE_SECONDS = 120.0


class VirtualCustomers:
    """The customers of one shop. Starts speaking with `start`; answers from the beginning."""

    def __init__(
        self,
        network: VirtualNetwork,
        *,
        shop_number: str,
        seed: int = 0,
        first_opening_seconds: float = 3.0,
        opening_seconds: tuple[float, float] = OPENING_SECONDS,
        answer_seconds: tuple[float, float] = ANSWER_SECONDS,
    ) -> None:
        self._network = network
        self._shop_number = shop_number
        self._random = Random(seed)  # noqa: S311  # repeatable, not secret
        self._first_opening_seconds = first_opening_seconds
        self._opening_seconds = opening_seconds
        self._answer_seconds = answer_seconds
        self._unsaid: list[tuple[Persona, str]] = []
        self._last_said: dict[str, str] = {}
        self._answered: dict[str, deque[float]] = {}
        self._started = network.scheduler.now()
        self._timers: set[Timer] = set()
        network.on_text(self._hear)

    def start(self) -> None:
        """Begin to text the shop."""
        self._later(self._first_opening_seconds, self._open)

    def stop(self) -> None:
        """Say no more: what was about to be said is dropped."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _open(self) -> None:
        if not self._unsaid:
            self._unsaid = [(who, text) for who in PERSONAS for text in who.openings]
            self._random.shuffle(self._unsaid)
        who, text = self._unsaid.pop()
        self._say(who.number, text)
        self._later(self._random.uniform(*self._opening_seconds), self._open)

    def _hear(self, sender: str, recipient: str, text: str) -> None:
        """Answer the shop, as the regular of this number or as anyone who got a text."""
        if sender != self._shop_number or not self._has_patience(recipient):
            return
        answer = self._answer(recipient, text)
        self._later(
            self._random.uniform(*self._answer_seconds), lambda: self._say(recipient, answer)
        )

    def _has_patience(self, number: str) -> bool:
        now = (self._network.scheduler.now() - self._started).total_seconds()
        times = self._answered.setdefault(number, deque(maxlen=PATIENCE_ANSWERS))
        if len(times) == PATIENCE_ANSWERS and now - times[0] < PATIENCE_SECONDS:
            return False
        times.append(now)
        return True

    def _answer(self, number: str, text: str) -> str:
        choices = ANSWERS[language_of(number, text)][topic_of(text)]
        fresh = [choice for choice in choices if choice != self._last_said.get(number)]
        return self._random.choice(fresh or list(choices))

    def _say(self, number: str, text: str) -> None:
        self._last_said[number] = text
        self._network.text_in(to=self._shop_number, from_=number, text=text)

    def _later(self, seconds: float, action: Callable[[], object]) -> None:
        def act() -> None:
            self._timers.discard(timer)
            action()

        timer = self._network.scheduler.call_later(seconds, act)
        self._timers.add(timer)


def topic_of(text: str) -> Topic:
    """Guess what a shop's message is about."""
    lowered = text.lower()
    for topic, signs in SIGNS:
        if any(sign in lowered for sign in signs):
            return topic
    return Topic.OTHER


def language_of(number: str, text: str) -> Language:
    """Return a regular's own language, else the one in which the shop wrote."""
    for persona in PERSONAS:
        if persona.number == number:
            return persona.language
    lowered = text.lower()
    return Language.FRENCH if any(sign in lowered for sign in FRENCH_SIGNS) else Language.ENGLISH
