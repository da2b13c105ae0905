"""What can be asked of a modem that has been set up: network, stores, submits.

Translates between AT commands and values; decides nothing about messages. One caller at a time.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from enum import StrEnum

import structlog

from config.schema import ModemSettings
from modem.announcements import armed_announcements
from modem.at import verbs
from modem.at.command import Command
from modem.at.engine import LateAnswer, Response, TimedOut
from modem.at.errors import BadReply
from modem.at.results import ErrorClass, Final, explain
from modem.centre import ServiceCentre, service_centre
from modem.dialogue import tell
from modem.errors import PortLostError
from modem.events import (
    Accepted,
    Handler,
    Identity,
    NotSent,
    Refused,
    Slot,
    Submission,
    SubmitOutcome,
    Unknown,
)
from modem.port import Port
from modem.radio import Network, look_around
from modem.setup import Setup, set_up
from modem.sim import is_same_sim, sim_iccid
from modem.stores import Stores

_log = structlog.get_logger(__name__)

_NO_SMSC_ADDRESS = b"\x00"
"""Length 0: the modem uses the service centre that +CSCA names."""


class Reception(StrEnum):
    """What became of the announcements that the set-up put in force."""

    ARMED = "armed"
    MUTED = "muted"
    """Messages and reports are not announced any more, all else is as it was."""

    FORGOTTEN = "forgotten"
    """The modem has restarted without a word: nothing of the set-up is in force."""


class Session:
    """A conversation with one modem, from its set-up to the loss of its port."""

    def __init__(self, port: Port, settings: ModemSettings, handler: Handler) -> None:
        self._port = port
        self._settings = settings
        self._handler = handler
        self._setup: Setup | None = None
        self._stores: Stores | None = None
        self._centre = ServiceCentre(number=None, missing=True)
        # The commands of the last submits and whose they were: a late answer names its command.
        self._submits = deque[tuple[Command, str]](maxlen=4)
        self.acknowledgements_due = 0

    def check(self) -> None:
        """Raise PortLostError when the line is no more."""
        self._port.check()

    @property
    def setup(self) -> Setup:
        """What the set-up found; only after ``set_up``."""
        if self._setup is None:
            raise RuntimeError("the session has not been set up")
        return self._setup

    async def set_up(self) -> Identity:
        """Make the modem ready to be served. Raises SetupError, OtherSimError, PortLostError."""
        self.acknowledgements_due = 0
        self._setup = await set_up(self._port, self._settings, self._handler)
        self._stores = Stores(self._port, self._setup)
        self._centre = self._setup.service_centre
        return self._setup.identity

    async def iccid(self) -> str | None:
        """Who the SIM says that it is now; also before the set-up is done."""
        return await sim_iccid(self._port)

    async def has_other_sim(self) -> bool:
        """Whether the SIM is another one than at the set-up, as far as both tell who they are."""
        before = self.setup.identity.iccid
        now = await sim_iccid(self._port, before)
        return before is not None and now is not None and not is_same_sim(before, now)

    async def network(self) -> Network:
        """Registration in any domain, operator, signal, service centre; also how full it is."""
        if self._centre.number is None:
            # It reads empty for a while after the start.
            self._centre = await service_centre(self._port, self._settings)
        await self._in_stores.measure()
        return await look_around(self._port, self._centre)

    async def search(self) -> None:
        """Let the modem look for its network anew."""
        await tell(self._port, verbs.cops_automatic())

    async def cycle_radio(self) -> None:
        """Switch the radio off and on: the SIM stays open."""
        await tell(self._port, verbs.cfun(verbs.Function.RADIO_OFF))
        await tell(self._port, verbs.cfun(verbs.Function.FULL))

    async def restart(self) -> None:
        """Restart the modem; what was set up is gone, and on many sticks the port too."""
        await tell(self._port, verbs.cfun(verbs.Function.FULL, restart=True))

    async def list_store(self, store: str) -> verbs.Listing:
        """Everything in one physical store; corrupt records are read again one by one."""
        return await self._in_stores.list_store(store)

    async def delete(self, slot: Slot) -> bool:
        """Empty one slot of the store that was listed last, if that still is the selected one."""
        return await self._in_stores.delete(slot.store, slot.index)

    def forget_selection(self) -> None:
        """The modem has restarted: select the store anew before it is listed or emptied."""
        self._in_stores.forget_selection()

    @property
    def store_used(self) -> int | None:
        """How many messages lie in the receiving store."""
        return self._stores.used if self._stores else None

    @property
    def store_size(self) -> int | None:
        """How many there is room for."""
        return self._stores.size if self._stores else None

    @property
    def _in_stores(self) -> Stores:
        if self._stores is None:
            raise RuntimeError("the session has not been set up")
        return self._stores

    def slot(self, store: str, index: int) -> Slot:
        """Name a slot: SIM stores belong to the SIM, the others to the device."""
        identity = self.setup.identity
        sim = identity.iccid or identity.imsi or identity.imei
        device = identity.imei or identity.iccid
        holder = (device if store == "ME" else sim) or self._settings.name
        return Slot(holder=holder, store=store, index=index)

    async def acknowledge(self) -> None:
        """Confirm one pushed message or report, where the modem waits for that."""
        self.acknowledgements_due -= 1
        if not await tell(self._port, verbs.cnma()):
            # It came too late, behind a long submit: the modem pushes nothing any more (§3.4.4).
            await self.arm()

    async def hang_up(self) -> None:
        """End a voice call, and make sure that reception is armed after it."""
        if not await tell(self._port, verbs.chup()):
            await tell(self._port, verbs.ath())
        await self.arm()

    async def reception(self) -> Reception:
        """Whether the modem still announces as it was told to; so as far as it does not tell."""
        armed = self.setup.armed
        now = None if armed is None else await armed_announcements(self._port)
        if armed is None or now is None or now == armed:
            return Reception.ARMED
        # What a missed +CNMA leaves (27.005 §3.4.4); anything else is a modem's fresh start.
        muted = now == replace(armed, mt=0, ds=0)
        return Reception.MUTED if muted else Reception.FORGOTTEN

    async def arm(self) -> None:
        """Put the chosen announcements in force again."""
        if self.setup.announcement is not None:
            await tell(self._port, verbs.cnmi(self.setup.announcement))

    async def submit(
        self,
        submission: Submission,
        release: Callable[[], Awaitable[bool]],
        *,
        deadline_seconds: float,
    ) -> SubmitOutcome:
        """Send one part. ``release`` commits that Ctrl-Z is about to be written, or withdraws.

        The loss of the port is an outcome too.
        """
        body = (_NO_SMSC_ADDRESS + submission.tpdu).hex().upper().encode("ascii")
        command = verbs.cmgs(len(submission.tpdu), body)
        withdrawn = False

        async def on_prompt() -> bool:
            nonlocal withdrawn
            released = await release()
            withdrawn = not released
            if released:  # without Ctrl-Z, a late answer cannot be its own
                self._submits.append((command, submission.id))
            return released

        try:
            answer = await self._port.execute(
                command, on_prompt=on_prompt, deadline_seconds=deadline_seconds
            )
        except PortLostError as lost:
            return _outcome_of_loss(lost)
        if withdrawn:
            return NotSent(code="withdrawn", detail="canceled or expired before it was sent")
        return _outcome(answer)

    async def run(
        self, command: Command, *, deadline_seconds: float | None = None
    ) -> Response | TimedOut:
        """Run a command that changes nothing of the set-up. Raises PortLostError."""
        return await self._port.execute(command, deadline_seconds=deadline_seconds)

    def conclude(self, *, patience_seconds: float = 0.0) -> None:
        """End the running submit as if its deadline had passed: a report tells of it.

        ``patience_seconds``: how long the modem may still be at it.
        """
        self._port.conclude(patience_seconds=patience_seconds)

    async def hand_over_late(self, late: LateAnswer) -> None:
        """A submit's answer that came after its deadline is evidence."""
        reference = _reference(late.lines)
        for command, submission_id in self._submits:
            if command is late.command and reference is not None:
                await self._handler.late_answer(submission_id, reference)


