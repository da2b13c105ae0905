"""Owns the tables. Times are integer UTC milliseconds; ids are ours; enums are their text.

Knows nothing of who reads or writes them. The migrations must build exactly this (a test says so).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

REVISION = "0005"
"""The migration that builds this schema; lets a start that has nothing to migrate skip Alembic."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite makes a rowid only of INTEGER; PostgreSQL needs 64 bits.
_Sequence = BigInteger().with_variant(Integer(), "sqlite")
_Ms = BigInteger

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    Column("seq", _Sequence, primary_key=True),
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
    Column("created_at_ms", _Ms, nullable=False),
    Column("sent_at_ms", _Ms),
    Column("delivered_at_ms", _Ms),
    # outgoing only
    Column("priority", Integer),
    Column("send_at_ms", _Ms),
    Column("expires_at_ms", _Ms),
    Column("on_air_at_ms", _Ms),  # a first part was accepted or unknown: nothing stops it now
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
    Column("sc_time_ms", _Ms),
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
    Column("due_at_ms", _Ms, nullable=False),
    Column("expires_at_ms", _Ms),  # cleared once the message is on the air
    Column("pinned_to", String),  # set once the message is on the air: its SIM
    Column("delivery_report", Boolean, nullable=False),
    # The current attempt's.
    Column("tries", Integer, nullable=False),
    Column("attempt_id", String),
    Column("modem", String),
    Column("iccid", String),
    Column("imei", String),
    Column("submitting_at_ms", _Ms),
    Column("deadline_ms", _Ms),
    Column("unknown_at_ms", _Ms),
    Column("reference", Integer),
    Column("accepted_at_ms", _Ms),
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
    Column("started_at_ms", _Ms, nullable=False),
    Column("deadline_ms", _Ms),
    Column("ended_at_ms", _Ms),
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
    Column("received_at_ms", _Ms, nullable=False),
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
    Column("committed_at_ms", _Ms, nullable=False),
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
    Column("opened_at_ms", _Ms, nullable=False),
    Column("changed_at_ms", _Ms, nullable=False),
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
    Column("sc_time_ms", _Ms),
    Column("discharge_ms", _Ms),
    Column("received_at_ms", _Ms, nullable=False),
    Column("part_id", String, ForeignKey(parts.c.id, ondelete="CASCADE"), index=True),
    Index("ix_reports_number_received_at_ms", "number", "received_at_ms"),
)

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
    Column("last_ready_ms", _Ms),
    Column("updated_at_ms", _Ms, nullable=False),
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
    Column("opened_at_ms", _Ms, nullable=False),
    Column("closed_at_ms", _Ms),
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
    Column("begun_at_ms", _Ms, nullable=False),
    Column("deadline_ms", _Ms, nullable=False),
    Column("arrived_at_ms", _Ms),
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
    Column("read_at_ms", _Ms),
    Column("tried_at_ms", _Ms, nullable=False),
    Column("failure", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", String, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("last_used_at_ms", _Ms),
    Column("revoked_at_ms", _Ms),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("token_id", String, primary_key=True),  # no foreign key: the unix socket has no token
    Column("key", String, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), index=True),
    Column("status", Integer),
    Column("body", JSON(none_as_null=True)),
    Column("created_at_ms", _Ms, nullable=False, index=True),
)

