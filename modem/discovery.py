"""On which port a configured modem is, and that two workers never get one stick.

Owns the reservations. A stick is known by its modem's IMEI, on whichever port that is told; what is
remembered of it only says where to ask first.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from config.schema import ModemSettings
from modem.errors import OpenFailure, PortUnavailableError
from modem.imei import is_same_device
from modem.known import KnownStick, ShortMemory, StickMemory, known_as
from modem.probe import Asked, ask_imei
from modem.recollection import Recollection
from modem.ttys import FoundPort, PortSource, UsbStick, grouped, real_path, scan

AUTO = "auto"
LOOK_SECONDS = 1.0
"""How often, while another device is being asked, the known stick is looked for."""

_BORROWER = "scan of "  # no modem's name has a space

ASK_AGAIN_SECONDS = 10.0
"""How long a stick that was not the one is left alone: each opening may disturb it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one worker has, or asks: a device node, and all ports of its stick."""

    node: str
    place: str | None = None
    port: FoundPort | None = None
    """For ``auto``: the port that answered."""

    asking: bool = False
    """It is only being asked who it is."""


class DeviceFinder:
    """Says where a configured modem is, and keeps two workers from one stick.

    ``modems`` are all that are configured: what belongs to one is no find for another's ``auto``.
    ``who_holds`` tells in words what else has a device open, or None; it may block.
    """

    def __init__(
        self,
        modems: Iterable[ModemSettings] = (),
        *,
        ports: PortSource = scan,
        memory: StickMemory | None = None,
        who_holds: Callable[[str], str | None] | None = None,
    ) -> None:
        modems = tuple(modems)
        self._paths = {modem.device: modem.name for modem in modems if modem.device != AUTO}
        self._imeis = {modem.imei for modem in modems if modem.imei is not None}
        self._ports = ports
        self._recollection = Recollection(memory or ShortMemory())
        self._who_holds = who_holds
        self._claims: dict[str, Claim] = {}
        """By the modem's name, the device as it was found: a link may lead elsewhere later."""
        self._changed = asyncio.Event()
        self._not_before: dict[tuple[str, frozenset[str]], float] = {}
        self._found: dict[str, UsbStick] = {}
        """By the modem's name, what ``auto`` led to last."""
        self._offered: set[str] = set()
        self._obstacles: dict[str, str] = {}
        self._holders: dict[str, tuple[float, str | None]] = {}
        """By device node, what was told of its holder, and until when that is good enough."""

    def obstacle(self, settings: ModemSettings) -> str | None:
        """Why nothing was found the last time, where there is more to say than that."""
        return self._obstacles.get(settings.name)

    async def sticks(self) -> list[UsbStick]:
        """What is plugged in now."""
        return grouped(await asyncio.to_thread(self._ports))

    @asynccontextmanager
    async def borrowed(self, stick: UsbStick) -> AsyncIterator[str | None]:
        """Keep all workers from a stick for a moment; gives the name of one that has it already.

        Who only asks it is waited for.
        """
        name = f"{_BORROWER}{stick.place}"
        while (owner := self._owner(stick)) is not None and self._claims[owner].asking:
            self._changed.clear()
            await self._changed.wait()
        if owner is not None:
            yield owner
            return
        self._claim(name, Claim(node=stick.ports[0].real, place=stick.place, asking=True))
        try:
            yield None
        finally:
            self._claim(name, None)

    def _claim(self, name: str, claim: Claim | None) -> None:
        if claim is None:
            self._claims.pop(name, None)
        else:
            self._claims[name] = claim
        self._changed.set()

    def _owner(self, stick: UsbStick) -> str | None:
        """Who has the stick."""
        return next(
            (
                name
                for name, claim in self._claims.items()
                if claim.place == stick.place or claim.node in stick.nodes
            ),
            None,
        )

    async def locate(self, settings: ModemSettings) -> str | None:
        """The device to open, reserved for this modem until ``release``; None while there is none.

        A path is looked for, a URL taken as it is; ``auto`` asks the free USB sticks for a modem
        that answers AT, with this IMEI where the configuration names one.
        """
        self._obstacles.pop(settings.name, None)
        if settings.device == AUTO:
            return await self._search(settings)
        stick = None
        if settings.device.startswith("/"):
            node = await asyncio.to_thread(_existing_node, settings.device)
            if node is None:
                return None
            stick = next((each for each in await self.sticks() if node in each.nodes), None)
        return settings.device if self._reserve(settings, stick) else None

    async def has_gone(self, settings: ModemSettings) -> bool:
        """Whether what was located last is not plugged in any more, or under other names."""
        if settings.device.startswith("/"):
            return not await asyncio.to_thread(Path(settings.device).exists)
        last = self._found.get(settings.name)
        return last is not None and last not in await self.sticks()

    def release(self, settings: ModemSettings) -> None:
        """The worker has closed the port."""
        self._claim(settings.name, None)

    def _reserve(self, settings: ModemSettings, stick: UsbStick | None) -> bool:
        node = real_path(settings.device)
        for owner, claim in self._claims.items():
            shared = stick is not None and claim.place == stick.place
            if owner != settings.name and (claim.node == node or shared):
                _log.warning("device_taken", modem=settings.name, device=node, by=owner)
                self._obstacles[settings.name] = f"modem {owner} uses this stick already"
                return False
        place = None if stick is None else stick.place
        self._claim(settings.name, Claim(node=node, place=place))
        return True

    async def _search(self, settings: ModemSettings) -> str | None:
        known = await self._recall(settings)
        asked: set[str] = set()
        while True:
            sticks = await self.sticks()
            self._forget_rests({each.nodes for each in sticks})
            free = list(self._free(settings, sticks))
            if not any(known is not None and known.is_like(each) for each in free):
                self._recollection.forget_silent(settings.name)
            new = [each for each in free if each.place not in asked]
            stick = self._recollection.first(settings.name, known, new)
            if stick is None:
                return None
            asked.add(stick.place)
            port = await self._ask(settings, stick, known, asked)
            if port is not None:
                return port.device

    def _forget_rests(self, present: Collection[frozenset[str]]) -> None:
        """What is plugged in anew may be another stick."""
        for key in [key for key in self._not_before if key[1] not in present]:
            del self._not_before[key]

    def _free(self, settings: ModemSettings, sticks: Iterable[UsbStick]) -> Iterable[UsbStick]:
        now = asyncio.get_running_loop().time()
        taken = {each.place for name, each in self._claims.items() if name != settings.name}
        nodes = {each.node for name, each in self._claims.items() if name != settings.name}
        nodes |= {real_path(path) for path, name in self._paths.items() if name != settings.name}
        for stick in sticks:
            if stick.place in taken or not stick.nodes.isdisjoint(nodes):
                continue
            if self._not_before.get((settings.name, stick.nodes), 0.0) <= now:
                yield stick

    async def _ask(
        self,
        settings: ModemSettings,
        stick: UsbStick,
        known: KnownStick | None,
        asked: set[str],
    ) -> FoundPort | None:
        """Ask the stick's ports who they are; given up as soon as the known stick is there."""
        node = stick.ports[0].real
        self._claim(settings.name, Claim(node=node, place=stick.place, asking=True))
        asking = asyncio.ensure_future(self._who_answers(settings, stick, known))
        found = None
        try:
            while not asking.done():
                await asyncio.wait({asking}, timeout=LOOK_SECONDS)
                if not asking.done() and await self._is_back(settings, known, asked):
                    return None
            found = asking.result()
            return found
        finally:
            asking.cancel()
            await asyncio.wait({asking})
            if found is None:
                self.release(settings)

    async def _is_back(
        self, settings: ModemSettings, known: KnownStick | None, asked: set[str]
    ) -> bool:
        if known is None:
            return False
        free = self._free(settings, await self.sticks())
        return any(known.is_like(each) and each.place not in asked for each in free)

    async def _who_answers(
        self, settings: ModemSettings, stick: UsbStick, known: KnownStick | None
    ) -> FoundPort | None:
        ours = known is not None and known.is_like(stick)
        mute: set[str] = set()
        for port in self._recollection.ports(settings.name, stick, known):
            answer = await ask_imei(port.device)
            if answer.imei is None:
                mute.add(port.number)
                if known is None or ours:
                    await self._note_obstacle(settings, port, answer)
            elif self._is_meant(settings, answer.imei):
                self._recollection.add_silent(settings.name, mute)
                self._found[settings.name] = stick
                self._claim(settings.name, Claim(node=port.real, place=stick.place, port=port))
                now_known = known_as(stick, port, answer.imei, known)
                await self._recollection.remember(settings.name, now_known)
                return port
            else:
                self._offer(port, answer.imei)
                ours = False  # a clone
                break
        if not ours:  # our own may only be booting
            again = asyncio.get_running_loop().time() + ASK_AGAIN_SECONDS
            self._not_before[settings.name, stick.nodes] = again
        return None

    def _is_meant(self, settings: ModemSettings, imei: str) -> bool:
        if settings.imei is not None:
            return is_same_device(settings.imei, imei)
        return not self._is_named(imei)

    def _is_named(self, imei: str) -> bool:
        return any(is_same_device(each, imei) for each in self._imeis)

    def _offer(self, port: FoundPort, imei: str) -> None:
        """Tell once of a modem that no entry names; it is left alone."""
        if not self._is_named(imei) and imei not in self._offered:
            self._offered.add(imei)
            _log.info("modem_not_configured", device=port.device, imei=imei)

    async def _note_obstacle(self, settings: ModemSettings, port: FoundPort, answer: Asked) -> None:
        if answer.failure is not None and answer.failure.failure is not OpenFailure.MISSING:
            detail = await self.explain(answer.failure)
            self._obstacles.setdefault(settings.name, f"{port.device}: {detail}")

    async def explain(self, error: PortUnavailableError) -> str:
        """Why a port cannot be opened, with what most likely holds it."""
        if error.failure is not OpenFailure.BUSY or self._who_holds is None:
            return error.detail
        node, now = real_path(error.device), asyncio.get_running_loop().time()
        until, told = self._holders.get(node, (now, None))
        if until <= now:  # a busy port is tried each second, and looking at all processes is work
            told = await asyncio.to_thread(self._who_holds, node)
            self._holders[node] = (now + ASK_AGAIN_SECONDS, told)
        return told or error.detail

    # Which port of the stick announces

    async def heard(self, settings: ModemSettings) -> None:
        """The modem has announced something on the port that is open."""
        claim = self._claims.get(settings.name)
        known = await self._recollection.recall(settings.name)
        if claim is None or claim.port is None or known is None:
            return
        if known.announces != claim.port.number:
            _log.info("announcing_port", modem=settings.name, port=claim.port.number)
            now_known = replace(known, announces=claim.port.number)
            await self._recollection.remember(settings.name, now_known)

    async def may_announce_elsewhere(self, settings: ModemSettings) -> bool:
        """Whether to try another port, since this one has announced nothing that came."""
        claim = self._claims.get(settings.name)
        if claim is None or claim.port is None:
            return False
        silent = self._recollection.add_silent(settings.name, {claim.port.number})
        stick = next((each for each in await self.sticks() if each.place == claim.place), None)
        return stick is not None and any(port.number not in silent for port in stick.ports)

    async def _recall(self, settings: ModemSettings) -> KnownStick | None:
        known = await self._recollection.recall(settings.name)
        # The configuration may mean another stick by now.
        return known if known is not None and self._is_meant(settings, known.imei) else None


def _existing_node(path: str) -> str | None:
    """The device node at a path; None where nothing is there."""
    place = Path(path)
    return str(place.resolve()) if place.exists() else None
