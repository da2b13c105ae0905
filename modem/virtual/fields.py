"""The fields of a control request, checked as they are taken. Knows no operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modem.virtual.errors import RequestRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fields:
    """Each field is taken once; a wrong type raises RequestRefusedError."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self.operation = str(request.get("op", ""))
        self._rest = {key: value for key, value in request.items() if key != "op"}

    def text(self, name: str, default: str | None = None) -> str:
        """Take a string."""
        value = self._rest.pop(name, default)
        if not isinstance(value, str):
            raise RequestRefusedError(operation=self.operation, reason=f'"{name}" must be a string')
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Take a whole number."""
        value = self._rest.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise RequestRefusedError(operation=self.operation, reason=f'"{name}" must be a number')
        return value

    def maybe(self, name: str) -> int | None:
        """Take a number that may be left out."""
        return None if self._rest.get(name) is None else self.number(name)

    def ratio(self, name: str, default: float) -> float:
        """Take any number."""
        value = self._rest.pop(name, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise RequestRefusedError(operation=self.operation, reason=f'"{name}" must be a number')
        return float(value)

    def flag(self, name: str, *, default: bool) -> bool:
        """Take a boolean."""
        value = self._rest.pop(name, default)
        if not isinstance(value, bool):
            raise RequestRefusedError(
                operation=self.operation, reason=f'"{name}" must be a boolean'
            )
        return value

    def texts(self, name: str) -> dict[str, str]:
        """Take an object of strings; an empty one where it was not given."""
        value = self._rest.pop(name, {})
        if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
            raise RequestRefusedError(
                operation=self.operation, reason=f'"{name}" must be an object of strings'
            )
        return value

    def has(self, name: str) -> bool:
        """Tell whether a field was given."""
        return name in self._rest

    def done(self) -> None:
        """Refuse what nobody took."""
        if self._rest:
            unknown = ", ".join(sorted(self._rest))
            raise RequestRefusedError(operation=self.operation, reason=f"unknown fields: {unknown}")
