"""The tables of log-in: passwords as hashes, sessions and one-time links as digests."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, String, Table, Text

from storage.schema.base import Ms, metadata
from storage.schema.staff import people

passwords = Table(
    "passwords",
    metadata,
    Column("person_id", String, ForeignKey(people.c.id), primary_key=True),
    Column("hash", String, nullable=False),  # with its own parameters, as argon2 writes it
    Column("set_at_ms", Ms, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False, index=True),
    Column("created_at_ms", Ms, nullable=False),
    Column("last_used_at_ms", Ms, nullable=False),
    Column("expires_at_ms", Ms, nullable=False, index=True),
    Column("address", String, nullable=False),
    Column("user_agent", Text, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("person_id", String, ForeignKey(people.c.id)),  # null: who does not exist yet
    Column("purpose", String, nullable=False),  # first_admin, invite, reset
    Column("created_by", String, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("expires_at_ms", Ms, nullable=False),
    Column("used_at_ms", Ms),
    Index("ix_links_person_id", "person_id"),
)
