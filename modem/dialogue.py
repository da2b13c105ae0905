"""Short words for asking a modem: the answer's lines, or None where it refuses or is silent.

A single refusal is never fatal: what cannot be asked is not known. Only a lost port
ends a dialogue.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import structlog

from modem.at.command import Command
from modem.at.engine import Response
from modem.at.errors import BadReply
from modem.at.results import Final, Kind
from modem.port import Port

T = TypeVar("T")

_log = structlog.get_logger(__name__)


Answer = tuple[tuple[bytes, ...], Final | None]
"""The answer's lines, and its final result: None when the modem stayed silent."""


_BUSY = frozenset({14, 314, 515})  # SIM busy, SIM busy, please wait
_CODED = frozenset({Kind.CME, Kind.CMS})


def sim_is_busy(final: Final) -> bool:
    """Whether the answer is that the SIM has not woken up yet: ask again later."""
    return final.kind in _CODED and final.code in _BUSY


def is_refusal(final: Final | None) -> bool:
    """Whether the modem does not want this command; a busy SIM or silence says nothing of that."""
    return final is not None and not final.ok and not sim_is_busy(final)


ASKED_IN_SILENCE = 3


async def ask(port: Port, command: Command) -> Answer:
    """Run a command. Raises PortLostError."""
    answer = await port.execute(command)
    if isinstance(answer, Response):
        return answer.lines, answer.final
    return (), None


async def tell(port: Port, command: Command) -> bool:
    """Run a command that only has to be accepted; true when it was."""
    _, final = await ask(port, command)
    accepted = final is not None and final.ok
    if not accepted:
        _log.debug("command_refused", device=port.device, verb=_verb(command))
    return accepted


async def learn(port: Port, command: Command, parse: Callable[[Sequence[bytes]], T]) -> T | None:
    """Run a command and read its answer; None where the modem refuses or says nothing readable."""
    return understand(port, await ask(port, command), parse)


def understand(port: Port, answer: Answer, parse: Callable[[Sequence[bytes]], T]) -> T | None:
    """Read an answer; None where it is a refusal, a silence or not readable."""
    lines, final = answer
    if final is None or not final.ok:
        return None
    try:
        return parse(lines)
    except BadReply as error:
        _log.info("answer_unreadable", device=port.device, verb=error.verb, why=error.why)
        return None


async def learn_any(
    port: Port, commands: Iterable[Command], parse: Callable[[Sequence[bytes]], T]
) -> T | None:
    """Try the variants of one question in turn; the first readable answer counts.

    A silence is asked again: much hangs on who is on the line.
    """
    for command in commands:
        answer: Answer = ((), None)
        for _ in range(ASKED_IN_SILENCE):
            answer = await ask(port, command)
            if answer[1] is not None:
                break
        found = understand(port, answer, parse)
        if found is not None:
            return found
    return None


def _verb(command: Command) -> str:
    """The command without its arguments, which may be secret (a PIN)."""
    return command.line.partition(b"=")[0].decode("ascii", "replace")
