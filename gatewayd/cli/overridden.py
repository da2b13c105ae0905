"""What managers have set in place of the configuration, for `gatewayd config show`."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from config.values import format_duration
from gatewayd.cli import show
from storage import overrides
from storage.engine import FILE_NAME
from storage.errors import StoreUnavailable

_OVERRIDDEN = {
    "gateway.name": "display_name",
    "gateway.timezone": "timezone",
    "gateway.language": "language",
    "retention.messages": "keep_days",
}


def set_by_managers(data_dir: Path) -> Mapping[str, Mapping[str, str]]:
    """Give by key, and then by inbox, the value that holds there in place of the file's.

    What cannot be read is said on stderr; the file's settings are shown all the same.
    """
    try:
        inboxes = overrides.of_inboxes(data_dir / FILE_NAME)
    except StoreUnavailable as error:
        show.note(f"What managers have set cannot be read: {error.reason}.")
        return {}
    found: dict[str, dict[str, str]] = {}
    for inbox, values in inboxes.items():
        for key, column in _OVERRIDDEN.items():
            if column in values:
                found.setdefault(key, {})[inbox] = _spell(column, values[column])
    return found


def _spell(column: str, value: str | int) -> str:
    if column != "keep_days":
        return str(value)
    return format_duration(timedelta(days=int(value))) if value else "for good"
