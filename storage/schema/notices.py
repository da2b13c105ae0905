"""The tables of what tells somebody: alerts by SMS, e-mail."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    literal_column,
)

from storage.schema.base import Ms, metadata
from storage.schema.inbox import conversations
from storage.schema.messages import messages
from storage.schema.staff import people

alerts = Table(
    "alerts",
    metadata,
    # The SMS that told somebody; its state says whether they were reached.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", String, ForeignKey(conversations.c.id), nullable=False),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column("code", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("expires_at_ms", Ms, nullable=False),
    Index("ix_alerts_conversation_id_created_at_ms", "conversation_id", "created_at_ms"),
    Index("ix_alerts_code_expires_at_ms", "code", "expires_at_ms"),
    Index("ix_alerts_person_id_expires_at_ms", "person_id", "expires_at_ms"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", String, primary_key=True),
    Column("recipient", String, nullable=False),
    Column("rule", String, nullable=False),
    # Null: a daily digest, which is about no single one.
    Column("conversation_id", String, ForeignKey(conversations.c.id)),
    # What it is about; null: a missed call.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), index=True),
    Column("state", String, nullable=False),  # pending, sent, failed
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", Ms, nullable=False),
    Column("created_at_ms", Ms, nullable=False, index=True),
    Column("tried_at_ms", Ms),
    Column("error", String),  # of the last try that failed
    Column("kind", String),  # of a notice to a person of ours; null: a rule asks for it
    Column("person_id", String),  # who is told, where it is a person of ours
)

MAIL_IS_PENDING = mails.c.state == literal_column("'pending'")

Index(
    "ix_mails_pending",
    mails.c.due_at_ms,
    sqlite_where=MAIL_IS_PENDING,
    postgresql_where=MAIL_IS_PENDING,
)
