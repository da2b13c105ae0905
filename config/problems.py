"""What can be wrong with a configuration, told so that it can be put right at night.

Owns the wording of one finding. Must not know what the keys mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding in one file: where, what was there, what was expected instead."""

    file: Path
    line: int | None = None
    key: str
    """As the file writes it: ``[http] listen``, ``[[modems]] 2 device``, ``[gatway]``."""

    value: str | None = None
    """What stood there, as TOML; None where the key itself is the trouble."""

    expected: str
    suggestion: str | None = None

    def __str__(self) -> str:
        """One line in the form that editors and people know: ``file:line: key = value: …``."""
        place = f"{self.file}:{self.line}" if self.line else str(self.file)
        what = f"{self.key} = {self.value}" if self.value is not None else self.key
        parts = (place, what, self.expected)
        sentence = ": ".join(part for part in parts if part)
        if self.suggestion is None:
            return f"{sentence}."
        return f"{sentence}. {self.suggestion}{'' if self.suggestion.endswith('?') else '.'}"


class ConfigError(Exception):
    """The configuration cannot be used. Holds every problem that was found, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class ConfigNotFoundError(Exception):
    """There is no configuration file at any of the places that were looked at."""

    def __init__(self, looked_at: Sequence[Path]) -> None:
        places = " or ".join(map(str, looked_at))
        super().__init__(f"There is no configuration file at {places}.")
        self.looked_at = tuple(looked_at)
