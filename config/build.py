"""From a TOML document to settings: every key read, every unknown one named with a suggestion.

Owns the walk over the document and what keys must be true of together. Must not read files.
"""

import dataclasses
import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from config.across import check_across
from config.alarms import AlarmSettings
from config.compat import AlertReceiverSettings, CompatSettings
from config.keys import Key
from config.lines import KeyPath
from config.problems import ConfigError, Problem
from config.schema import (
    DEFAULT_DATA_DIR,
    GatewaySettings,
    HttpSettings,
    InboxSettings,
    LoggingSettings,
    ModemSettings,
    ReceivingSettings,
    RetentionSettings,
    SendingSettings,
    Settings,
    SmtpSettings,
    StorageSettings,
    WebhookSettings,
)
from config.secrets import SecretSource
from config.tls import TlsSettings
from config.values import UnfitError

TABLES: Mapping[str, type] = {
    "gateway": GatewaySettings,
    "http": HttpSettings,
    "http.tls": TlsSettings,
    "modems": ModemSettings,
    "inboxes": InboxSettings,
    "storage": StorageSettings,
    "sending": SendingSettings,
    "receiving": ReceivingSettings,
    "retention": RetentionSettings,
    "webhooks": WebhookSettings,
    "smtp": SmtpSettings,
    "compat": CompatSettings,
    "alert_receivers": AlertReceiverSettings,
    "alarms": AlarmSettings,
    "logging": LoggingSettings,
}
"""Every table of the file, in the order of the documents."""

LISTS: Mapping[str, str] = {
    "modems": "modem",
    "inboxes": "inbox",
    "alert_receivers": "group of phones",
}
"""Those that are lists of tables, and what each entry is about."""

_SOCKET_NAME = "gatewayd.sock"
_SECRET_WORDS = re.compile("pin$|pass|secret|token|key$", re.IGNORECASE)


