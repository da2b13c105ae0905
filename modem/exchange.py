"""One submit: the part, its prompt, its Ctrl-Z, its answer, and the commit of what became of it.

Owns the order that makes a kill at any moment harmless: committed as ``submitting`` before Ctrl-Z
is written, settled in one piece with the answer. Once begun it ends, whoever is cancelled.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from modem.events import Accepted, Handler, Refused, Submission, SubmitOutcome
from modem.session import Session

REPORT_GRACE_SECONDS = 1.0
"""How long the answer may still come once a report has proved the submit."""

REPORT_PATIENCE_SECONDS = 10.0
"""How long an answer is waited for at least while a report lies unread in the modem's store."""


class Exchange:
    """A running submit."""

    def __init__(
        self,
        *,
        session: Session,
        handler: Handler,
        submission: Submission,
        deadline_seconds: float,
        patience_seconds: float,
    ) -> None:
        self._session = session
        self._handler = handler
        self._submission = submission
        self._deadline_seconds = deadline_seconds
        self._patience_seconds = min(patience_seconds, deadline_seconds)
        self._waits = True
        self._ctrl_z_at: float | None = None
        self._grace: asyncio.TimerHandle | None = None
        self._look: asyncio.TimerHandle | None = None
        self.answered_in_seconds: float | None = None
        """From the command to the network's answer, where there was one."""

    def conclude(self, submission_id: str) -> None:
        """A report has proved this submission: wait for its answer only a little longer."""
        if submission_id == self._submission.id and self._waits and self._grace is None:
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(REPORT_GRACE_SECONDS, self._session.conclude)

    def report_stored(self) -> None:
        """A report lies in the modem, perhaps of this submission: read it before the deadline.

        The line is free for that only once this submit's answer is not waited for any more. What
        follows tells whether the modem was still at it: then it answers nothing else first.
        """
        if self._waits and self._ctrl_z_at is not None and self._look is None:
            patience_seconds = self._deadline_seconds - self._patience_seconds
            self._look = asyncio.get_running_loop().call_at(
                self._ctrl_z_at + self._patience_seconds,
                partial(self._session.conclude, patience_seconds=patience_seconds),
            )

    @property
    def proved(self) -> bool:
        """Whether a report has told what became of it."""
        return self._grace is not None

    async def finish(
        self, wake: asyncio.Event, meanwhile: Callable[[], Awaitable[None]]
    ) -> SubmitOutcome:
        """Run to the end, calling ``meanwhile`` at first and at each wake.

        A cancellation, or an error of ``meanwhile``, waits for the end too and is raised after the
        outcome has been committed.
        """
        task = asyncio.ensure_future(self._run())
        task.add_done_callback(lambda _: wake.set())
        interruption: BaseException | None = None
        while not task.done():
            wake.clear()
            try:
                if interruption is None:
                    await meanwhile()
                if not task.done():
                    await wake.wait()
            except BaseException as error:  # noqa: BLE001 - raised again below, after the commit
                interruption = interruption or error
        if interruption is not None:
            raise interruption
        return task.result()

    async def _run(self) -> SubmitOutcome:
        started = asyncio.get_running_loop().time()
        try:
            outcome = await self._session.submit(
                self._submission, self._release, deadline_seconds=self._deadline_seconds
            )
        finally:
            self._waits = False
            for timer in (self._grace, self._look):
                if timer is not None:
                    timer.cancel()
        if isinstance(outcome, Accepted | Refused):
            self.answered_in_seconds = asyncio.get_running_loop().time() - started
        await self._handler.settled(self._submission, outcome)
        return outcome

    async def _release(self) -> bool:
        released = await self._handler.submitting(
            self._submission, deadline_seconds=self._deadline_seconds
        )
        if released:
            self._ctrl_z_at = asyncio.get_running_loop().time()
        return released
