"""The table of what managers set for the whole business."""

from sqlalchemy import JSON, Column, String, Table

from storage.schema.base import Ms, metadata

options = Table(
    "options",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("updated_at_ms", Ms, nullable=False),
)
