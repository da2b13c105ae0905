"""The tables of contacts and conversations."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

from storage.schema.base import Ms, Sequence, metadata
from storage.schema.messages import messages
from storage.schema.staff import people, teams

contacts = Table(
    "contacts",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("name", String),
    Column("language", String),
    Column("spoken_language", String),  # that of their own words, where these decide
    Column("notes", Text),
    Column("external_id", String),  # by which the business's own system knows them
    Column("blocked_at_ms", Ms),
    Column("erased_at_ms", Ms),  # at their own request: only counts and this fact are left
    Column("version", Integer, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
    Index("ix_contacts_external_id", "external_id", unique=True),
    Index("ix_contacts_updated_at_ms", "updated_at_ms"),
)

IS_BLOCKED = contacts.c.blocked_at_ms.is_not(None)

Index(
    "ix_contacts_blocked",
    contacts.c.blocked_at_ms,
    sqlite_where=IS_BLOCKED,
    postgresql_where=IS_BLOCKED,
)

former_contacts = Table(
    "former_contacts",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("contact_id", String, nullable=False, unique=True),
    Column("why", String, nullable=False),  # merged, erased
    Column("into_id", String),  # of which contact it is a part now
    Column("external_id", String),
    Column("at_ms", Ms, nullable=False, index=True),
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("number", String, primary_key=True),  # in its one spelling, as in messages.contact
    Column("contact_id", String, ForeignKey(contacts.c.id), nullable=False, index=True),
    Column("added_at_ms", Ms, nullable=False),
)

contact_tags = Table(
    "contact_tags",
    metadata,
    Column("contact_id", String, ForeignKey(contacts.c.id), primary_key=True),
    Column("tag", String, primary_key=True, index=True),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", String, primary_key=True),
    Column("contact_id", String, ForeignKey(contacts.c.id), nullable=False),
    Column("inbox", String, nullable=False),
    Column("number", String, nullable=False),  # of the contact's, the last one used
    Column("state", String, nullable=False),
    Column("person_id", String, ForeignKey(people.c.id)),  # whose it is
    Column("team_id", String, ForeignKey(teams.c.id)),
    Column("priority", String, nullable=False),
    Column("snoozed_until_ms", Ms),
    Column("unanswered_since_ms", Ms),  # the first that the customer wrote since our answer
    Column("last_in_ms", Ms),
    Column("last_out_ms", Ms),
    Column("answered_ms", Ms),  # when one of us answered last
    Column("held_since_ms", Ms),  # a rule holds it for review
    Column("last_seq", Sequence, nullable=False),  # of its newest timeline row: the lists' order
    Column("version", Integer, nullable=False),  # grows with every change of row and timeline
    Column("created_at_ms", Ms, nullable=False),
    UniqueConstraint("contact_id", "inbox"),
    Index("ix_conversations_last_seq", "last_seq"),
    Index("ix_conversations_state_last_seq", "state", "last_seq"),
    Index("ix_conversations_inbox_last_seq", "inbox", "last_seq"),
)

_HAS_PERSON = conversations.c.person_id.is_not(None)

_HAS_TEAM = conversations.c.team_id.is_not(None)

IS_UNANSWERED = conversations.c.unanswered_since_ms.is_not(None)

_IS_SNOOZED = conversations.c.snoozed_until_ms.is_not(None)

_IS_HELD = conversations.c.held_since_ms.is_not(None)

IS_UNASSIGNED = and_(
    conversations.c.person_id.is_(None),
    conversations.c.team_id.is_(None),
    conversations.c.state != literal_column("'closed'"),
)

IS_WAITED_FOR = and_(IS_UNANSWERED, conversations.c.state == literal_column("'open'"))

# In the order of lists, with all that a count looks at.
_LISTED = (conversations.c.last_seq, conversations.c.inbox, conversations.c.contact_id)

for _name, _columns, _rows in (
    ("person", (conversations.c.person_id, conversations.c.last_seq), _HAS_PERSON),
    ("team", (conversations.c.team_id, conversations.c.last_seq), _HAS_TEAM),
    ("unanswered", (conversations.c.unanswered_since_ms,), IS_UNANSWERED),
    ("waiting", (conversations.c.last_seq,), IS_UNANSWERED),
    ("held", (conversations.c.last_seq,), _IS_HELD),
    ("snoozed", (conversations.c.snoozed_until_ms,), _IS_SNOOZED),
    ("unassigned", _LISTED, IS_UNASSIGNED),
    ("waited_for", _LISTED, IS_WAITED_FOR),
):
    Index(f"ix_conversations_{_name}", *_columns, sqlite_where=_rows, postgresql_where=_rows)

conversation_tags = Table(
    "conversation_tags",
    metadata,
    Column("conversation_id", String, ForeignKey(conversations.c.id), primary_key=True),
    Column("tag", String, primary_key=True, index=True),
)

timeline = Table(
    "timeline",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, ForeignKey(conversations.c.id), nullable=False),
    Column("kind", String, nullable=False),
    Column("at_ms", Ms, nullable=False),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), unique=True),
    Column("modem", String),  # that a missed call rang at
    Column("number", String),  # that called
    Column("text", Text),  # of a note; why it was handed over
    Column("person_id", String, ForeignKey(people.c.id)),  # to whom it was handed over
    Column("team_id", String, ForeignKey(teams.c.id)),
    Column("reason", String),  # of the hand-over, in a word of ours
    Column("until_ms", Ms),  # that it sleeps
    Column("consent", String),  # what became of consent
    Column("author_type", String),
    Column("author_id", String),
    Column("author_name", String),
    Index("ix_timeline_conversation_id_seq", "conversation_id", "seq"),
)

IS_CLOSING = timeline.c.kind == literal_column("'closed'")

Index(
    "ix_timeline_closings",
    timeline.c.at_ms,
    sqlite_where=IS_CLOSING,
    postgresql_where=IS_CLOSING,
)