def _outcome_of_loss(lost: PortLostError) -> SubmitOutcome:
    unfinished = lost.unfinished
    if unfinished is None or not unfinished.ctrl_z_written:
        return NotSent(
            code="port_lost",
            detail="the connection to the modem was lost before the message was handed over",
        )
    reference = _reference(unfinished.lines)
    if reference is not None:
        return Accepted(reference=reference)
    return Unknown(
        code="port_lost",
        detail="the connection to the modem was lost before it answered",
    )


def _outcome(answer: Response | TimedOut) -> SubmitOutcome:
    reference = _reference(answer.lines)
    if isinstance(answer, TimedOut):
        if not answer.ctrl_z_written:
            return NotSent(code="no_prompt", detail="the modem did not ask for the message")
        if reference is not None:
            return Accepted(reference=reference)
        return Unknown(code="no_answer", detail="the modem did not say whether it was sent")
    if answer.final.ok:
        if not answer.ctrl_z_written:
            return NotSent(code="no_prompt", detail="the modem did not ask for the message")
        return Accepted(reference=reference)
    return _refusal(answer.final, ctrl_z_written=answer.ctrl_z_written)


def _refusal(final: Final, *, ctrl_z_written: bool) -> SubmitOutcome:
    explained = explain(final)
    if ctrl_z_written and not explained.proves_not_accepted:
        return Unknown(code=explained.code, detail=explained.words)
    return Refused(
        code=explained.code,
        detail=explained.words,
        permanent=explained.error_class is ErrorClass.PERMANENT,
        modem_trouble=explained.error_class in {ErrorClass.MODEM, ErrorClass.PROVES_NOTHING},
    )


def _reference(lines: tuple[bytes, ...]) -> int | None:
    try:
        return verbs.parse_cmgs(lines)
    except BadReply:
        return None
