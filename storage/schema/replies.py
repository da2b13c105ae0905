"""The table of saved replies: texts that people answer with again and again."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from storage.schema.base import Ms, metadata
from storage.schema.staff import inboxes, people

saved_replies = Table(
    "saved_replies",
    metadata,
    Column("id", String, primary_key=True),
    Column("shortcut", String, nullable=False),
    Column("en", Text, nullable=False),  # empty where there is only the other
    Column("fr", Text, nullable=False),
    Column("inbox", String, ForeignKey(inboxes.c.name)),  # null: of all
    Column("person_id", String, ForeignKey(people.c.id)),  # whose own it is; null: everybody's
    Column("version", Integer, nullable=False),
    Column("created_at_ms", Ms, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)
