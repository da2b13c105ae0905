"""The walk over a document: tables, lists of tables, named tables; and what is wrong in them.

Owns the keys of problems. Must not know which keys there are.
"""

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.values import UnfitError
from routing import notation
from routing.model import Problem
from routing.notation import Reader

MOST_TABLES = 500

TableReader = Callable[[str, object], Any]
"""Takes the key and what stands there, and gives a value, or :data:`NOTHING` after a problem."""

NOTHING = object()


@dataclass(slots=True)
class Reading:
    """One walk over a document, and the problems that it met."""

    problems: list[Problem] = field(default_factory=list)

    def table(self, key: str, found: object, readers: Mapping[str, TableReader]) -> dict[str, Any]:
        """Read the keys of a table; what is wrong is left out, and noted."""
        if not isinstance(found, Mapping):
            self._problem(key, "expected a table")
            return {}
        read = {}
        for name, value in found.items():
            here = f"{key}.{name}" if key else name
            if name not in readers:
                near = difflib.get_close_matches(name, readers, n=1)
                hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(readers)}"
                self._problem(here, f"there is no such key; {hint}")
                continue
            read[name] = readers[name](here, value)
        return {name: value for name, value in read.items() if value is not NOTHING}

    def tables(self, kind: type, readers: Mapping[str, TableReader]) -> TableReader:
        """Read a table that makes one of these values."""
        return lambda key, found: self._make(kind, key, self.table(key, found, readers))

    def made(self, kind: type, readers: Mapping[str, Reader]) -> TableReader:
        """Read a table of single values that makes one of these."""
        return self.tables(kind, {name: self.value(read) for name, read in readers.items()})

    def value(self, read: Reader) -> TableReader:
        """Read a single value."""

        def single(key: str, found: object) -> object:
            try:
                return read(found)
            except UnfitError as unfit:
                self._problem(key, str(unfit))
                return NOTHING

        return single

    def named(self, read: TableReader, *, name: Reader = notation.name) -> TableReader:
        """Read a table whose keys are names."""

        def by_name(key: str, found: object) -> object:
            if not isinstance(found, Mapping):
                self._problem(key, "expected a table")
                return NOTHING
            called = self.value(name)
            return {
                called(f"{key}.{each}", each): read(f"{key}.{each}", value)
                for each, value in found.items()
            }

        return by_name

    def every(self, read: TableReader) -> TableReader:
        """Read a list of tables."""

        def listed(key: str, found: object) -> object:
            if not isinstance(found, list) or len(found) > MOST_TABLES:
                self._problem(key, f"expected at most {MOST_TABLES} [[{key}]] tables")
                return NOTHING
            return tuple(
                read(f"{key}.{number}", each) for number, each in enumerate(found, start=1)
            )

        return listed

    def _make(self, kind: type, key: str, read: dict[str, Any]) -> object:
        for item in dataclasses.fields(kind):
            optional = {item.default, item.default_factory} != {dataclasses.MISSING}
            if not optional and item.name not in read:
                if not any(each.key.startswith(f"{key}.{item.name}") for each in self.problems):
                    self._problem(f"{key}.{item.name}", "it is missing")
                return NOTHING
        return kind(**read)

    def _problem(self, key: str, reason: str) -> None:
        self.problems.append(Problem(key=key, reason=reason))
