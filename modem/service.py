"""The work on a modem that has been set up, in its order.

What was pushed and what it waits for, then read-and-delete, then calls, then sending, then what a
person asks by hand, then looking after the network: a poll never delays a person's message. What a
message means is the Handler's; how a command is spoken is the Session's.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from modem.attention import REPORT_STORE, Attention
from modem.care import Care
from modem.desk import Desk
from modem.ears import Ears
from modem.errors import BeginAnewError
from modem.events import ArrivedPdu, Disposition, Handler
from modem.exchange import REPORT_PATIENCE_SECONDS, Exchange
from modem.ladder import Cause
from modem.radio import Network
from modem.session import Reception, Session
from modem.standing import Standing
from modem.state import State, Trigger
from modem.sweep import Sweeper
from modem.timing import Timing
from modem.treatment import Treatment
from modem.watch import Watch, may_be_the_network, words_of

IN_VAIN = 5
"""After so many announcements of nothing new in a row (a jammed store cries on), they can wait."""

IN_VAIN_REST_SECONDS = 1.0
"""How long: there must be time to send."""


class Service:
    """Serves one modem on one port, from its set-up to its end."""

    def __init__(
        self,
        *,
        session: Session,
        handler: Handler,
        attention: Attention,
        standing: Standing,
        wake: asyncio.Event,
        timing: Timing,
        care: Care,
        watch: Watch,
        desk: Desk,
        ears: Ears,
        submit_seconds: float,
    ) -> None:
        self._session = session
        self._handler = handler
        self._attention = attention
        self._standing = standing
        self._wake = wake
        self._timing = timing
        self._sweeper = Sweeper(session, handler, restarted=lambda: attention.rebooted)
        self._care = care
        self._watch = watch
        self._desk = desk
        self._ears = ears
        self._treatment = Treatment(
            session=session, care=care, timing=timing, wake=wake, attend=self._take_pushed
        )
        self._sick: tuple[Cause, str] | None = None
        self._expects_unread = True  # the next look into the stores may find what nobody announced
        self._exchange: Exchange | None = None
        self._next_sweep = self._next_health = self._rest_until = 0.0
        self._in_vain = 0
        self._longest_answer = 0.0
        self.submit_seconds = submit_seconds
        """How long a submit may take; stretched by what this modem has needed."""

    def conclude(self, submission_id: str) -> None:
        """A report proved what became of this submission: do not wait long for its answer."""
        self._watch.proved()
        if self._exchange is not None:
            self._exchange.conclude(submission_id)

    async def set_up(self) -> None:
        """Make the modem ready, or find out why it is not. Raises SetupError, PortLostError."""
        self._attention.rebooted = False  # what it said before the set-up is dealt with by it
        identity = await self._session.set_up()
        await self._standing.note(replace(self._standing.status, identity=identity))
        self._watch.began()
        self._sick = None
        self._desk.open()  # before anybody hears that it is ready
        await self._check_network()
        self._look_into_stores()

    async def run(self, ended: Callable[[], bool]) -> None:
        """Serve until ``ended`` says so or the modem has restarted.

        Raises PortLostError, ReopenError where only that may help, and BeginAnewError.
        """

        def over() -> bool:
            return ended() or self._attention.rebooted

        while not over():
            self._wake.clear()
            self._session.check()
            await self._take_pushed()
            if self._sick is not None:
                (cause, detail), self._sick = self._sick, None
                await self._treatment.treat(cause, detail, ended=over)
                self._look_into_stores()
                self._next_health = 0.0
            elif not await self._do_one_thing():
                await self._idle()

    async def _do_one_thing(self) -> bool:
        """Do what is most pressing; false when there is nothing to do."""
        now = asyncio.get_running_loop().time()
        if self._session.acknowledgements_due:
            await self._session.acknowledge()
        elif now >= self._next_sweep:
            await self._sweep_all()
            # From its end: a slow store must not leave time for nothing but sweeps.
            ended = asyncio.get_running_loop().time()
            self._next_sweep = ended + self._timing.sweep_seconds
        elif self._attention.announced and now >= self._rest_until:
            await self._sweep_announced()
        elif await self._take_call():
            return True
        elif self._attention.network_changed:
            self._attention.network_changed = False
            await self._check_sim()
            await self._check_network()
        elif await self._send_one() or await self._desk.take_up(self._session):
            return True
        elif now >= self._next_health:
            await self._check_network()
            if self._standing.state is State.READY:
                await self._check_reception()
        else:
            return False
        return True

    def _suspect(self, cause: Cause | None, detail: str) -> None:
        if cause is not None:
            self._sick = (cause, detail)

    def _look_into_stores(self) -> None:
        self._next_sweep, self._expects_unread = 0.0, True

    async def _take_announced(self) -> set[str]:
        announced = self._attention.take_announced()
        if announced:
            await self._ears.heard()
            self._watch.announced()
            self._care.proved(Cause.DEAF)
        return announced

    async def _sweep_announced(self) -> None:
        found = await self._sweeper.sweep(await self._take_announced())
        self._in_vain = 0 if found else self._in_vain + 1
        if self._in_vain >= IN_VAIN:
            self._rest_until = asyncio.get_running_loop().time() + IN_VAIN_REST_SECONDS

    async def _sweep_all(self) -> None:
        announced = await self._take_announced()
        unread = await self._sweeper.sweep(None)
        expected, self._expects_unread = self._expects_unread, False
        if unread and not (expected or announced or self._attention.announced):
            await self._ears.missed()
            self._next_health = 0.0  # is it still told to announce?
            self._suspect(
                self._watch.found_unannounced(), "messages arrive that the modem does not announce"
            )

    async def _idle(self) -> None:
        try:
            due = min(self._next_sweep, self._next_health)
            if self._attention.announced:
                due = min(due, self._rest_until)
            async with asyncio.timeout_at(due):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _attend(self) -> None:
        """See to what cannot wait while a submit does."""
        await self._take_pushed()
        if self._attention.rebooted:
            self._session.conclude()  # who would answer has forgotten the question
        elif REPORT_STORE in self._attention.announced and self._exchange is not None:
            self._exchange.report_stored()

    async def _take_pushed(self) -> None:
        """Commit what was pushed."""
        taken = await self.hand_over()
        if taken:
            await self._ears.heard()
        if self._session.setup.acknowledges:
            self._session.acknowledgements_due += taken

    async def hand_over(self) -> int:
        """Commit what came of itself and is nowhere else; give how many PDUs were pushed.

        Also at the end: the port may be lost a moment after a push.
        """
        taken = 0
        while self._attention.late:
            await self._session.hand_over_late(self._attention.late.popleft())
        while self._attention.pushed:
            arrived = ArrivedPdu(pdu=self._attention.pushed[0], slot=None)
            if await self._handler.arrived(arrived) is Disposition.KEEP:
                break  # kept here until the store takes it
            self._attention.pushed.popleft()
            taken += 1
        return taken

    async def _take_call(self) -> bool:
        rang, caller = self._attention.take_call()
        if not rang:
            return False
        await self._session.hang_up()
        # CLIP may arrive a moment after RING; the hang-up's own dialogue gave it time.
        _, named = self._attention.take_call()
        await self._handler.missed_call(caller or named)
        return True

    async def _send_one(self) -> bool:
        if self._standing.state is not State.READY:
            return False
        submission = await self._handler.next_submission()
        if submission is None:
            return False
        self._exchange = exchange = Exchange(
            session=self._session,
            handler=self._handler,
            submission=submission,
            deadline_seconds=self.submit_seconds,
            patience_seconds=max(REPORT_PATIENCE_SECONDS, self._longest_answer * 1.5),
        )
        try:
            outcome = await exchange.finish(self._wake, self._attend)
        finally:
            self._exchange = None
        if may_be_the_network(outcome):
            # Asked before the next part uses up an attempt.
            self._attention.network_changed = True
        if not (exchange.proved or self._attention.rebooted):
            self._suspect(self._watch.submitted(outcome), words_of(outcome))
        self._learn(exchange.answered_in_seconds)
        return True

    def _learn(self, seconds: float | None) -> None:
        # Upwards only: a modem that once took long may do so again.
        if seconds is not None:
            self._longest_answer = max(self._longest_answer, seconds)
            self.submit_seconds = max(self.submit_seconds, seconds * 1.5)

    async def _check_sim(self) -> None:
        changed, self._attention.sim_changed = self._attention.sim_changed, False
        if changed and await self._session.has_other_sim():
            raise BeginAnewError(detail="the SIM has been changed")

    async def _check_reception(self) -> None:
        match await self._session.reception():
            case Reception.ARMED:
                return
            case Reception.MUTED:
                self._suspect(Cause.DEAF, "the modem has switched its announcements off")
            case Reception.FORGOTTEN:
                self._attention.rebooted = True  # as if it had said so

    async def _check_network(self) -> None:
        network = await self._session.network()
        standing = self._standing
        await standing.note(
            replace(
                standing.status,
                identity=replace(standing.status.identity, smsc=network.smsc),
                operator=network.operator,
                registration=network.registration,
                signal_dbm=network.signal_dbm,
                store_used=self._session.store_used,
                store_size=self._session.store_size,
            )
        )
        now = asyncio.get_running_loop().time()
        ready = network.obstacle is None
        await self._stand(network)
        self._judge(network, now)
        timing = self._timing
        pause = timing.health_poll_seconds if ready else timing.registration_poll_seconds
        self._next_health = now + pause

    async def _stand(self, network: Network) -> None:
        """Move to where the network leaves the modem."""
        standing = self._standing
        if network.obstacle is None:
            if standing.state in {State.INITIALISING, State.UNREGISTERED}:
                await standing.move(Trigger.REGISTERED)
            await self._care.recovered()
        elif standing.state is State.UNREGISTERED:
            await standing.explain(network.obstacle)
        elif network.answered or standing.state is not State.READY:
            await standing.move(Trigger.NO_NETWORK, network.obstacle)

    def _judge(self, network: Network, now: float) -> None:
        self._suspect(
            self._watch.polled(answered=network.answered), "the modem refuses every command"
        )
        if network.answered:
            self._suspect(
                self._watch.registered(
                    registered=network.registered, now=now, patience=self._timing.search_seconds
                ),
                network.obstacle or "",
            )
