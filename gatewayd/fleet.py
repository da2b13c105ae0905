"""The daemon's modems: a worker each, and what HTTP, metrics and people may see of them.

Owns the workers' lives as a group. What is counted from the store for them is figures'.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.schema import ModemSettings, Settings
from gatewayd import canary
from gatewayd.balance import BalanceCheck
from gatewayd.bus import Bus, Topic
from gatewayd.clock import Clock
from gatewayd.directory import ModemView
from gatewayd.failover import Failover
from gatewayd.figures import Figures
from gatewayd.handler import ModemHandler
from gatewayd.holders import who_holds
from gatewayd.incidents import incident_view
from gatewayd.metrics import Metrics
from gatewayd.sticks import StoredSticks
from gatewayd.survey import FoundStick, Survey
from gatewayd.troubles.folder import Folder
from gatewayd.troubles.recorder import Recorder
from gatewayd.ussd import UssdLine
from modem.desk import ConsoleOutcome
from modem.discovery import DeviceFinder
from modem.state import State
from modem.supervisor import Timing, Worker
from modem.tape import Tape
from modem.ttys import PortSource, scan
from modem.usb import UsbPorts
from modem.ussd import UssdOutcome
from storage import modems
from storage.engine import Store


class _Member:
    """One modem: its worker and the gateway's side of it."""

    def __init__(
        self,
        worker: Worker,
        handler: ModemHandler,
        modem: ModemSettings,
        ussd: UssdLine,
        balance: BalanceCheck,
    ) -> None:
        self.worker = worker
        self.ussd = ussd
        self.handler = handler
        self.modem = modem
        self.balance = balance
        self.muted = False


