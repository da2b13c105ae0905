"""The tables of consent, and of the rules' decisions."""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.inbox import contacts, timeline
from storage.schema.messages import messages

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("contact_id", String, ForeignKey(contacts.c.id), primary_key=True),
    Column("inbox", String, primary_key=True),
    Column("business_number", String, primary_key=True),  # empty where the SIM's is unknown
    Column("since_ms", Ms, nullable=False),
    Column("until_ms", Ms),  # null: until they opt in again
)

kept_opt_outs = Table(
    "kept_opt_outs",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # salted, of an erased contact's number
    Column("inbox", String, primary_key=True),
    Column("business_number", String, primary_key=True),
    Column("since_ms", Ms, nullable=False),
    Column("until_ms", Ms),
)

kept_blocks = Table(
    "kept_blocks",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # keyed, of an erased contact's number
    Column("blocked_at_ms", Ms, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("contact_id", String, ForeignKey(contacts.c.id), nullable=False),
    Column("number", String, nullable=False),  # theirs
    Column("inbox", String, nullable=False),
    Column("business_number", String, nullable=False),
    Column("what", String, nullable=False),
    Column("source", Text),  # the words that said so, or the reason of whom set it by hand
    # No foreign key: what was said is kept here when the message is forgotten.
    Column("message_id", String),
    Column("author_type", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("at_ms", Ms, nullable=False),
    Column("expires_at_ms", Ms),
    Index("ix_consents_contact_id_seq", "contact_id", "seq"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String, primary_key=True),
    # Of a message, or of a missed call's row in its timeline.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), unique=True),
    Column("timeline_seq", Sequence, ForeignKey(timeline.c.seq, ondelete="CASCADE"), unique=True),
    Column("record", JSON, nullable=False),  # no text of the message
    Column("at_ms", Ms, nullable=False),
)
