"""The tables of working together: what each has read, whom a note mentions, who was told."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.inbox import conversations, timeline
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

mentions = Table(
    "mentions",
    metadata,
    Column(
        "seq",
        Sequence,
        ForeignKey(timeline.c.seq, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    # Where in the note's text the name stands, its @ included.
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("stop", Integer, nullable=False),
    # Several where it is a team's.
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Index("ix_mentions_person_id_seq", "person_id", "seq"),
)

# Rows of timelines of which people are still to be told: what customers wrote or rang, mentions.
news = Table(
    "news",
    metadata,
    Column(
        "seq",
        Sequence,
        ForeignKey(timeline.c.seq, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("at_ms", Ms, nullable=False, index=True),
)

# When each person was last told of a conversation by itself: not again until they have looked.
told_news = Table(
    "told_news",
    metadata,
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column(
        "conversation_id",
        String,
        ForeignKey(conversations.c.id, ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("seq", Sequence, nullable=False),  # of the row that they were told of
    Column("at_ms", Ms, nullable=False),
    Column("called_ms", Ms),  # when by more than the open page
)
