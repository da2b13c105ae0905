"""The tables of working together: what each person has read."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, String, Table

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.inbox import conversations
from storage.schema.staff import people

reads = Table(
    "reads",
    metadata,
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column("conversation_id", String, ForeignKey(conversations.c.id), primary_key=True, index=True),
    Column("seq", Sequence, nullable=False),  # up to this row of the timeline
    Column("marked", Boolean, nullable=False),  # unread, as the person wants it
    Column("read_ms", Ms, nullable=False),
)

IS_MARKED = reads.c.marked

Index("ix_reads_marked", reads.c.person_id, sqlite_where=IS_MARKED, postgresql_where=IS_MARKED)
