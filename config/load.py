"""From a TOML file to :class:`config.schema.Settings`, or to every problem in it at once.

Owns finding, reading and checking the file. Must not act on what it says.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.build import build
from config.lines import locate
from config.problems import ConfigError, ConfigNotFoundError, Problem
from config.schema import Settings

SYSTEM_FILE = Path("/etc/gatewayd/gatewayd.toml")
LOCAL_FILE = Path("gatewayd.toml")
EXAMPLE_FILE = Path(__file__).with_name("example.toml")

_MOST_OCTETS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A file that can be used, and what a person should know about it."""

    file: Path
    settings: Settings
    written: frozenset[str]
    """The keys that the file sets, such as ``http.listen`` and ``modems.0.device``."""

    warnings: tuple[str, ...]
    """Sentences about keys that are accepted but have no effect."""


def find(chosen: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Find the file that holds: ``--config``, ``$GATEWAYD_CONFIG``, here, then ``/etc``.

    A file that was named need not exist yet; raises ConfigNotFoundError when none was named and
    none is there.
    """
    if chosen is not None:
        return chosen
    if named := environment.get("GATEWAYD_CONFIG"):
        return Path(named)
    for place in (LOCAL_FILE, SYSTEM_FILE):
        if os.path.lexists(place):
            return place
    raise ConfigNotFoundError((LOCAL_FILE.absolute(), SYSTEM_FILE))


def load(file: Path) -> Settings:
    """Read a file; raises ConfigError with all of its problems."""
    return load_with_origin(file).settings


def load_with_origin(file: Path) -> Loaded:
    """Read a file and say what it sets itself; raises ConfigError with all of its problems."""
    file = file.absolute()
    text = _read(file)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([_syntax_problem(file, str(error))]) from None
    except ValueError as error:  # an integer of more digits than Python converts
        raise _file_error(file, "not TOML: a number in it is too long") from error
    except RecursionError as error:
        raise _file_error(file, "not TOML: it is nested too deeply") from error
    outcome = build(document, file=file, lines=locate(text))
    return Loaded(
        file=file,
        settings=outcome.settings,
        written=outcome.written,
        warnings=outcome.warnings,
    )


def example() -> str:
    """Give the commented example that holds every key."""
    return EXAMPLE_FILE.read_text(encoding="utf-8")


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(_MOST_OCTETS + 1)
    except FileNotFoundError:
        raise ConfigNotFoundError((file,)) from None
    except IsADirectoryError:
        raise _file_error(file, "expected a file, this is a folder") from None
    except PermissionError:
        raise _file_error(
            file, "you may not read it", "Run the command as root or as the user of the service"
        ) from None
    except OSError as error:
        raise _file_error(file, f"it cannot be read: {error.strerror}") from error
    if len(raw) > _MOST_OCTETS:
        raise _file_error(file, "it is larger than 1 MB, which no configuration is")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _file_error(file, "expected UTF-8 text", line=line) from None


def _file_error(
    file: Path, expected: str, suggestion: str | None = None, *, line: int | None = None
) -> ConfigError:
    return ConfigError(
        [Problem(file=file, line=line, key="", expected=expected, suggestion=suggestion)]
    )


def _syntax_problem(file: Path, message: str) -> Problem:
    place = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    what = message[: place.start()] if place else message.removesuffix(" (at end of document)")
    line, column = (int(place[1]), f"column {place[2]}") if place else (None, "the end of the file")
    return Problem(
        file=file, line=line, key="", expected=f"not TOML at {column}: {what[:1].lower()}{what[1:]}"
    )