_REQUIRED = {
    table: {
        item.name
        for item in dataclasses.fields(table)
        # The socket's default follows data_dir.
        if item.default is dataclasses.MISSING and item.name != "socket"
    }
    for table in TABLES.values()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Settings, which keys the document set itself, and warnings as sentences."""

    settings: Settings
    written: frozenset[str]
    warnings: tuple[str, ...]


def from_mapping(document: Mapping[str, Any], *, base: Path) -> Settings:
    """Make settings in code, as a file in the folder ``base`` would; raises ConfigError."""
    return build(document, file=base / "gatewayd.toml", lines={}).settings


def build(document: Mapping[str, Any], *, file: Path, lines: Mapping[KeyPath, int]) -> Built:
    """Check a whole document; raises ConfigError with everything that is wrong."""
    return _Builder(file=file, lines=lines).build(document)


def field_of(table: str) -> str:
    """Name the field of the settings that holds a table."""
    return table.replace(".", "_")


def keys_of(table: type) -> dict[str, Key]:
    """Give a table's keys by name."""
    return {item.name: item.metadata["key"] for item in dataclasses.fields(table)}


def as_toml(value: object) -> str:
    """Write a value as TOML has it, in a file; tables are only hinted at."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case datetime() | date() | time():
            return value.isoformat()
        case dict():
            return "{…}"
        case list():
            return "[" + ", ".join(as_toml(item) for item in value) + "]"
        case _:
            return str(value)


def spell(value: object) -> str:
    """Write a value as TOML would, short enough for a message."""
    text = as_toml(value)
    return text if len(text) <= 80 else f"{text[:77]}…"  # noqa: PLR2004 - a line of a terminal


@dataclass(slots=True, kw_only=True)
class _Builder:
    file: Path
    lines: Mapping[KeyPath, int]
    problems: list[Problem] = field(default_factory=list)
    written: set[str] = field(default_factory=set)

    def build(self, document: Mapping[str, Any]) -> Built:
        document = _flat(document)
        for name in document:
            if name not in TABLES:
                self._unknown_table(name, document[name])
        read = {
            name: self._table(table, tuple(name.split(".")), document.get(name, {}))
            for name, table in TABLES.items()
            if name not in LISTS
        }
        lists = {name: self._list(name, document.get(name, [])) for name in LISTS}
        data_dir = read["gateway"].get("data_dir", DEFAULT_DATA_DIR)
        read["http"].setdefault("socket", data_dir / _SOCKET_NAME)
        if not self.problems:
            tables = {field_of(name): TABLES[name](**values) for name, values in read.items()}
            tables |= {
                name: tuple(TABLES[name](**values) for values in entries)
                for name, entries in lists.items()
            }
            settings = Settings(**tables)
            for path, value, expected in check_across(settings):
                self._problem(path, expected, value=value)
            if not self.problems:
                return Built(
                    settings=settings,
                    written=frozenset(self.written),
                    warnings=tuple(self._warnings(settings)),
                )
        raise ConfigError(sorted(self.problems, key=lambda problem: problem.line or 0))

    def _list(self, name: str, entries: object) -> list[dict[str, Any]]:
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._problem((name,), f"expected one [[{name}]] table per {LISTS[name]}")
            return []
        return [
            self._table(TABLES[name], (name, index), entry) for index, entry in enumerate(entries)
        ]

    def _table(self, table: type, path: KeyPath, entries: object) -> dict[str, Any]:
        if not isinstance(entries, dict):
            self._problem(path, "expected a table", value=entries)
            return {}
        keys = keys_of(table)
        read = {}
        for name, value in entries.items():
            here = (*path, name)
            if name not in keys:
                self._unknown_key(here, value, keys)
                continue
            self.written.add(".".join(map(str, here)))
            try:
                read[name] = self._from_here(keys[name].read(value))
            except UnfitError as unfit:
                self._problem(here, str(unfit), value=value)
        for name in sorted(_REQUIRED[table] - entries.keys()):
            self._missing((*path, name), keys[name])
        return read

    def _missing(self, path: KeyPath, key: Key) -> None:
        try:
            key.read(None)
        except UnfitError as unfit:
            self._problem(path, f"it is missing, {unfit}", near=path[:-1])

    def _from_here(self, value: Any) -> Any:
        # A relative path starts at the folder of the file that names it.
        match value:
            case Path():
                return self.file.parent / value
            case SecretSource(path=Path() as path):
                return SecretSource(path=self.file.parent / path)
            case _:
                return value

    def _unknown_table(self, name: str, value: object) -> None:
        if not isinstance(value, dict | list):
            hint = _home_of(name) or "Each key stands below the [table] that it belongs to"
            self._problem((name,), "no such key outside a table", value=value, hint=hint)
            return
        near = difflib.get_close_matches(name, TABLES, n=1)
        hint = f"Did you mean {_header(near[0])}?" if near else f"The tables are {_all_tables()}"
        self._problem((name,), "no such table", hint=hint)

    def _unknown_key(self, path: KeyPath, value: object, keys: Mapping[str, Key]) -> None:
        name = str(path[-1])
        # 0.5 takes "pin" to "pin_file"; difflib's own 0.6 does not.
        near = difflib.get_close_matches(name, keys, n=1, cutoff=0.5)
        hint = (
            _home_of(name)
            or (f"Did you mean {near[0]}?" if near else None)
            or f"The keys here are {', '.join(keys)}"
        )
        self._problem(path, "no such key", value=value, hint=hint)

    def _problem(
        self,
        path: KeyPath,
        expected: str,
        *,
        value: object = None,
        hint: str | None = None,
        near: KeyPath = (),
    ) -> None:
        self.problems.append(
            Problem(
                file=self.file,
                line=self.lines.get(path) or self.lines.get(near),
                key=title(path) if path[0] in TABLES or value is None else str(path[0]),
                value=_shown(path, value),
                expected=expected,
                suggestion=hint,
            )
        )

    def _warnings(self, settings: Settings) -> list[str]:
        warnings = []
        if not settings.modems:
            warnings.append(
                "No [[modems]] is named, so nothing can be sent or received: "
                "`gatewayd init --dry-run` shows an entry."
            )
        if "sending.resend_after" in self.written and settings.sending.on_unknown == "hold":
            warnings.append(
                '[sending] resend_after has no effect while on_unknown is "hold", the default.'
            )
        warnings += [
            f"[[inboxes]] {index + 1} failover_after has no effect without failover_to."
            for index, inbox in enumerate(settings.inboxes)
            if f"inboxes.{index}.failover_after" in self.written and not inbox.failover_to
        ]
        if not settings.http.listen.is_loopback and not settings.http_tls.enabled:
            warnings.append(
                f"[http] listen = {spell(str(settings.http.listen))} lets other machines reach the "
                "API without encryption: tokens and messages can be read on the way. [http.tls] "
                "encrypts."
            )
        return warnings


def _flat(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put a table inside a table beside it, under the name that its header has."""
    flat = dict(document)
    for name in TABLES:
        outer, dot, inner = name.partition(".")
        around = document.get(outer)
        if dot and isinstance(around, dict) and inner in around:
            flat[outer] = {key: value for key, value in flat[outer].items() if key != inner}
            flat[name] = around[inner]
    return flat


def title(path: KeyPath) -> str:
    """Name a table or key as the file shows it; a second modem is ``[[modems]] 2``."""
    if path[0] in LISTS:
        header = f"[[{path[0]}]]" if len(path) == 1 else f"[[{path[0]}]] {int(path[1]) + 1}"
        return " ".join((header, *map(str, path[2:])))
    nested = ".".join(map(str, path[:2]))
    if nested in TABLES and len(path) > 1:
        return " ".join((f"[{nested}]", *map(str, path[2:])))
    return " ".join((f"[{path[0]}]", *map(str, path[1:])))


def _home_of(name: str) -> str | None:
    homes = [table for table, kind in TABLES.items() if name in keys_of(kind)]
    return f"It belongs in {' or '.join(map(_header, homes))}" if homes else None


def _shown(path: KeyPath, value: object) -> str | None:
    # Somebody who writes pin = "1234" must not find it in a log or a ticket.
    if value is None or _SECRET_WORDS.search(str(path[-1])):
        return None
    return spell(value)


def _header(table: str) -> str:
    return f"[[{table}]]" if table in LISTS else f"[{table}]"


def _all_tables() -> str:
    return ", ".join(map(_header, TABLES))
