"""A tape as a recorded dialogue (docs/at.md), which ``gatewayd virtual-modem --replay`` plays.

Owns the file's form: what a byte is written as, the comments that tell times and gaps.
"""

from collections.abc import Iterable, Iterator

from gatewayd.troubles.mask import Mask
from modem.tape import Kind, Line

_PAUSE_SECONDS = 0.01
_PLAIN = {0x0D: "\\r", 0x0A: "\\n", 0x5C: "\\x5c"}
_PRINTABLE = range(0x20, 0x7F)


class Dialogue:
    """Writes one tape, in as many portions as it is given, with all numbers and texts masked.

    ``shown`` are words of the modem's own, its maker and model.
    """

    def __init__(self, shown: Iterable[str] = ()) -> None:
        self._shown = [word.encode("ascii", errors="replace") for word in shown]
        self._mask = Mask(self._shown)
        self._began: float | None = None
        self._told = 0.0
        self._last = 0

    def lines(self, tape: Iterable[Line]) -> Iterator[str]:
        """The file's lines for these of the tape."""
        for line in tape:
            if self._last and line.number > self._last + 1:
                self._mask = Mask(self._shown)
                yield f"# ... {line.number - self._last - 1} lines left out"
            self._last = line.number
            yield from self._moment(line.at)
            yield from self._line(line)

    def _moment(self, at: float) -> Iterator[str]:
        if self._began is None:
            self._began = self._told = at
            yield "# 0.000 s"
        elif at - self._told >= _PAUSE_SECONDS:
            self._told = at
            yield f"# {at - self._began:.3f} s"

    def _line(self, line: Line) -> Iterator[str]:
        if line.kind is Kind.OPENED:
            self._mask = Mask(self._shown)
        if line.kind in {Kind.OPENED, Kind.NOTE}:
            yield f"{line.kind.value} {line.data.decode('ascii')}"
            return
        typed = line.kind is Kind.TYPED
        masked = self._mask.typed(line.data) if typed else self._mask.heard(line.data)
        if masked.note is not None:
            yield f"# {masked.note}"
        # Nobody types ESC alone when it is played back.
        comment = "# " if typed and not line.data.strip(b"\x1b") else ""
        yield f"{comment}{line.kind.value} {written(masked.data)}"


def written(data: bytes) -> str:
    """Bytes in a file of text."""
    return "".join(
        _PLAIN.get(octet) or (chr(octet) if octet in _PRINTABLE else f"\\x{octet:02x}")
        for octet in data
    )
