"""Following one message until the network has it, or its report came, or it ended otherwise.

Owns when to stop waiting. Listens to events so that it hears at once, and looks at the message
itself whenever the stream begins, so that nothing that happened in between is missed.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from gatewayd.cli.client import Client, Json, path_of
from gatewayd.cli.failure import NoDaemonError

_RECONNECT_SECONDS = 1.0

Report = Callable[[str], None]


class Until(StrEnum):
    """What ``--wait`` waits for."""

    SENT = "sent"
    DELIVERED = "delivered"


GOOD = {Until.SENT: {"sent", "delivered"}, Until.DELIVERED: {"delivered"}}
_MAY_STILL_CHANGE = {"queued", "sending"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The message as last seen; not ``ended`` when time ran out first."""

    message: Json
    ended: bool


def follow(
    client: Client, message: Json, *, until: Until, seconds: float, report: Report
) -> Followed:
    """Follow a message for at most ``seconds``.

    Raises RefusedError, and NoDaemonError only when the daemon was away at the end.
    """
    deadline = time.monotonic() + seconds
    missing: NoDaemonError | None = None
    while time.monotonic() < deadline:
        try:
            for event in client.stream(deadline=deadline):
                missing = None
                if event.type == "":
                    message = client.get(path_of("v1", "messages", message["id"]))
                elif event.data.get("id") == message["id"]:
                    message = {**message, **event.data}
                report(message["state"])
                if _is_over(message["state"], until):
                    return Followed(message=message, ended=True)
        except NoDaemonError as error:
            missing = error
            report("the daemon is away")
        time.sleep(max(0.0, min(_RECONNECT_SECONDS, deadline - time.monotonic())))
    if missing is not None:
        raise missing
    return Followed(message=message, ended=False)


def _is_over(state: str, until: Until) -> bool:
    if state in GOOD[until]:
        return True
    return state not in _MAY_STILL_CHANGE | {"sent"}


@contextmanager
def progress(to: str, until: Until) -> Iterator[Report]:
    """Show the state on a terminal's stderr while the block runs; elsewhere show nothing."""
    if not sys.stderr.isatty():
        yield lambda _state: None
        return
    from rich.console import Console  # noqa: PLC0415 - pipes need not wait for it
    from rich.markup import escape  # noqa: PLC0415 - as above
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - so

    goal = "the network has it" if until is Until.SENT else "it is delivered"
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[state]}", style="bold"),
        TextColumn(f"[dim]until {goal}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(f"To {escape(to)}:", total=None, state="queued")
        yield lambda state: bar.update(task, state=state)
