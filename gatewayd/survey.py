"""All USB sticks of this machine: which entry uses which, and what could be adopted.

Owns what `gatewayd modems scan` shows. Sticks that an entry uses or names, and ports that another
program has open as far as can be seen, are not touched; a free one is opened and asked who it is.
"""

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from config.build import as_toml
from config.schema import ModemSettings
from gatewayd.doctor import processes, usb
from gatewayd.doctor.facts import ProcessFacts
from modem.discovery import AUTO, DeviceFinder
from modem.errors import OpenFailure
from modem.imei import is_same_device
from modem.probe import Asked, ask_name
from modem.ttys import FoundPort, UsbStick, real_path

ASK_SECONDS = 20.0
"""For one stick: four ports of which none is a modem's."""

MACHINE = Path("/")


class StickState(StrEnum):
    """What can be said of a stick."""

    USED = "used"
    """An entry of the configuration has it, or names it."""
    FREE = "free"
    """A modem that no entry names: to be adopted."""
    BUSY = "busy"
    FORBIDDEN = "forbidden"
    SILENT = "silent"
    """No port of it answers AT."""
    NOT_ASKED = "not_asked"
    HILINK = "hilink"
    CDROM = "cdrom"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStick:
    """One stick. ``modem`` is the entry that uses it; ``table`` is what would make it one."""

    place: str
    usb_id: str
    description: str
    serial: str | None = None
    ports: tuple[str, ...] = ()
    state: StickState
    modem: str | None = None
    held_by: str | None = None
    reason: str | None = None
    imei: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    table: str | None = None


class Survey:
    """Looks at all sticks, together with the finder that gives them to the workers."""

    def __init__(
        self, finder: DeviceFinder, modems: Iterable[ModemSettings], *, root: Path = MACHINE
    ) -> None:
        self._finder = finder
        self._modems = tuple(modems)
        self._root = root

    async def found(
        self, *, ask: bool, imei_of: Callable[[str], str | None] = lambda _: None
    ) -> Sequence[FoundStick]:
        """List the sticks; ``imei_of`` tells the IMEI of a modem that is served, by its name."""
        sticks = await self._finder.sticks()
        seen = await asyncio.to_thread(self._look, sticks)
        looked = [
            each if each.modem is None else replace(each, imei=each.imei or imei_of(each.modem))
            for each in await asyncio.gather(
                *(self._examine(stick, seen, ask=ask) for stick in sticks)
            )
        ]
        return [*self._offered(looked), *await asyncio.to_thread(self._without_port)]

    def _look(self, sticks: Iterable[UsbStick]) -> ProcessFacts:
        nodes = {node for stick in sticks for node in stick.nodes}
        return processes.look(self._root, devices=nodes, listen=None, own=(os.getpid(),))

    def _without_port(self) -> list[FoundStick]:
        """Modems that are of no use as they are."""
        found = []
        for stick in usb.sticks(self._root):
            hilink = usb.is_hilink(stick)
            if hilink or usb.is_cdrom(stick):
                found.append(
                    FoundStick(
                        place=stick.place,
                        usb_id=stick.id,
                        description=stick.name,
                        state=StickState.HILINK if hilink else StickState.CDROM,
                    )
                )
        return found

    async def _examine(self, stick: UsbStick, seen: ProcessFacts, *, ask: bool) -> FoundStick:
        shown = _shown(stick)
        named = self._named_by_path(stick)
        if named is not None:
            return replace(shown, state=StickState.USED, modem=named)
        holders = {str(each) for port in stick.ports for each in seen.holders.get(port.real, ())}
        try:
            async with asyncio.timeout(ASK_SECONDS), self._finder.borrowed(stick) as owner:
                if owner is not None:
                    return replace(shown, state=StickState.USED, modem=owner)
                if holders:
                    return replace(shown, state=StickState.BUSY, held_by=", ".join(sorted(holders)))
                return await self._asked(shown, stick) if ask else shown
        except TimeoutError:
            return replace(shown, state=StickState.SILENT)

    def _named_by_path(self, stick: UsbStick) -> str | None:
        return next(
            (
                modem.name
                for modem in self._modems
                if modem.device != AUTO and real_path(modem.device) in stick.nodes
            ),
            None,
        )

    async def _asked(self, shown: FoundStick, stick: UsbStick) -> FoundStick:
        failed: dict[OpenFailure, str] = {}
        for port in stick.ports:
            answer = await ask_name(port.device)
            if answer.imei is not None:
                return self._recognised(shown, answer, answer.imei)
            if answer.failure is not None:
                failed[answer.failure.failure] = await self._finder.explain(answer.failure)
        for failure, state in _FAILED.items():
            if failure in failed:
                return replace(shown, state=state, reason=failed[failure])
        return replace(shown, state=StickState.SILENT)

    def _recognised(self, shown: FoundStick, answer: Asked, imei: str) -> FoundStick:
        owner = next(
            (
                each.name
                for each in self._modems
                if each.imei is not None and is_same_device(each.imei, imei)
            ),
            None,
        )
        return replace(
            shown,
            state=StickState.FREE if owner is None else StickState.USED,
            modem=owner,
            imei=imei,
            manufacturer=answer.manufacturer,
            model=answer.model,
        )

    def _offered(self, found: Sequence[FoundStick]) -> list[FoundStick]:
        """Give each free modem the table that adopts it, unless an entry takes any."""
        names = {modem.name for modem in self._modems}
        used = {each.modem for each in found}
        takers = [
            modem.name
            for modem in self._modems
            if modem.device == AUTO and modem.imei is None and modem.name not in used
        ]
        offered = []
        for each in found:
            if each.state is StickState.FREE and takers:
                offered.append(replace(each, state=StickState.USED, modem=takers.pop(0)))
            elif each.state is StickState.FREE and each.imei is not None:
                name = _unused(names)
                names.add(name)
                offered.append(replace(each, table=table(name, each.imei)))
            else:
                offered.append(each)
        return offered


_FAILED: Mapping[OpenFailure, StickState] = {
    OpenFailure.BUSY: StickState.BUSY,
    OpenFailure.FORBIDDEN: StickState.FORBIDDEN,
}


def table(name: str, imei: str) -> str:
    """The lines that make a modem one of the configuration's."""
    return f'[[modems]]\nname = {as_toml(name)}\ndevice = "auto"\nimei = {as_toml(imei)}\n'


def _unused(names: set[str]) -> str:
    number = len(names) + 1
    while f"modem{number}" in names:
        number += 1
    return f"modem{number}"


def _shown(stick: UsbStick) -> FoundStick:
    first: FoundPort = stick.ports[0]
    return FoundStick(
        place=stick.place,
        usb_id=f"{first.vid or 0:04x}:{first.pid or 0:04x}",
        description=first.description,
        serial=first.serial,
        ports=tuple(port.device for port in stick.ports),
        state=StickState.NOT_ASKED,
    )
