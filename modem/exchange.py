"""One submit: the part, its prompt, its Ctrl-Z, its answer, and the commit of what became of it.

Owns the order that makes a kill at any moment harmless: committed as ``submitting`` before Ctrl-Z
is written, settled in one piece with the answer. Once begun it ends, whoever is cancelled.
"""

import asyncio
from collections.abc import Awaitable, Callable

from modem.events import Accepted, Handler, Refused, Submission, SubmitOutcome
from modem.session import Session

REPORT_GRACE_SECONDS = 1.0
"""How long the answer may still come once a report has proved the submit."""


class Exchange:
    """A running submit."""

    def __init__(
        self, *, session: Session, handler: Handler, submission: Submission, deadline_seconds: float
    ) -> None:
        self._session = session
        self._handler = handler
        self._submission = submission
        self._deadline_seconds = deadline_seconds
        self._waits = True
        self._grace: asyncio.TimerHandle | None = None
        self.answered_in_seconds: float | None = None
        """From the command to the network's answer, where there was one."""

    def conclude(self, submission_id: str) -> None:
        """A report has proved this submission: wait for its answer only a little longer."""
        if submission_id == self._submission.id and self._waits and self._grace is None:
            loop = asyncio.get_running_loop()
            self._grace = loop.call_later(REPORT_GRACE_SECONDS, self._session.conclude)

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
            if self._grace is not None:
                self._grace.cancel()
        if isinstance(outcome, Accepted | Refused):
            self.answered_in_seconds = asyncio.get_running_loop().time() - started
        await self._handler.settled(self._submission, outcome)
        return outcome

    async def _release(self) -> bool:
        return await self._handler.submitting(
            self._submission, deadline_seconds=self._deadline_seconds
        )
