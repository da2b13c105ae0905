"""The tables of addresses that are called when something becomes of a message."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, literal_column

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.messages import messages

callbacks = Table(
    "callbacks",
    metadata,
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    Column("url", Text, nullable=False),  # with its placeholders
    Column("mask", Integer, nullable=False),  # which codes are wanted, added up
    Column("told", Integer, nullable=False),  # which codes are on their way or called, added up
    Column("state", String, nullable=False),  # open, closed: nothing more becomes of the message
    Column("created_at_ms", Ms, nullable=False, index=True),
)

CALLBACK_IS_OPEN = callbacks.c.state == literal_column("'open'")

Index(
    "ix_callbacks_open",
    callbacks.c.message_id,
    sqlite_where=CALLBACK_IS_OPEN,
    postgresql_where=CALLBACK_IS_OPEN,
)

callback_calls = Table(
    "callback_calls",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    Column("code", Integer, nullable=False),
    Column("host", String, nullable=False),  # whose slowness holds up no other's
    Column("state", String, nullable=False),  # pending, called, failed
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", Ms, nullable=False),
    Column("tried_at_ms", Ms),
    Column("status", Integer),
    Column("error", Text),
    Index("ix_callback_calls_message_id_code", "message_id", "code", unique=True),
)

CALL_IS_PENDING = callback_calls.c.state == literal_column("'pending'")

Index(
    "ix_callback_calls_pending",
    callback_calls.c.host,
    callback_calls.c.due_at_ms,
    sqlite_where=CALL_IS_PENDING,
    postgresql_where=CALL_IS_PENDING,
)

# Hosts that have refused or not answered call after call.
callback_hosts = Table(
    "callback_hosts",
    metadata,
    Column("host", String, primary_key=True),
    Column("failing_since_ms", Ms, nullable=False),
)
