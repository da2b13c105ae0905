"""Virtual modems by name, for `device = "virtual:NAME"`: a line in memory, in this process.

`virtual:NAME#2` is the second port of a make that has two. `virtual:` alone is a generic modem that
is made on first use and kept, as a stick stays plugged in while its program restarts; other names
must be attached first.
"""

from __future__ import annotations

from modem.virtual.errors import LinkUnavailableError, UnknownModemError
from modem.virtual.links import MemoryLink
from modem.virtual.modem import VirtualModem
from modem.virtual.network import VirtualNetwork

SCHEME = "virtual:"
_modems: dict[str, VirtualModem] = {}
_open: dict[tuple[str, int], MemoryLink] = {}


def attach(name: str, modem: VirtualModem) -> RegisteredLine:
    """Offer a modem as `virtual:NAME`; replaces an earlier one of this name."""
    _cut(name)
    _modems[name] = modem
    return RegisteredLine(name=name, modem=modem)


def detach(name: str) -> None:
    """Forget a modem; whoever has it open loses the line."""
    _modems.pop(name, None)
    _cut(name)


def attached(name: str) -> VirtualModem:
    """Return the modem of this name. Raises UnknownModemError, a LookupError."""
    if name not in _modems and not name:
        _modems[name] = VirtualModem(VirtualNetwork())
    try:
        return _modems[name]
    except KeyError:
        raise UnknownModemError(name=name) from None


def connect(device: str) -> MemoryLink:
    """Open `virtual:`, `virtual:NAME` or `virtual:NAME#PORT`, inside a running loop.

    Raises UnknownModemError (a LookupError) also for a port that this make does not have, or
    LinkUnavailableError while it is open already.
    """
    name, _, text = device.removeprefix(SCHEME).partition("#")
    modem = attached(name)
    port = int(text) if text.isascii() and text.isdigit() else 0 if text else 1
    if not 1 <= port <= len(modem.ports):
        raise UnknownModemError(name=f"{name}#{text}")
    current = _open.get((name, port))
    if current is not None and current.is_open:
        raise LinkUnavailableError(link=device, reason="this modem is open already")
    link = MemoryLink(modem if port == 1 else modem.ports[port - 1])
    _open[name, port] = link
    return link


def _cut(name: str) -> None:
    for key in [key for key in _open if key[0] == name]:
        _open.pop(key).cut()


class RegisteredLine:
    """The line of an attached modem, to unplug and to plug in again."""

    def __init__(self, *, name: str, modem: VirtualModem) -> None:
        self._name = name
        self._modem = modem

    @property
    def plugged(self) -> bool:
        """`connect` finds this modem."""
        return _modems.get(self._name) is self._modem

    async def plug(self) -> None:
        """Offer the modem again."""
        _modems[self._name] = self._modem

    def unplug(self) -> None:
        """Cut the line; until `plug`, `connect` finds nothing. Idempotent."""
        if self.plugged:
            detach(self._name)
