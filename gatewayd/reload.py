"""SIGHUP: reads the configuration again, takes up what can change at run time, names the rest.

A file with a mistake changes nothing, and the daemon goes on as it was.
"""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog

from config import load
from config.build import TABLES, field_of
from config.problems import ConfigError, ConfigNotFoundError
from config.schema import Settings
from gatewayd import logs

_log = structlog.get_logger(__name__)

_AT_RUN_TIME = frozenset({"logging"})
"""Tables whose keys take effect at once."""

_TABLE_OF = {field_of(table): table for table in TABLES}
"""As the file writes it: ``http.tls``."""


class Reloader:
    """Remembers what is in force."""

    def __init__(self, file: Path, running: Settings) -> None:
        self._file = file
        self._running = running

    def reload(self) -> None:
        """Read the file again and say what became of each change."""
        try:
            wanted = load(self._file)
        except ConfigNotFoundError as error:
            _log.error("reload_refused", reason=str(error))
            return
        except ConfigError as error:
            for problem in error.problems:
                _log.error("reload_refused", reason=str(problem))
            return
        changed = list(changes(self._running, wanted))
        logs.configure(wanted.logging)
        self._running = dataclasses.replace(self._running, logging=wanted.logging)
        _log.info(
            "configuration_reloaded",
            applied=[key for key in changed if _table(key) in _AT_RUN_TIME],
        )
        late = [key for key in changed if _table(key) not in _AT_RUN_TIME]
        if late:
            _log.warning("reload_needs_a_restart", keys=late)


def changes(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Name the keys, such as ``modems.0.device``, that differ."""
    if before == after:
        return
    if dataclasses.is_dataclass(before) and type(before) is type(after):
        fields = [field.name for field in dataclasses.fields(before)]
        if path.count(".") < 1 or path.startswith("modems."):
            for name in fields:
                here = f"{path}.{name}" if path else _TABLE_OF.get(name, name)
                yield from changes(getattr(before, name), getattr(after, name), here)
            return
    if path == "modems" and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from changes(*pair, f"{path}.{index}")
        return
    yield path


def _table(key: str) -> str:
    return key.partition(".")[0]
