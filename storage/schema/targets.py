"""The tables of who waits how long: targets, waits, stand-ins, wishes, what was held back."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    false,
)

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.inbox import conversations
from storage.schema.messages import messages
from storage.schema.staff import inboxes, people, teams

inbox_targets = Table(
    "inbox_targets",
    metadata,
    # An inbox without a row has the targets that routing.followup gives.
    Column("inbox", String, ForeignKey(inboxes.c.name), primary_key=True),
    Column("answer_minutes", Integer),  # of opening time; null: nothing is ever due
    Column("due_soon_percent", Integer, nullable=False),
    Column("escalate_percent", Integer),  # null: the managers are never told
    Column("reassign_minutes", Integer),  # null: who says nothing keeps it
    Column("updated_at_ms", Ms, nullable=False),
)

# One row for each time that a customer waited: the first thing that they wrote, up to our answer.
waits = Table(
    "waits",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column(
        "conversation_id",
        String,
        ForeignKey(conversations.c.id, ondelete="CASCADE"),
        nullable=False,
    ),
    Column("inbox", String, nullable=False),
    Column("since_ms", Ms, nullable=False),
    Column("clock_ms", Ms, nullable=False),  # since when targets count: since_ms, or a sleep's end
    Column("rung", Integer, nullable=False),  # how far people have been told of it
    Column("due_soon_at_ms", Ms),
    Column("due_at_ms", Ms),
    Column("escalate_at_ms", Ms),
    Column("look_at_ms", Ms),  # when something may be to be done; 0: now; null: while it sleeps
    Column("ended_ms", Ms),
    Column("outcome", String),  # answered, closed
    Column("answer_id", String, ForeignKey(messages.c.id, ondelete="SET NULL")),
    Column("open_seconds", Integer),  # how long it was in opening time, counted after its end
    Index("ix_waits_conversation_id_ended_ms", "conversation_id", "ended_ms"),
    Index("ix_waits_ended_ms", "ended_ms"),
    Index("ix_waits_answer_id", "answer_id"),
)

WAIT_IS_OPEN = waits.c.ended_ms.is_(None)

_IS_UNCOUNTED = waits.c.ended_ms.is_not(None) & waits.c.open_seconds.is_(None)

for _name, _columns, _rows, _unique in (
    ("open", (waits.c.conversation_id,), WAIT_IS_OPEN, True),
    ("look", (waits.c.look_at_ms,), WAIT_IS_OPEN, False),
    ("due", (waits.c.due_at_ms,), WAIT_IS_OPEN, False),
    ("due_soon", (waits.c.due_soon_at_ms,), WAIT_IS_OPEN, False),
    ("uncounted", (waits.c.seq,), _IS_UNCOUNTED, False),
):
    Index(
        f"ix_waits_{_name}",
        *_columns,
        unique=_unique,
        sqlite_where=_rows,
        postgresql_where=_rows,
    )

# Whose a conversation was that others have because that person is not there.
stand_ins = Table(
    "stand_ins",
    metadata,
    Column(
        "conversation_id",
        String,
        ForeignKey(conversations.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column("given_person_id", String, ForeignKey(people.c.id)),
    Column("given_team_id", String, ForeignKey(teams.c.id)),
    Column("at_ms", Ms, nullable=False),
)

notification_wishes = Table(
    "notification_wishes",
    metadata,
    # A person without a row has the wishes that gatewayd.wishes gives.
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column("ways", JSON, nullable=False),  # {"mine": ["page", "email"], "team": […], "overdue": …}
    Column("take_back", Boolean, nullable=False, server_default=false()),
    Column("daily_digest", String),  # open_days, every_day, never; null: as by default
    Column("updated_at_ms", Ms, nullable=False),
)

# Up to which day each manager has had the daily digest, or would have had it, had they wished.
daily_digests = Table(
    "daily_digests",
    metadata,
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column("last_day", String, nullable=False),  # the last day that it told of, as 2026-11-24
    Column("at_ms", Ms, nullable=False),
)

# What a person was not told because it was outside their hours.
held_notices = Table(
    "held_notices",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column(
        "conversation_id",
        String,
        ForeignKey(conversations.c.id, ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", String, nullable=False),
    Column("matter", String, nullable=False),
    Column("at_ms", Ms, nullable=False),
    Column("tell_at_ms", Ms),  # the next start of their hours; null: nobody knows it yet
    Column("digest_id", String, index=True),  # that told them of it
)

NOTICE_IS_HELD = held_notices.c.digest_id.is_(None)

Index(
    "ix_held_notices_held",
    held_notices.c.person_id,
    held_notices.c.tell_at_ms,
    sqlite_where=NOTICE_IS_HELD,
    postgresql_where=NOTICE_IS_HELD,
)
