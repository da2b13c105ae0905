"""Where in a file of rules something stands: the line of a key such as ``rules.2.when.words``.

Pure. Not a reader of TOML: the lines of headers and keys are looked at, which is enough to lead
somebody there.
"""

import re

from routing.model import Problem

_HEADER = re.compile(r"\s*(\[\[?)\s*([^\]#]+?)\s*\]")
_KEY = re.compile(
    r"\s*((?:[A-Za-z0-9_-]+|\"[^\"]*\")(?:\s*\.\s*(?:[A-Za-z0-9_-]+|\"[^\"]*\"))*)\s*="
)
_OF_THE_PARSER = re.compile(r"\(at line (\d+)")


def line_of(problem: Problem, text: str) -> int | None:
    """Give the line at which to look, from 1 on; None where nobody can tell."""
    told = _OF_THE_PARSER.search(problem.reason)
    if told is not None:
        return int(told[1])
    places = _places(text)
    key = problem.key
    while key:
        if key in places:
            return places[key]
        key = key.rpartition(".")[0]
    return None


def _places(text: str) -> dict[str, int]:
    """Give the line of each key and each table."""
    places: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table(header[2], counts, opens=header[1] == "[[")
            places.setdefault(table, number)
            places.setdefault(_plain(header[2]), number)
        elif key := _KEY.match(line):
            here = _plain(key[1])
            places.setdefault(f"{table}.{here}" if table else here, number)
    return places


def _table(name: str, counts: dict[str, int], *, opens: bool) -> str:
    """Name a table as problems do: the items of a list by their numbers."""
    found = ""
    parts = _plain(name).split(".")
    for place, part in enumerate(parts, start=1):
        found = f"{found}.{part}" if found else part
        if opens and place == len(parts):
            counts[found] = counts.get(found, 0) + 1
        if found in counts:
            found = f"{found}.{counts[found]}"
    return found


def _plain(name: str) -> str:
    return ".".join(part.strip().strip('"') for part in name.split("."))
