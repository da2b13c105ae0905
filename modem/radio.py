"""How a modem stands with its network: asked, and put into words.

Owns the judgement whether it can be used. Knows no messages.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from modem.at import verbs
from modem.at.command import Command
from modem.at.verbs import RegistrationState
from modem.centre import ServiceCentre
from modem.dialogue import ask, understand
from modem.port import Port

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the modem stands with its network. ``obstacle`` says why it cannot be used, if so."""

    registration: str | None
    operator: str | None
    signal_dbm: int | None
    smsc: str | None
    obstacle: str | None

    registered: bool
    answered: bool
    """Whether the modem took any of the questions."""


class _Asker:
    """Asks, and remembers whether anything was answered."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self.answered = False

    async def learn(self, command: Command, parse: Callable[[Sequence[bytes]], T]) -> T | None:
        lines, final = await ask(self._port, command)
        self.answered |= final is not None and final.ok
        return understand(self._port, (lines, final), parse)

    async def registration(self) -> RegistrationState | None:
        best: RegistrationState | None = None
        for domain in verbs.Domain:
            state = await self.learn(verbs.registration_read(domain), verbs.parse_registration)
            if state is not None and state.registered:
                return state
            best = best or state
        return best


async def look_around(port: Port, centre: ServiceCentre) -> Network:
    """Ask for registration in any domain, operator and signal. Raises PortLostError."""
    asker = _Asker(port)
    state = await asker.registration()
    return Network(
        registration=_registration_words(state),
        operator=await asker.learn(verbs.cops_read(), verbs.parse_cops),
        signal_dbm=await asker.learn(verbs.csq(), verbs.parse_csq),
        smsc=centre.number,
        obstacle=_obstacle(state, centre),
        registered=state is not None and state.registered,
        answered=asker.answered,
    )


def _registration_words(state: RegistrationState | None) -> str | None:
    if state is None:
        return None
    if state.registered:
        return "roaming" if state.roaming else "home"
    if state.denied:
        return "denied"
    return "searching" if state.searching else "not_registered"


def _obstacle(state: RegistrationState | None, centre: ServiceCentre) -> str | None:
    if state is None:
        return "the modem does not say whether it is registered"
    if state.denied:
        return "the network refuses this SIM"
    if not state.registered:
        return "the modem has not found its network"
    if centre.missing:
        return "the SIM names no service centre: set smsc for this modem"
    return None
