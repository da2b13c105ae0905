"""How a PDU from the network reaches the computer: stored and announced, or pushed (27.005 §3.4).

Owns what is pushed and not yet acknowledged, and announcements that +CNMI holds back. Knows neither
bytes nor power.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.virtual import air
from modem.virtual.faults import FaultKind
from modem.virtual.network import Offer
from modem.virtual.stores import Status, Stored, put

if TYPE_CHECKING:
    from modem.virtual.modem import VirtualModem
    from modem.virtual.scheduler import Timer

STORE_AND_ANNOUNCE, PUSH, PUSH_CLASS_3 = 1, 2, 3  # +CNMI's mt
REPORT_PUSH, REPORT_STORE = 1, 2  # +CNMI's ds
CLASS_SIM, CLASS_TERMINAL = 2, 3  # 23.038 §4
ACKNOWLEDGEMENT_SECONDS = 15.0  # 24.011's TR2M is 12 to 20 s


class Arrivals:
    """The incoming side of one modem."""

    def __init__(self, modem: VirtualModem) -> None:
        self._modem = modem
        self.acknowledgement_seconds = ACKNOWLEDGEMENT_SECONDS
        self._listening = False  # somebody has set +CNMI since the port was opened
        self._unacknowledged: Timer | None = None
        self._held: list[str] = []

    def port_changed(self) -> None:
        """Push nothing until the program that is there now has set +CNMI.

        What is pushed while a port opens is lost in its flushing; a real network would come again.
        """
        self._listening = False

    def power_lost(self) -> None:
        """Give back what was not acknowledged; forget what was not announced."""
        self._held.clear()
        if self._unacknowledged is not None:
            self._settle(taken=False)

    def announcements_set(self) -> None:
        """Note that the program has set +CNMI: what waited may come."""
        self._listening = True
        mode, *_, buffering = self._modem.settings.announcements
        if mode:
            held, self._held = self._held, []
            if buffering == 0:  # bfr=1 would clear the buffer
                self._modem.later(0, lambda: self._say_all(held))
        self._modem.resume_soon()

    def acknowledged(self, *, taken: bool) -> bool:
        """Settle a pushed PDU (+CNMA); False if none was waiting for it."""
        if self._unacknowledged is None:
            return False
        self._settle(taken=taken)
        self._modem.resume_soon()
        return True

    def offer(self, tpdu: bytes) -> tuple[Offer, str]:
        """Take a DELIVER or a report the way +CNMI says, if that can be done now."""
        if self._unacknowledged is not None:  # +CNMA names no PDU: one at a time
            return Offer.LATER, ""
        return self._take_report(tpdu) if air.is_report(tpdu) else self._take_message(tpdu)

    def _take_report(self, tpdu: bytes) -> tuple[Offer, str]:
        make = self._modem.personality
        match self._modem.settings.announcements[3]:
            case 1:
                return self._push("+CDS: {length}", tpdu)
            case 2:
                return self._keep(
                    make.report_store, tpdu, f'+CDSI: "{make.report_announced_in}",{{index}}'
                )
            case _:
                return Offer.LATER, ""

    def _take_message(self, tpdu: bytes) -> tuple[Offer, str]:
        routing = self._modem.settings.announcements[1]
        message_class = air.message_class(tpdu)
        flash = message_class == 0 and routing in {STORE_AND_ANNOUNCE, PUSH_CLASS_3}
        pushed = (routing == PUSH and message_class != CLASS_SIM) or (
            routing == PUSH_CLASS_3 and message_class == CLASS_TERMINAL
        )
        if flash or pushed:
            return self._push("+CMT: ,{length}", tpdu)
        store = "SM" if message_class == CLASS_SIM else self._modem.settings.memories[2]
        return self._keep(store, tpdu, f'+CMTI: "{store}",{{index}}' if routing else "")

    def _push(self, header: str, tpdu: bytes) -> tuple[Offer, str]:
        modem = self._modem
        heard = modem.announcer.opened and self._listening
        if not heard or not modem.settings.announcements[0]:
            return Offer.LATER, ""
        frame = air.frame(modem.network.service_centre, tpdu)
        modem.say(header.format(length=len(tpdu)), frame.hex().upper())
        if not modem.settings.phase:
            return Offer.TAKEN, "pushed"
        self._unacknowledged = modem.network.scheduler.call_later(
            self.acknowledgement_seconds, self._not_acknowledged
        )
        return Offer.WAITING, ""

    def _not_acknowledged(self) -> None:
        """27.005 §3.4.4: no acknowledgement in time, so nothing is pushed any more."""
        mode, _, broadcast, _, buffering = self._modem.settings.announcements
        self._modem.settings.announcements = (mode, 0, broadcast, 0, buffering)
        self._settle(taken=False)

    def _settle(self, *, taken: bool) -> None:
        if self._unacknowledged is not None:
            self._unacknowledged.cancel()
            self._unacknowledged = None
        self._modem.network.acknowledge(self._modem.number, taken=taken)

    def _keep(self, store: str, tpdu: bytes, announcement: str) -> tuple[Offer, str]:
        modem = self._modem
        frame = air.frame(modem.network.service_centre, tpdu)
        place = put(modem.stores, store, Stored(status=Status.UNREAD, pdu=frame))
        if place is None:
            if modem.personality.full_line is not None:
                modem.say(modem.personality.full_line.format(store=store))
            return Offer.LATER, ""
        if announcement and not modem.faults.take(FaultKind.LOSE_ANNOUNCEMENT, announcement):
            self._announce(announcement.format(index=place.shown))
        return Offer.TAKEN, f"{place.store} {place.index}"

    def _announce(self, line: str) -> None:
        if self._modem.settings.announcements[0]:
            self._modem.say(line)
        else:
            self._held.append(line)

    def _say_all(self, lines: list[str]) -> None:
        for line in lines:
            self._modem.say(line)
