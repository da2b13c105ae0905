"""Quoted text that holds line ends: +CUSD, and +COPS and +CNUM in some character sets.

Owns when such a quote is open, closed, or given up. Knows nothing of the text.
"""

import re
from dataclasses import dataclass
from typing import Final

MAX_LINES: Final = 32
MAX_BYTES: Final = 2048
"""USSD text is at most 182 characters (23.038), 728 hex digits; the bound is for a lost quote."""

_MAY_HOLD_LINE_ENDS: Final = (b"+CUSD:", b"+COPS:", b"+CNUM:")
_CLOSED_BY_SCHEME: Final = re.compile(rb'",\s*\d{1,3}\s*$')
# Lines no quoted text begins with; a quote whose end was lost must not swallow them.
_BREAKS_OUT: Final = re.compile(
    rb"\+(?:CMTI|CDSI|CMT|CDS|CBM|CUSD|CMGS|CMGL|CMGR|CME ERROR|CMS ERROR):"
)


# A prompt nobody waits for, echoed ESC or Ctrl-Z, and blanks around a line.
_EDGES: Final = b" >\x1a\x1b"


@dataclass(frozen=True, slots=True, kw_only=True)
class LostQuote:
    """Text whose closing quote never came."""

    text: bytes


class QuoteJoiner:
    """Joins the lines of a quoted text; passes others on, without what clings to their edges."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def add(self, raw: bytes) -> list[bytes | LostQuote]:
        """Take a line, give what is whole by now; a joined text has its line ends as LF."""
        if not self._lines:
            return self._begin(raw)
        if _BREAKS_OUT.match(raw):
            return [*self.give_up(), *self._begin(raw)]
        self._lines.append(raw)
        text = b"\n".join(self._lines)
        if not _is_open(text):
            self._lines.clear()
            return [text]
        if len(self._lines) > MAX_LINES or len(text) > MAX_BYTES:
            return self.give_up()
        return []

    def give_up(self) -> list[bytes | LostQuote]:
        """End an open text, if there is one: its closing quote was lost."""
        if not self._lines:
            return []
        text = b"\n".join(self._lines)
        self._lines.clear()
        return [LostQuote(text=text)]

    def _begin(self, raw: bytes) -> list[bytes | LostQuote]:
        line = raw.strip(_EDGES)
        if line.startswith(_MAY_HOLD_LINE_ENDS) and _is_open(line):
            self._lines.append(line)
            return []
        return [line] if line else []


def _is_open(text: bytes) -> bool:
    quotes = text.count(b'"')
    if quotes > 1 and _CLOSED_BY_SCHEME.search(text):
        return False
    return quotes % 2 == 1
