"""At which line of a TOML text a key stands: tomllib does not tell.

Owns a search that is good enough for a message to a person. Must not be used to read values.
"""

import re

KeyPath = tuple[str | int, ...]
"""``("http", "listen")``; the second ``[[modems]]`` is ``("modems", 1)``."""

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=")


def locate(text: str) -> dict[KeyPath, int]:
    """Map each table and key to its line, counted from 1.

    A line of a multi-line string may look like a key; that costs a wrong line number, no more.
    """
    found: dict[KeyPath, int] = {}
    entries: dict[str, int] = {}
    table: KeyPath = ()
    for number, content in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(content):
            name = _plain(header[2])
            table = tuple(name.split("."))
            if header[1] == "[[":
                entries[name] = entries.get(name, -1) + 1
                table = (*table, entries[name])
            found.setdefault(table, number)
        elif key := _KEY.match(content):
            found.setdefault((*table, *_plain(key[1]).split(".")), number)
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\s\"']", "", name)
