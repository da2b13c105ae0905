"""The tables of programs: tokens, idempotency keys, the journal of changes, webhooks."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.messages import messages

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("last_used_at_ms", Ms),
    Column("revoked_at_ms", Ms),
    Column("inboxes", JSON(none_as_null=True)),  # null: all
    # No foreign key: the column is younger than the table, and people are never deleted.
    Column("person_id", String),  # whose it is, and with whom it ends; null: a program's
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("token_id", String, primary_key=True),  # no foreign key: the unix socket has no token
    Column("key", String, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), index=True),
    Column("status", Integer),
    Column("body", JSON(none_as_null=True)),
    Column("created_at_ms", Ms, nullable=False, index=True),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", JSON(none_as_null=True)),  # null: every type
    Column("inbox", String),
    Column("ordered", Boolean, nullable=False),
    Column("format", String),  # whose way of telling; null: our own
    Column("alias", String),  # the id that a client of that other way gave it
    Column("state", String, nullable=False),
    Column("disabled_reason", Text),
    Column("secret", String, nullable=False),  # signing needs it itself, not its digest
    Column("previous_secret", String),
    Column("previous_until_ms", Ms),
    Column("cursor", String),  # the last event that was looked at
    Column("failing_since_ms", Ms),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", Sequence, primary_key=True),  # the order of the events
    Column("id", String, nullable=False, unique=True),
    Column("webhook_id", String, ForeignKey(webhooks.c.id, ondelete="CASCADE"), nullable=False),
    Column("event_id", String, nullable=False),  # no foreign key: events are forgotten by age
    Column("event_type", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", Ms, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("tried_at_ms", Ms),
    Column("duration_ms", Integer),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
    UniqueConstraint("webhook_id", "event_id"),
    Index("ix_deliveries_webhook_id_seq", "webhook_id", "seq"),
    Index("ix_deliveries_created_at_ms", "created_at_ms"),
)

IS_PENDING = deliveries.c.state == literal_column("'pending'")

Index(
    "ix_deliveries_pending",
    deliveries.c.webhook_id,
    deliveries.c.due_at_ms,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)
