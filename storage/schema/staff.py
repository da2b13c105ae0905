"""The tables of who works here, for which inboxes, and by which rules."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.schema.base import Ms, metadata

inboxes = Table(
    "inboxes",
    metadata,
    Column("name", String, primary_key=True),
    # Null in the following: as the configuration says for the whole gateway.
    Column("display_name", String),
    Column("timezone", String),
    Column("language", String),
    Column("signature", Text),
    Column("signature_mode", String),  # first, every, never; null: first
    Column("take_on_answer", Boolean),  # whose answer takes what nobody has; null: yes
    # No foreign key: the column is younger than the table, and teams are never deleted.
    Column("team_id", String),  # whose mailbox it is
    Column("keep_days", Integer),  # how long what was written is kept; 0: for good
    Column("version", Integer, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("display_name", String, nullable=False),
    Column("language", String),
    Column("phone", String, unique=True),
    Column("shifts", Text),  # opening_hours; null: whenever their inboxes are open
    # No foreign key: the column is younger than the table, and people are never deleted.
    Column("delegate_id", String),  # who stands in where an absence names nobody
    Column("role", String, nullable=False, server_default="agent"),  # agent, manager, admin
    Column("state", String, nullable=False, server_default="active"),  # active, suspended
    Column("inboxes", JSON(none_as_null=True)),  # null: all
    Column("email", String),
    Column("notify", JSON(none_as_null=True)),  # by what they wish to be told; null: by all
    Column("signature", Text),  # their own; null: the inbox's
    Column("version", Integer, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)

absences = Table(
    "absences",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column("kind", String, nullable=False),  # away, break, sick, vacation, left
    Column("from_ms", Ms, nullable=False),
    Column("until_ms", Ms),  # null: nobody knows yet
    Column("delegate_id", String, ForeignKey(people.c.id)),
    Column("note", Text),
    Column("created_at_ms", Ms, nullable=False),
    Index("ix_absences_person_id_from_ms", "person_id", "from_ms"),
)

teams = Table(
    "teams",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("display_name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)

team_members = Table(
    "team_members",
    metadata,
    Column("team_id", String, ForeignKey(teams.c.id), primary_key=True),
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True, index=True),
    Column("place", Integer, nullable=False),  # in the order in which they are asked
)

team_on_call = Table(
    "team_on_call",
    metadata,
    Column("team_id", String, ForeignKey(teams.c.id), primary_key=True),
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column("place", Integer, nullable=False),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),  # the newest is in force
    Column("document", JSON, nullable=False),  # as the rules file has it
    Column("author", String, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
)
