"""What people may ask of one modem by hand: USSD and the AT console, as far as its state allows.

Owns who may ask when, and tells everyone who waits when the modem goes away.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from modem.console import Denied, Typed, permit, type_in
from modem.requests import NotDone, Requests, WhyNot
from modem.session import Session
from modem.standing import Standing
from modem.state import State
from modem.ussd import Ussd, UssdOutcome

T = TypeVar("T")

ConsoleOutcome = Typed | Denied | NotDone


class Desk:
    """Stands between people and one modem's worker."""

    def __init__(self, requests: Requests, standing: Standing) -> None:
        self._requests = requests
        self._standing = standing
        self.ussd = Ussd(requests, modem=standing.status.name)

    def open(self) -> None:
        """The modem is set up: a worker looks after what is asked from now on."""
        self._requests.open()

    def close(self, detail: str) -> None:
        """Nobody serves the modem any more, or it has forgotten all: who waits is told."""
        self._requests.close(detail)
        self.ussd.lost(detail)

    async def take_up(self, session: Session) -> bool:
        """Do the oldest request; false when there is none. Raises PortLostError."""
        return await self._requests.take_up(session)

    async def start_ussd(self, code: str) -> UssdOutcome:
        """Ask the network by a code; the modem must be ready."""
        return await self._when_ready(partial(self.ussd.start, code))

    async def reply_ussd(self, text: str) -> UssdOutcome:
        """Reply to the network's menu."""
        return await self._when_ready(partial(self.ussd.reply, text))

    async def cancel_ussd(self) -> UssdOutcome:
        """Close the network's menu."""
        return await self._when_ready(self.ussd.cancel)

    async def console(self, line: str) -> ConsoleOutcome:
        """Type one command that only asks; the modem must have been set up."""
        command = permit(line)
        if isinstance(command, Denied):
            return command
        return self._explained(await self._requests.ask(partial(type_in, command=command)))

    async def _when_ready(self, ask: Callable[[], Awaitable[UssdOutcome]]) -> UssdOutcome:
        if self._standing.state is State.READY:
            return self._explained(await ask())
        return self._explained(NotDone(why=WhyNot.NOT_SERVED, detail=""))

    def _explained(self, outcome: T) -> T | NotDone:
        if not isinstance(outcome, NotDone) or outcome.why is not WhyNot.NOT_SERVED:
            return outcome
        status = self._standing.status
        reason = f": {status.reason}" if status.reason else ""
        detail = f"the modem is not ready but {status.state.value}{reason}"
        return NotDone(why=outcome.why, detail=detail)
