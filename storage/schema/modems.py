"""The tables of what is known about modems and their SIMs."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
)

from storage.schema.base import Ms, metadata
from storage.schema.messages import messages

modems = Table(
    "modems",
    metadata,
    Column("name", String, primary_key=True),
    Column("imei", String),
    Column("iccid", String),
    Column("imsi", String),
    Column("number", String),
    Column("smsc", String),
    Column("operator", String),
    Column("muted", Boolean, nullable=False),
    Column("last_ready_ms", Ms),
    Column("updated_at_ms", Ms, nullable=False),
    Column("inbox", String),  # as the configuration had it at the last start; null: not in it
    Index("ix_modems_inbox", "inbox", "number"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("modem", String, nullable=False),
    Column("code", String, nullable=False),
    Column("detail", Text),
    Column("cure", Text),
    Column("steps", JSON, nullable=False),  # what was tried, in its order
    Column("opened_at_ms", Ms, nullable=False),
    Column("closed_at_ms", Ms),
    Index("ix_incidents_modem_opened_at_ms", "modem", "opened_at_ms"),
)

canaries = Table(
    "canaries",
    metadata,
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    Column("modem", String, nullable=False),  # which sends it
    Column("token", String, nullable=False, unique=True),
    Column("from_number", String, nullable=False),
    Column("state", String, nullable=False),
    Column("begun_at_ms", Ms, nullable=False),
    Column("deadline_ms", Ms, nullable=False),
    Column("arrived_at_ms", Ms),
    Column("pdu_id", String),  # as which it arrived
    Index("ix_canaries_modem_begun_at_ms", "modem", "begun_at_ms"),
)

balances = Table(
    "balances",
    metadata,
    Column("modem", String, primary_key=True),
    Column("iccid", String),
    Column("micros", BigInteger),
    Column("currency", String),
    Column("read_at_ms", Ms),
    Column("tried_at_ms", Ms, nullable=False),
    Column("failure", Text),
)