class Fleet:
    """Implements ``gatewayd.directory.ModemDirectory``."""

    def __init__(
        self,
        *,
        settings: Settings,
        store: Store,
        bus: Bus,
        clock: Clock,
        timing: Timing | None = None,
        metrics: Metrics | None = None,
        ports: PortSource = scan,
    ) -> None:
        self._store = store
        self._metrics = metrics or Metrics()
        self._bus = bus
        self._clock = clock
        self._zone = ZoneInfo(settings.gateway.timezone)
        self.figures = Figures(
            settings=settings,
            store=store,
            bus=bus,
            clock=clock,
            line_of=lambda name: self._members[name].handler.line(),
        )
        self._stopping = False
        self.failover = Failover(
            settings=settings, store=store, bus=bus, clock=clock, views=self.views
        )
        self.recordings = Folder(settings.gateway.data_dir, clock=clock)
        self._usb = UsbPorts()
        finder = DeviceFinder(
            settings.modems, ports=ports, memory=StoredSticks(store), who_holds=who_holds
        )
        self._survey = Survey(finder, settings.modems)
        self._members = {
            modem.name: self._member(settings, modem, finder, timing) for modem in settings.modems
        }

    def _member(
        self,
        settings: Settings,
        modem: ModemSettings,
        finder: DeviceFinder,
        timing: Timing | None,
    ) -> _Member:
        tape = Tape(time.monotonic)
        handler = ModemHandler(
            settings=settings,
            modem=modem,
            store=self._store,
            bus=self._bus,
            clock=self._clock,
            proved=self._proved,
            metrics=self._metrics,
            recorder=Recorder(
                modem=modem.name, folder=self.recordings, clock=self._clock, tape=tape
            ),
        )
        worker = Worker(
            settings=modem,
            handler=handler,
            finder=finder,
            now_ms=self._clock.now_ms,
            timing=timing,
            tape=tape,
            usb=self._usb,
        )
        ussd = UssdLine(desk=worker.desk, modem=modem.name, store=self._store)
        balance = BalanceCheck(
            modem=modem,
            ussd=ussd,
            store=self._store,
            bus=self._bus,
            clock=self._clock,
            line=handler.line,
        )
        return _Member(worker, handler, modem, ussd, balance)

    def _proved(self, part_id: str) -> None:
        """Any modem may have heard the report; the one that still waits for this part ends."""
        for member in self._members.values():
            member.worker.conclude(part_id)

    async def load(self) -> None:
        """Read what is remembered over restarts."""
        async with self._store.read() as tx:
            remembered = await modems.list_all(tx)
        for row in remembered:
            if row.name in self._members:
                self._set_muted(self._members[row.name], row.muted)
        await self.failover.take_up()

    async def run(self) -> None:
        """Run all workers until ``stop``; a bug in one ends them all."""
        async with asyncio.TaskGroup() as tasks:
            for member in self._members.values():
                tasks.create_task(member.worker.run(), name=f"modem-{member.modem.name}")

    def stop(self) -> None:
        """Begin no new work; ``run`` returns once the running exchanges have ended."""
        self._stopping = True
        for member in self._members.values():
            member.handler.dispatch.paused = True
            member.worker.stop()

    async def watch_balances(self) -> None:
        """Ask each SIM's balance on its schedule; runs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for member in self._members.values():
                tasks.create_task(member.balance.run(), name=f"balance-{member.modem.name}")

    async def keep_calls(self) -> None:
        """Commit the missed calls that the store did not take; runs until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for member in self._members.values():
                tasks.create_task(member.handler.calls.keep(), name=f"calls-{member.modem.name}")

    async def pass_hints(self) -> None:
        """Wake the workers when the outbox changed; runs until cancelled."""
        with self._bus.subscribe(Topic.OUTBOX) as hints:
            while True:
                await hints.wait()
                for member in self._members.values():
                    member.worker.wake()

    def views(self) -> Sequence[ModemView]:
        """All modems, in the order of the configuration."""
        return [self._view(member) for member in self._members.values()]

    def view(self, name: str) -> ModemView | None:
        """One modem; None when no modem has this name."""
        member = self._members.get(name)
        return None if member is None else self._view(member)

    def number_of(self, name: str) -> str | None:
        """The number of the SIM in a modem; None as long as it is not known."""
        member = self._members.get(name)
        return None if member is None else member.worker.status.identity.number

    def _view(self, member: _Member) -> ModemView:
        status = member.worker.status
        counts = self.figures.counts
        return ModemView(
            name=status.name,
            state=status.state.value,
            reason=status.reason,
            number=status.identity.number,
            imei=status.identity.imei,
            iccid=status.identity.iccid,
            operator=status.operator,
            registration=status.registration,
            signal_dbm=status.signal_dbm,
            queue=counts.queue.get(member.modem.inbox, 0),
            sent_today=counts.sent_today.get(status.name, 0),
            store_used=status.store_used,
            store_size=status.store_size,
            since=_moment(status.since_ms),
            muted=member.muted,
            paused=member.handler.refusals.view(),
            limits=member.handler.pacing.view(),
            balance=member.balance.view(),
            cost_this_month=counts.cost.get(status.name),
            canary=canary.view_of(
                member.modem, counts.proofs.get(status.name), now_ms=self._clock.now_ms()
            ),
            incidents=[
                incident_view(row, zone=self._zone, recording=self.recordings.name_of(row.id))
                for row in counts.incidents.get(status.name, ())
            ],
            unparsed_lines=member.worker.unparsed_lines,
        )

    def recording_of(self, incident_id: str) -> str | None:
        """The name of an incident's recording; None where none is kept."""
        return self.recordings.name_of(incident_id)

    async def found(self, *, ask: bool) -> Sequence[FoundStick]:
        """The USB sticks of this machine; ``ask`` opens the free ones."""
        members = self._members
        return await self._survey.found(
            ask=ask, imei_of=lambda name: members[name].worker.status.identity.imei
        )

    async def restart(self, name: str) -> None:
        """Close and reopen the port once the running exchange has ended."""
        member = self._members[name]
        member.handler.refusals.resume()
        member.worker.restart()

    async def confirm_sim(self, name: str) -> bool:
        """Let it serve the SIM that it holds now; false when none waits to be confirmed."""
        member = self._members[name]
        status = member.worker.status
        if status.state is not State.HELD or status.identity.iccid is None:
            return False
        await member.handler.sim.confirm(status.identity.iccid)
        member.worker.wake()
        return True

    async def mute(self, name: str, muted: bool) -> None:  # noqa: FBT001 - the directory's protocol
        """Stop or resume sending through this modem, also after a restart."""
        member = self._members[name]
        async with self._store.write() as tx:
            await modems.set_muted(tx, name=name, muted=muted, now_ms=self._clock.now_ms())
        self._set_muted(member, muted)
        if muted:
            await member.handler.release()
        else:
            member.handler.refusals.resume()
        member.worker.wake()

    async def start_ussd(self, name: str, code: str) -> UssdOutcome:
        """Ask the network by a USSD code."""
        return await self._members[name].ussd.start(code)

    async def reply_ussd(self, name: str, text: str) -> UssdOutcome:
        """Reply to the menu that the last answer left open."""
        return await self._members[name].ussd.reply(text)

    async def cancel_ussd(self, name: str) -> UssdOutcome:
        """Close the menu that the last answer left open."""
        return await self._members[name].ussd.cancel()

    async def console(self, name: str, line: str) -> ConsoleOutcome:
        """Type one AT command that only asks."""
        return await self._members[name].worker.desk.console(line)

    def _set_muted(self, member: _Member, muted: bool) -> None:  # noqa: FBT001 - a state
        member.muted = muted
        member.handler.dispatch.paused = muted or self._stopping


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(0, tz=UTC) + timedelta(milliseconds=ms)
