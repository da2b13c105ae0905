"""A sick modem's incident: its cause, what is tried, what cures it, and who hears of it.

One for each worker, over all ports: an incident outlives the port on which it began. Drives the
ladder; how a step is taken is the treatment's and the supervisor's.
"""

from collections.abc import Callable

import structlog

from modem.events import Handler, StepTaken
from modem.ladder import Cause, Ladder, Step
from modem.standing import Standing
from modem.state import State, Trigger

_log = structlog.get_logger(__name__)

_SHOWN_AS_SICK = frozenset({State.READY, State.UNREGISTERED, State.INITIALISING})


class Care:
    """The incident that a modem has, or none."""

    def __init__(
        self, *, standing: Standing, handler: Handler, clock: Callable[[], float], modem: str
    ) -> None:
        self._standing = standing
        self._handler = handler
        self._clock = clock
        self._ladder = Ladder()
        self.step_began = 0.0
        """When the step was begun that is tried now, by the clock."""
        self._began = 0.0
        self._told: set[Step] = set()
        self._reason = ""
        self._log = _log.bind(modem=modem)

    @property
    def cause(self) -> Cause | None:
        """What is wrong; None while nothing is."""
        return self._ladder.cause

    @property
    def step(self) -> Step:
        """What is tried now. Raises LookupError where nothing is wrong."""
        return self._ladder.step

    @property
    def step_seconds(self) -> float:
        """How long it has been tried."""
        return self._clock() - self.step_began

    def pause_seconds(self, *, hurried: float, pauses: tuple[float, ...]) -> float:
        """How long to leave the modem alone."""
        return self._ladder.pause_seconds(hurried=hurried, pauses=pauses)

    async def begin(self, cause: Cause, detail: str) -> None:
        """Open an incident; nothing where one is open: it is another sign of the same trouble."""
        if self.cause is not None:
            self._log.info("modem_incident_goes_on", cause=cause.value, detail=detail)
            return
        self._ladder.begin(cause, now=self._clock())
        self._told.clear()
        self._began = self.step_began = self._clock()
        self._reason = detail
        self._log.warning("modem_incident", cause=cause.value, detail=detail)
        if cause is not Cause.NO_NETWORK:  # that is a state of its own
            await self.show()
        await self._handler.incident_opened(cause, detail)

    async def show(self) -> None:
        """Stand as degraded from now on."""
        if self._standing.state in _SHOWN_AS_SICK:
            await self._standing.move(Trigger.SICK, self._reason)

    async def failed(self) -> None:
        """The step did not help: go on to the next."""
        await self._tell(helped=False)
        self._go_on()

    async def passed_over(self, why: str | None) -> None:
        """The step cannot be taken; told where there is a reason that somebody can do away with."""
        if why is not None:
            await self._tell(helped=False, detail=why)
        self._go_on()

    def _go_on(self) -> None:
        self._ladder.failed()
        self.step_began = self._clock()

    async def recovered(self) -> None:
        """The modem is well: the step that was tried is the cure. Nothing without an incident."""
        cause = self.cause
        if cause is None:
            return
        step = self.step
        await self._tell(helped=True)
        self._ladder.cured(now=self._clock())
        self._log.info(
            "modem_cured",
            cause=cause.value,
            step=step.value,
            seconds=round(self._clock() - self._began, 3),
        )
        if self._standing.state is State.DEGRADED:
            await self._standing.move(Trigger.WELL)
        await self._handler.incident_closed(step)

    def proved(self, cause: Cause) -> None:
        """Something happened that a modem with this trouble cannot do: its cure holds."""
        self._ladder.proved(cause)

    async def _tell(self, *, helped: bool, detail: str | None = None) -> None:
        seconds = 0.0 if detail is not None else self.step_seconds
        taken = StepTaken(step=self.step, helped=helped, seconds=seconds, detail=detail)
        if not helped and taken.step in self._told:
            return  # each step is told once, not for days
        self._told.add(taken.step)
        self._log.info(
            "modem_step",
            step=taken.step.value,
            helped=helped,
            seconds=round(taken.seconds, 3),
            detail=detail,
        )
        await self._handler.incident_step(taken)