changes = Table(
    "changes",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("type", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("data", JSON, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", String, primary_key=True),
    Column("url", Text, nullable=False),
    Column("types", JSON(none_as_null=True)),  # null: every type
    Column("inbox", String),
    Column("ordered", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("disabled_reason", Text),
    Column("secret", String, nullable=False),  # signing needs it itself, not its digest
    Column("previous_secret", String),
    Column("previous_until_ms", _Ms),
    Column("cursor", String),  # the last event that was looked at
    Column("failing_since_ms", _Ms),
    Column("created_at_ms", _Ms, nullable=False),
    Column("updated_at_ms", _Ms, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("seq", _Sequence, primary_key=True),  # the order of the events
    Column("id", String, nullable=False, unique=True),
    Column("webhook_id", String, ForeignKey(webhooks.c.id, ondelete="CASCADE"), nullable=False),
    Column("event_id", String, nullable=False),  # no foreign key: events are forgotten by age
    Column("event_type", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", _Ms, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("tried_at_ms", _Ms),
    Column("duration_ms", Integer),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
    UniqueConstraint("webhook_id", "event_id"),
    Index("ix_deliveries_webhook_id_seq", "webhook_id", "seq"),
    Index("ix_deliveries_created_at_ms", "created_at_ms"),
)
IS_PENDING = deliveries.c.state == literal_column("'pending'")
Index(
    "ix_deliveries_pending",
    deliveries.c.webhook_id,
    deliveries.c.due_at_ms,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)

inboxes = Table(
    "inboxes",
    metadata,
    Column("name", String, primary_key=True),
    # Null in the following: as the configuration says for the whole gateway.
    Column("display_name", String),
    Column("timezone", String),
    Column("language", String),
    Column("signature", Text),
    # No foreign key: the column is younger than the table, and teams are never deleted.
    Column("team_id", String),  # whose mailbox it is
    Column("version", Integer, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("updated_at_ms", _Ms, nullable=False),
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
    Column("version", Integer, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("updated_at_ms", _Ms, nullable=False),
)

absences = Table(
    "absences",
    metadata,
    Column("id", String, primary_key=True),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column("kind", String, nullable=False),  # away, break, sick, vacation, left
    Column("from_ms", _Ms, nullable=False),
    Column("until_ms", _Ms),  # null: nobody knows yet
    Column("delegate_id", String, ForeignKey(people.c.id)),
    Column("note", Text),
    Column("created_at_ms", _Ms, nullable=False),
    Index("ix_absences_person_id_from_ms", "person_id", "from_ms"),
)

teams = Table(
    "teams",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("display_name", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("updated_at_ms", _Ms, nullable=False),
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
    Column("created_at_ms", _Ms, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("name", String),
    Column("language", String),
    Column("spoken_language", String),  # that of their own words, where these decide
    Column("notes", Text),
    Column("blocked_at_ms", _Ms),
    Column("version", Integer, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("updated_at_ms", _Ms, nullable=False),
)

IS_BLOCKED = contacts.c.blocked_at_ms.is_not(None)
Index(
    "ix_contacts_blocked",
    contacts.c.blocked_at_ms,
    sqlite_where=IS_BLOCKED,
    postgresql_where=IS_BLOCKED,
)

contact_numbers = Table(
    "contact_numbers",
    metadata,
    Column("number", String, primary_key=True),  # in its one spelling, as in messages.contact
    Column("contact_id", String, ForeignKey(contacts.c.id), nullable=False, index=True),
    Column("added_at_ms", _Ms, nullable=False),
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
    Column("snoozed_until_ms", _Ms),
    Column("unanswered_since_ms", _Ms),  # the first that the customer wrote since our answer
    Column("last_in_ms", _Ms),
    Column("last_out_ms", _Ms),
    Column("answered_ms", _Ms),  # when one of us answered last
    Column("held_since_ms", _Ms),  # a rule holds it for review
    Column("last_seq", _Sequence, nullable=False),  # of its newest timeline row: the lists' order
    Column("version", Integer, nullable=False),  # grows with every change of row and timeline
    Column("created_at_ms", _Ms, nullable=False),
    UniqueConstraint("contact_id", "inbox"),
    Index("ix_conversations_last_seq", "last_seq"),
    Index("ix_conversations_state_last_seq", "state", "last_seq"),
)
_HAS_PERSON = conversations.c.person_id.is_not(None)
_HAS_TEAM = conversations.c.team_id.is_not(None)
IS_UNANSWERED = conversations.c.unanswered_since_ms.is_not(None)
_IS_SNOOZED = conversations.c.snoozed_until_ms.is_not(None)
for _name, _columns, _rows in (
    ("person", (conversations.c.person_id, conversations.c.last_seq), _HAS_PERSON),
    ("team", (conversations.c.team_id, conversations.c.last_seq), _HAS_TEAM),
    ("unanswered", (conversations.c.unanswered_since_ms,), IS_UNANSWERED),
    ("snoozed", (conversations.c.snoozed_until_ms,), _IS_SNOOZED),
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
    Column("seq", _Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("conversation_id", String, ForeignKey(conversations.c.id), nullable=False),
    Column("kind", String, nullable=False),
    Column("at_ms", _Ms, nullable=False),
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), unique=True),
    Column("modem", String),  # that a missed call rang at
    Column("text", Text),  # of a note; why it was handed over
    Column("person_id", String, ForeignKey(people.c.id)),  # to whom it was handed over
    Column("team_id", String, ForeignKey(teams.c.id)),
    Column("until_ms", _Ms),  # that it sleeps
    Column("consent", String),  # what became of consent
    Column("author_type", String),
    Column("author_id", String),
    Column("author_name", String),
    Index("ix_timeline_conversation_id_seq", "conversation_id", "seq"),
)

alerts = Table(
    "alerts",
    metadata,
    # The SMS that told somebody; its state says whether they were reached.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), primary_key=True),
    Column("conversation_id", String, ForeignKey(conversations.c.id), nullable=False),
    Column("person_id", String, ForeignKey(people.c.id), nullable=False),
    Column("code", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("created_at_ms", _Ms, nullable=False),
    Column("expires_at_ms", _Ms, nullable=False),
    Index("ix_alerts_conversation_id_created_at_ms", "conversation_id", "created_at_ms"),
    Index("ix_alerts_code_expires_at_ms", "code", "expires_at_ms"),
    Index("ix_alerts_person_id_expires_at_ms", "person_id", "expires_at_ms"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", String, primary_key=True),
    Column("recipient", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("conversation_id", String, ForeignKey(conversations.c.id), nullable=False),
    # What it is about; null: a missed call.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), index=True),
    Column("state", String, nullable=False),  # pending, sent, failed
    Column("tries", Integer, nullable=False),
    Column("due_at_ms", _Ms, nullable=False),
    Column("created_at_ms", _Ms, nullable=False, index=True),
    Column("tried_at_ms", _Ms),
    Column("error", String),  # of the last try that failed
)
MAIL_IS_PENDING = mails.c.state == literal_column("'pending'")
Index(
    "ix_mails_pending",
    mails.c.due_at_ms,
    sqlite_where=MAIL_IS_PENDING,
    postgresql_where=MAIL_IS_PENDING,
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("contact_id", String, ForeignKey(contacts.c.id), primary_key=True),
    Column("inbox", String, primary_key=True),
    Column("business_number", String, primary_key=True),  # empty where the SIM's is unknown
    Column("since_ms", _Ms, nullable=False),
    Column("until_ms", _Ms),  # null: until they opt in again
)

consents = Table(
    "consents",
    metadata,
    Column("seq", _Sequence, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("contact_id", String, ForeignKey(contacts.c.id), nullable=False),
    Column("number", String, nullable=False),  # theirs
    Column("inbox", String, nullable=False),
    Column("business_number", String, nullable=False),
    Column("what", String, nullable=False),
    Column("source", Text),  # the words that said so, or the reason of whom set it by hand
    # No foreign key: what was said is kept here when the message is forgotten.
    Column("message_id", String),
    Column("author_type", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("author_name", String, nullable=False),
    Column("at_ms", _Ms, nullable=False),
    Column("expires_at_ms", _Ms),
    Index("ix_consents_contact_id_seq", "contact_id", "seq"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", String, primary_key=True),
    # Of a message, or of a missed call's row in its timeline.
    Column("message_id", String, ForeignKey(messages.c.id, ondelete="CASCADE"), unique=True),
    Column("timeline_seq", _Sequence, ForeignKey(timeline.c.seq, ondelete="CASCADE"), unique=True),
    Column("record", JSON, nullable=False),  # no text of the message
    Column("at_ms", _Ms, nullable=False),
)
