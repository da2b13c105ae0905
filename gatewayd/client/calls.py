"""What can be asked, each as a Call; both clients take it from here."""

import secrets
from collections.abc import Sequence

from .shapes import (
    Contact,
    Conversation,
    ConversationDetail,
    Message,
    Preview,
    Priority,
)
from .wire import Call, Json, path_of

KEY = "Idempotency-Key"


def new_key() -> str:
    """Make a key for one sending or note; asking again with it does it once."""
    return secrets.token_urlsafe(18)


def send(
    to: str,
    text: str,
    *,
    inbox: str | None = None,
    send_at: str | None = None,
    expires_at: str | None = None,
    priority: Priority | None = None,
    client_reference: str | None = None,
    key: str | None = None,
) -> Call[Message]:
    """Send a message; it is durable once this is answered."""
    given = {
        "to": to,
        "text": text,
        "inbox": inbox,
        "send_at": send_at,
        "expires_at": expires_at,
        "priority": priority,
        "client_reference": client_reference,
    }
    return Call(
        method="POST",
        path="/v1/messages",
        body={name: value for name, value in given.items() if value is not None},
        headers={KEY: key or new_key()},
    )


def preview(text: str, *, inbox: str | None = None) -> Call[Preview]:
    """Measure a text: parts, characters that make it longer, price."""
    return Call(method="POST", path="/v1/messages/preview", body={"text": text, "inbox": inbox})


def message(message_id: str) -> Call[Message]:
    """Get one message."""
    return Call(method="GET", path=path_of("v1", "messages", message_id))


def cancel(message_id: str) -> Call[Message]:
    """Cancel what is not on the air."""
    return Call(method="POST", path=path_of("v1", "messages", message_id, "cancel"))


def conversation(conversation_id: str) -> Call[ConversationDetail]:
    """Get one conversation with the newest page of its timeline."""
    return Call(method="GET", path=path_of("v1", "conversations", conversation_id))


def answer(
    conversation_id: str, text: str, *, client_reference: str | None = None, key: str | None = None
) -> Call[Message]:
    """Send to its contact, from its inbox."""
    body = {"text": text, "client_reference": client_reference}
    return Call(
        method="POST",
        path=path_of("v1", "conversations", conversation_id, "messages"),
        body={name: value for name, value in body.items() if value is not None},
        headers={KEY: key or new_key()},
    )


def note(conversation_id: str, text: str, *, key: str | None = None) -> Call[Conversation]:
    """Write a note that only the shop sees: one, however often it is asked for with this key."""
    return Call(
        method="POST",
        path=path_of("v1", "conversations", conversation_id, "notes"),
        body={"text": text},
        headers={KEY: key or new_key()},
    )


def contact(contact_id: str) -> Call[Contact]:
    """Get one contact."""
    return Call(method="GET", path=path_of("v1", "contacts", contact_id))


def edit_contact(
    contact_id: str,
    changes: Json,
    *,
    version: int | None = None,
) -> Call[Contact]:
    """Change a contact: only if it still has this version, where one is given."""
    return Call(
        method="PATCH",
        path=path_of("v1", "contacts", contact_id),
        body=changes,
        headers={} if version is None else {"If-Match": f'"{version}"'},
    )


def stream(after: str | None, types: Sequence[str]) -> Call[Json]:
    """Open the stream of events."""
    return Call(
        method="GET",
        path="/v1/events",
        query={"types": ",".join(types) or None},
        headers={"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {}),
    )
