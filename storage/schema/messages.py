"""The tables of messages: parts, attempts, PDUs, slots, groups, status reports."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

from storage.schema.base import Ms, Sequence, metadata

messages = Table(
    "messages",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("direction", String, nullable=False),
    Column("state", String, nullable=False),
    Column("from_number", String),
    Column("to_number", String),
    Column("contact", String, nullable=False),  # the other side's number, whichever way
    Column("text", Text),
    Column("encoding", String, nullable=False),
    Column("parts", Integer, nullable=False),
    Column("inbox", String, nullable=False),
    Column("modem", String),
    Column("iccid", String),  # once on the air, the SIM that this message stays on
    # No foreign key: the column was there before conversations, which are never deleted.
    Column("conversation_id", String),
    Column("error_code", String),
    Column("error_detail", Text),
    Column("erased_at_ms", Ms),  # its content is gone, by age or at the contact's request
    Column("created_at_ms", Ms, nullable=False),
    Column("sent_at_ms", Ms),
    Column("delivered_at_ms", Ms),
    # outgoing only
    Column("priority", Integer),
    Column("send_at_ms", Ms),
    Column("expires_at_ms", Ms),
    Column("on_air_at_ms", Ms),  # a first part was accepted or unknown: nothing stops it now
    Column("delivery_report", Boolean),
    Column("on_unknown", String),
    Column("national", String),  # the national alphabet that its letters need, beside gsm7
    Column("client_reference", String),
    Column("sim", String),  # the SIM that the contact knew when it was accepted; its pin's notation
    Column("failover", Boolean),  # it goes, or went, from another number than it should
    Column("author_type", String),
    Column("author_id", String),
    Column("author_name", String),
    Column("consent_basis", String),  # why it may go to somebody who opted out; null: it may not
    # incoming only
    Column("kind", String),
    Column("sc_time_ms", Ms),
    Column("parts_present", Integer),
    Column("complete", Boolean),
    Index("ix_messages_state_seq", "state", "seq"),
    Index("ix_messages_direction_seq", "direction", "seq"),
    Index("ix_messages_inbox_seq", "inbox", "seq"),
    Index("ix_messages_contact_seq", "contact", "seq"),
    Index("ix_messages_client_reference_seq", "client_reference", "seq"),
    Index("ix_messages_created_at_ms_seq", "created_at_ms", "seq"),
    Index("ix_messages_conversation_id_seq", "conversation_id", "seq"),
)

IS_SCHEDULED = and_(
    messages.c.state == literal_column("'queued'"), messages.c.send_at_ms.is_not(None)
)

Index(
    "ix_messages_scheduled",
    messages.c.conversation_id,
    messages.c.send_at_ms,
    sqlite_where=IS_SCHEDULED,
    postgresql_where=IS_SCHEDULED,
)

HAS_CONTENT = messages.c.erased_at_ms.is_(None)

Index(
    "ix_messages_content",
    messages.c.inbox,
    messages.c.created_at_ms,
    sqlite_where=HAS_CONTENT,
    postgresql_where=HAS_CONTENT,
)

IS_AUTOMATIC = messages.c.author_type == literal_column("'automatic'")

Index(
    "ix_messages_automatic",
    messages.c.contact,
    messages.c.created_at_ms,
    sqlite_where=IS_AUTOMATIC,
    postgresql_where=IS_AUTOMATIC,
)

IS_TOKENS = messages.c.author_type == literal_column("'token'")

Index(
    "ix_messages_token_name",
    messages.c.author_name,
    messages.c.created_at_ms,
    sqlite_where=IS_TOKENS,
    postgresql_where=IS_TOKENS,
)

parts = Table(
    "parts",
    metadata,
    Column("id", String, primary_key=True),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("tpdu", LargeBinary, nullable=False),
    # Copies of the message's, so that a claim and a report's match read one index each.
    Column("destination", String, nullable=False),
    Column("inbox", String, nullable=False),
    Column("lane", String, nullable=False),  # who may claim it: storage.outbox.lanes
    Column("priority", Integer, nullable=False),
    Column("due_at_ms", Ms, nullable=False),
    Column("expires_at_ms", Ms),  # cleared once the message is on the air
    Column("pinned_to", String),  # set once the message is on the air: its SIM
    Column("delivery_report", Boolean, nullable=False),
    # The current attempt's.
    Column("tries", Integer, nullable=False),
    Column("attempt_id", String),
    Column("modem", String),
    Column("iccid", String),
    Column("imei", String),
    Column("submitting_at_ms", Ms),
    Column("deadline_ms", Ms),
    Column("unknown_at_ms", Ms),
    Column("reference", Integer),
    Column("accepted_at_ms", Ms),
    Column("awaiting_report", Boolean, nullable=False),
    Column("report_status", Integer),
    Column("error_code", String),
    Column("error_detail", Text),
    UniqueConstraint("message_id", "number"),
)

# Literals, not parameters: only so can SQLite prove that a partial index covers a query.
IS_QUEUED = parts.c.state == literal_column("'queued'")

IS_ACCEPTED = parts.c.state == literal_column("'accepted'")

IN_FLIGHT_STATES = ("claimed", "submitting", "unknown")

IN_FLIGHT = parts.c.state.in_([literal_column(f"'{state}'") for state in IN_FLIGHT_STATES])

_EXPIRES = and_(IS_QUEUED, parts.c.expires_at_ms.is_not(None))

_WAS_ACCEPTED = parts.c.accepted_at_ms.is_not(None)

Index(
    "ix_parts_queue",
    parts.c.lane,
    parts.c.priority,
    parts.c.due_at_ms,
    parts.c.message_id,
    parts.c.number,
    sqlite_where=IS_QUEUED,
    postgresql_where=IS_QUEUED,
)

Index(
    "ix_parts_waiting_for",
    parts.c.destination,
    parts.c.lane,
    sqlite_where=IS_QUEUED,
    postgresql_where=IS_QUEUED,
)

Index("ix_parts_due", parts.c.due_at_ms, sqlite_where=IS_QUEUED, postgresql_where=IS_QUEUED)

Index("ix_parts_expiry", parts.c.expires_at_ms, sqlite_where=_EXPIRES, postgresql_where=_EXPIRES)

Index("ix_parts_in_flight", parts.c.state, sqlite_where=IN_FLIGHT, postgresql_where=IN_FLIGHT)

Index(
    "ix_parts_report",
    parts.c.destination,
    parts.c.reference,
    sqlite_where=IS_ACCEPTED,
    postgresql_where=IS_ACCEPTED,
)

Index(
    "ix_parts_accepted",
    parts.c.modem,
    parts.c.accepted_at_ms,
    sqlite_where=_WAS_ACCEPTED,
    postgresql_where=_WAS_ACCEPTED,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", String, primary_key=True),
    Column(
        "part_id", String, ForeignKey(parts.c.id, ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("modem", String),
    Column("iccid", String),
    Column("imei", String),
    Column("started_at_ms", Ms, nullable=False),
    Column("deadline_ms", Ms),
    Column("ended_at_ms", Ms),
    Column("outcome", String),  # accepted, requeued, refused, unknown; null while it runs
    Column("reference", Integer),
    Column("code", String),
    Column("detail", Text),
    # What it costs if the network takes it, as configured then: millionths, so that sums are exact.
    Column("price_micros", BigInteger),
    Column("price_currency", String),
    Index("ix_attempts_iccid_started_at_ms", "iccid", "started_at_ms"),
)

pdus = Table(
    "pdus",
    metadata,
    Column("id", String, primary_key=True),
    Column("raw", LargeBinary, nullable=False),  # SMSC address and TPDU as the modem gave them
    Column("digest", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("modem", String, nullable=False),
    Column("holder", String),
    Column("received_at_ms", Ms, nullable=False),
    Column("copy_of", String, ForeignKey("pdus.id", ondelete="SET NULL")),
    Column("error", Text),
    # Deferred: a unit may insert the PDU before the message that it becomes.
    Column(
        "message_id",
        String,
        ForeignKey(messages.c.id, ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
        index=True,
    ),
    Column("part_number", Integer),
    Index("ix_pdus_digest_received_at_ms", "digest", "received_at_ms"),
    Index("ix_pdus_kind_received_at_ms", "kind", "received_at_ms"),
)

slots = Table(
    "slots",
    metadata,
    Column("holder", String, primary_key=True),
    Column("store", String, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("pdu_id", String, nullable=False),
    Column("committed_at_ms", Ms, nullable=False),
)

groups = Table(
    "groups",
    metadata,
    Column("id", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("reference", Integer, nullable=False),
    Column("wide", Boolean, nullable=False),
    Column("total", Integer, nullable=False),
    Column("present", Integer, nullable=False),
    Column("opened_at_ms", Ms, nullable=False),
    Column("changed_at_ms", Ms, nullable=False),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), index=True),
    Column("complete", Boolean, nullable=False),
    Index("ix_groups_key", "holder", "sender", "reference", "wide", "total"),
)

_NOT_SHOWN = groups.c.message_id.is_(None)

Index(
    "ix_groups_not_shown",
    groups.c.opened_at_ms,
    sqlite_where=_NOT_SHOWN,
    postgresql_where=_NOT_SHOWN,
)

group_parts = Table(
    "group_parts",
    metadata,
    Column("group_id", String, ForeignKey(groups.c.id, ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("pdu_id", String, ForeignKey(pdus.c.id, ondelete="CASCADE"), nullable=False, index=True),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String, primary_key=True),
    Column("raw", LargeBinary, nullable=False),
    Column("modem", String, nullable=False),
    Column("iccid", String),
    Column("number", String, nullable=False),
    Column("reference", Integer, nullable=False),
    Column("status", Integer, nullable=False),
    Column("sc_time_ms", Ms),
    Column("discharge_ms", Ms),
    Column("received_at_ms", Ms, nullable=False),
    Column("part_id", String, ForeignKey(parts.c.id, ondelete="CASCADE"), index=True),
    Index("ix_reports_number_received_at_ms", "number", "received_at_ms"),
)
