"""What can go wrong around a virtual modem (never what it answers: those are AT results)."""

from __future__ import annotations


class VirtualModemError(Exception):
    """Base of this package's errors."""


class LinkUnavailableError(VirtualModemError):
    """A link (pseudo-terminal, TCP port, memory name) cannot be made or is already in use."""

    def __init__(self, *, link: str, reason: str) -> None:
        super().__init__(f"{link}: {reason}")
        self.link = link
        self.reason = reason


class UnknownPersonalityError(VirtualModemError):
    """No personality has this name."""

    def __init__(self, *, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"unknown personality {name!r}; known: {', '.join(known)}")
        self.name = name
        self.known = known


class RequestRefusedError(VirtualModemError):
    """A control request that makes no sense: unknown operation, missing or wrong field."""

    def __init__(self, *, operation: str, reason: str) -> None:
        super().__init__(f"{operation}: {reason}")
        self.operation = operation
        self.reason = reason


class ReplayError(VirtualModemError):
    """A recorded dialogue that cannot be read. Carries the file's line number."""

    def __init__(self, *, path: str, line: int, reason: str) -> None:
        super().__init__(f"{path}:{line}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


class UnknownModemError(VirtualModemError, LookupError):
    """No virtual modem is attached under this name."""

    def __init__(self, *, name: str) -> None:
        super().__init__(f"no virtual modem is attached as {name!r}")
        self.name = name
