"""A virtual GSM modem: power, SIM, radio, stores, and how arrivals reach the computer.

Composes the terminal (bytes) with the verbs (meaning) and stands between them and the network. It
makes no decision of the gateway's and shares no code with it but the TPDU codec.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from modem.virtual import verbs
from modem.virtual.arrivals import Arrivals
from modem.virtual.calls import Calls
from modem.virtual.chatter import Chatter
from modem.virtual.dialect import ERROR, Outcome, Request, cme, cms
from modem.virtual.faults import FaultKind, Faults
from modem.virtual.network import Offer, VirtualNetwork
from modem.virtual.personality import GENERIC, Personality
from modem.virtual.ports import AtPort
from modem.virtual.settings import Settings, power_on_settings
from modem.virtual.sim import Lock, Sim
from modem.virtual.stores import MessageStore
from modem.virtual.terminal import Terminal
from modem.virtual.ussd import UssdSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.virtual.scheduler import Timer


class VirtualModem:
    """One modem with its SIM. Times are milliseconds; 0 means at once.

    `submit_ms`: from Ctrl-Z to the network's answer. `sim_ms`: how long the SIM is busy after its
    PIN (None: as its make). `registration_ms`: from then until the network is found.
    `service_centre_ms`: from then until its centre's number is read (None: as its make).
    `boot_ms`: power-on to first sign.
    """

    def __init__(
        self,
        network: VirtualNetwork,
        *,
        personality: Personality = GENERIC,
        sim: Sim | None = None,
        imei: str = "490154203237518",
        submit_ms: int = 0,
        sim_ms: int | None = None,
        registration_ms: int = 0,
        service_centre_ms: int | None = None,
        boot_ms: int = 0,
        seed: int = 0,
    ) -> None:
        self.network = network
        self.personality: Personality = personality
        self.sim: Sim = sim or Sim(number="+15145550100")
        self.imei: str = imei
        self.submit_ms = submit_ms
        self.sim_ms = personality.sim_ms if sim_ms is None else sim_ms
        self.registration_ms = registration_ms
        self.service_centre_ms = (
            personality.service_centre_ms if service_centre_ms is None else service_centre_ms
        )
        self.boot_ms = boot_ms
        self.faults = Faults()
        self.signal = 21  # +CSQ's 0..31
        self.registration = 1  # what the network would grant: 0..5
        self.reference = 0  # the last TP-MR used
        self.sim_busy = False
        self.centre_read = False  # the SIM's service centre has been read since power-on
        self.in_service = False
        self.powered = False
        self.stores = {
            name: MessageStore(size=size, first=personality.first_index)
            for name, size in personality.stores.items()
        }
        settings, random = power_on_settings(personality), Random(seed)  # noqa: S311  # repeatable, not secret
        self.ports = tuple(self._make_port(settings, random) for _ in range(personality.ports))
        self.calls = Calls(self)
        self.ussd = UssdSession(self)
        self._chatter = Chatter(self)
        self.arrivals = Arrivals(self)
        self._cards: dict[str, MessageStore] = {}  # what lies on those that were taken out
        self._hung = False
        self._answered = 0  # command lines since power-on
        self._timers: set[Timer] = set()
        network.attach(self.number, self)
        self.plug()

    @property
    def number(self) -> str:
        """The SIM's own number."""
        return self.sim.number

    @property
    def terminal(self) -> Terminal:
        """The first port's dialogue."""
        return self.ports[0].terminal

    @property
    def announcer(self) -> AtPort:
        """The port where unsolicited lines come out."""
        return self.ports[self.personality.announcing_port - 1]

    @property
    def settings(self) -> Settings:
        """What the computer has set."""
        return self.terminal.settings

    @property
    def service_centre(self) -> str:
        """What +CSCA? names now; empty until the network is there and the SIM has been read."""
        return self.sim.smsc if self.in_service and self.centre_read else ""

    def use_settings(self, settings: Settings) -> None:
        """Put settings in force on all ports."""
        for port in self.ports:
            port.terminal.settings = settings

    # The computer's side: the modem itself is its first port

    def connect(self, output: Callable[[bytes], None]) -> None:
        """Let a program open the first port: from now on bytes go to `output`."""
        self.ports[0].connect(output)

    def disconnect(self) -> None:
        """Let the program be gone. Prompt, settings and stores stay as they are."""
        self.ports[0].disconnect()

    def receive(self, data: bytes) -> None:
        """Take bytes that the program wrote to the first port."""
        self.ports[0].receive(data)

    def say(self, *lines: str) -> None:
        """Say something unasked, where this make does."""
        self.announcer.terminal.say(*lines)

    def _make_port(self, settings: Settings, random: Random) -> AtPort:
        terminal = Terminal(
            personality=self.personality,
            settings=settings,
            scheduler=self.network.scheduler,
            faults=self.faults,
            random=random,
            execute=self.execute,
            answered=self._line_answered,
        )
        return AtPort(terminal=terminal, awake=self._awake, changed=self._port_changed)

    def _awake(self) -> bool:
        return self.powered and not self._hung

    def _port_changed(self, port: AtPort) -> None:
        if port is self.announcer:
            self.arrivals.port_changed()
            if port.opened:
                self._chatter.start()
                self.resume_soon()

    def _line_answered(self) -> None:
        self._answered += 1
        if self._answered == self.personality.reboot_after_commands:
            self.later(0, self.reboot)

    def execute(self, request: Request) -> Outcome:
        """Carry out one command."""
        call = self.faults.take(FaultKind.CALL, request.verb)
        if call is not None:
            self.calls.ring(call.line or "+15145550177", deafens=call.code == "deafens")
        handler = verbs.find(request, self.personality)
        return ERROR if handler is None else handler(self, request)

    def sim_trouble(self, *, message_service: bool) -> Outcome | None:
        """Return the error that the SIM's state gives now, None when it is ready."""
        if self.sim.lock is Lock.PIN:
            return cms(311) if message_service else cme(11)
        if self.sim.lock is Lock.PUK:
            return cms(316) if message_service else cme(12)
        if self.sim_busy:
            general, messages = self.personality.sim_busy_codes
            return cms(messages) if message_service else cme(general)
        return None

    # Power and radio

    def plug(self) -> None:
        """Power on: settings are forgotten, the SIM locks again, the network is looked for."""
        self._reset_ports()
        self._hung = False
        self._answered = 0
        self.sim.power_on()
        self.powered = self.boot_ms == 0
        if self.boot_ms:
            self.later(self.boot_ms, self._booted)
        else:
            self._booted()

    def insert(self, sim: Sim) -> None:
        """Put another card in, without power, as a tray wants it; its messages come with it."""
        powered = self.powered
        self.unplug()
        self.network.detach(self.number)
        if "SM" in self.stores:
            self._cards[self.sim.iccid] = self.stores["SM"]
            empty = MessageStore(size=self.stores["SM"].size, first=self.personality.first_index)
            self.stores["SM"] = self._cards.pop(sim.iccid, empty)
        self.sim = sim
        self.network.attach(self.number, self)
        if powered:
            self.plug()

    def unplug(self) -> None:
        """Power off."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.calls.end()
        self.ussd.forget()
        self.powered = False
        self.in_service = False
        self.centre_read = False
        self._reset_ports()
        self.arrivals.power_lost()

    def reboot(self) -> None:
        """Power off and on, the port staying open as it does on a UART."""
        self.unplug()
        self.plug()

    def _reset_ports(self) -> None:
        settings = power_on_settings(self.personality)
        for port in self.ports:
            port.terminal.reset(settings)

    def _booted(self) -> None:
        self.powered = True
        self._mute_or_speak()
        for line in self.personality.boot_lines:
            self.say(line)
        if self.sim.lock is Lock.READY:
            self.sim_unlocked()
        elif self.personality.pin_query_waits and self.sim_ms:
            self.sim_busy = True
            self.later(self.sim_ms, self._sim_awake)
        if self.personality.reboot_after_ms:
            self.later(self.personality.reboot_after_ms, self.reboot)

    def sim_unlocked(self) -> None:
        """Start the SIM and the search for the network, as after a right PIN."""
        self.sim_busy = self.sim_ms > 0
        if self.sim_busy:
            self.later(self.sim_ms, self._sim_ready)
        else:
            self._sim_ready()

    def _sim_awake(self) -> None:
        self.sim_busy = False

    def _sim_ready(self) -> None:
        self._sim_awake()
        if self.registration_ms:
            self.later(self.registration_ms, self.radio_on)
        else:
            self.radio_on()

    def radio_on(self) -> None:
        """Find the network, if there is one and +CFUN allows it."""
        self.in_service = self.settings.functionality == 1 and self.registration in {1, 5}
        if self.in_service:
            for line in self.personality.ready_lines:
                self.say(line)
            if self.service_centre_ms:
                self.later(self.service_centre_ms, self._service_centre_read)
            else:
                self._service_centre_read()
            self.resume_soon()

    def _service_centre_read(self) -> None:
        self.centre_read = True

    def hang(self, milliseconds: int | None) -> None:
        """Neither hear nor answer, for a time or until `wake`."""
        self._hung = True
        self._mute_or_speak()
        if milliseconds is not None:
            self.later(milliseconds, self.wake)

    def wake(self) -> None:
        """End a hang; what was typed meanwhile is lost."""
        self._hung = False
        self._mute_or_speak()
        self.resume_soon()

    def later(self, milliseconds: float, action: Callable[[], object]) -> None:
        """Do something later, unless the power goes before."""

        def act() -> None:
            self._timers.discard(timer)
            action()

        timer = self.network.scheduler.call_later(milliseconds / 1000, act)
        self._timers.add(timer)

    def resume_soon(self) -> None:
        """Let the network hand over what waits, once the current answer is out."""
        if self.network.waiting(self.number):
            self.later(0, lambda: self.network.resume(self.number))

    def _mute_or_speak(self) -> None:
        for port in self.ports:
            port.refresh()

    # The network's side

    def offer(self, tpdu: bytes) -> tuple[Offer, str]:
        """Take a PDU from the network, if there is a way to keep it or hand it over now."""
        if not self.powered or self._hung or not self.in_service:
            return Offer.LATER, ""
        offer = self.arrivals.offer(tpdu)
        if offer[0] is not Offer.LATER:
            again = self.faults.take(FaultKind.DUPLICATE)
            if again is not None:
                self.later(again.ms, lambda: self.network.deliver_pdu(to=self.number, tpdu=tpdu))
        return offer
