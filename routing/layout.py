"""How a document is laid out as TOML: a line for each key, a header for each table.

The libraries that write TOML put short tables into one line and each value of a list on its own;
people edit this file. Knows nothing of what the keys mean.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def write(document: Mapping[str, Any]) -> str:
    """Write tables, lists of tables, text, numbers, true and false, and lists of these."""
    blocks = ["\n".join(block) + "\n" for block in _blocks((), document, header=None)]
    return "\n".join(blocks)


def _blocks(
    path: tuple[str, ...], table: Mapping[str, Any], *, header: str | None
) -> Iterator[list[str]]:
    lines = [f"{_key(name)} = {_value(each)}" for name, each in table.items() if not _below(each)]
    # A table that only holds tables needs no header of its own; an item of a list does.
    bare = not lines and any(map(_below, table.values()))
    if header is not None and (header.startswith("[[") or not bare):
        lines.insert(0, header)
    if lines:
        yield lines
    for name, each in table.items():
        here = (*path, name)
        title = ".".join(map(_key, here))
        if isinstance(each, Mapping):
            yield from _blocks(here, each, header=f"[{title}]")
        elif _below(each):
            for item in each:
                yield from _blocks(here, item, header=f"[[{title}]]")


def _below(value: object) -> bool:
    """Whether a value stands below its table, under a header of its own."""
    if isinstance(value, list):
        return bool(value) and all(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    # JSON writes true, false and whole numbers as TOML does.
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    # JSON's escapes are TOML's; only the one control character that JSON leaves bare is not.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
