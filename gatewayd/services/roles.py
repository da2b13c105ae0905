"""What each role may do: one table. A role is a set of scopes (CONTRACT.md "Inbox")."""

from enum import StrEnum

from gatewayd.services.tokens import Scope


class Role(StrEnum):
    """What a person is in the business."""

    AGENT = "agent"
    MANAGER = "manager"
    ADMIN = "admin"


_AGENT = frozenset({Scope.MESSAGES_SEND, Scope.MESSAGES_READ, Scope.INBOX, Scope.EVENTS})
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.AGENT: _AGENT,
    Role.MANAGER: _AGENT | {Scope.SUPERVISE, Scope.MANAGE},
    Role.ADMIN: frozenset({Scope.ADMIN}),
}


def supervises(role: str) -> bool:
    """Whether people of this role see all work, and whole numbers whatever is set."""
    return not ROLE_SCOPES[Role(role)].isdisjoint({Scope.SUPERVISE, Scope.ADMIN})
