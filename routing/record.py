"""A decision as JSON has it: to be kept with the message, and to be answered by a preview."""

from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any


def record(value: object) -> Any:
    """Make any of this package's values JSON: names for enums, ISO 8601 for times, lists."""
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple() | list():
            return [record(each) for each in value]
        case frozenset():
            return sorted(record(each) for each in value)
        case dict():
            return {str(record(key)): record(each) for key, each in value.items()}
        case _ if is_dataclass(value):
            return {item.name: record(getattr(value, item.name)) for item in fields(value)}
        case _:
            return value
