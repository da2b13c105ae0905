"""The first schema."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "balances",
        sa.Column("modem", sa.String(), nullable=False),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("micros", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("read_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("tried_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("modem", name=op.f("pk_balances")),
    )
    op.create_table(
        "changes",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_changes")),
        sa.UniqueConstraint("id", name=op.f("uq_changes_id")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("modem", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("cure", sa.Text(), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_index(
        "ix_incidents_modem_opened_at_ms", "incidents", ["modem", "opened_at_ms"], unique=False
    )

    op.create_table(
        "messages",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("from_number", sa.String(), nullable=True),
        sa.Column("to_number", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("modem", sa.String(), nullable=True),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("conversation_id", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("sent_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("delivered_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("send_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("on_air_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("delivery_report", sa.Boolean(), nullable=True),
        sa.Column("on_unknown", sa.String(), nullable=True),
        sa.Column("national", sa.String(), nullable=True),
        sa.Column("client_reference", sa.String(), nullable=True),
        sa.Column("sim", sa.String(), nullable=True),
        sa.Column("failover", sa.Boolean(), nullable=True),
        sa.Column("author_type", sa.String(), nullable=True),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("sc_time_ms", sa.BigInteger(), nullable=True),
        sa.Column("parts_present", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
    )
    op.create_index(
        "ix_messages_client_reference_seq", "messages", ["client_reference", "seq"], unique=False
    )
    op.create_index("ix_messages_contact_seq", "messages", ["contact", "seq"], unique=False)
    op.create_index(
        "ix_messages_created_at_ms_seq", "messages", ["created_at_ms", "seq"], unique=False
    )
    op.create_index("ix_messages_direction_seq", "messages", ["direction", "seq"], unique=False)
    op.create_index("ix_messages_inbox_seq", "messages", ["inbox", "seq"], unique=False)
    op.create_index("ix_messages_state_seq", "messages", ["state", "seq"], unique=False)

    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "modems",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("imei", sa.String(), nullable=True),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("imsi", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=True),
        sa.Column("smsc", sa.String(), nullable=True),
        sa.Column("operator", sa.String(), nullable=True),
        sa.Column("muted", sa.Boolean(), nullable=False),
        sa.Column("last_ready_ms", sa.BigInteger(), nullable=True),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_modems")),
    )
    op.create_table(
        "slots",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("store", sa.String(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("pdu_id", sa.String(), nullable=False),
        sa.Column("committed_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder", "store", "slot", name=op.f("pk_slots")),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("hash", name=op.f("uq_tokens_hash")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("wide", sa.Boolean(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_groups_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
    )
    op.create_index(
        "ix_groups_key", "groups", ["holder", "sender", "reference", "wide", "total"], unique=False
    )
    op.create_index(op.f("ix_groups_message_id"), "groups", ["message_id"], unique=False)
    op.create_index(
        "ix_groups_not_shown",
        "groups",
        ["opened_at_ms"],
        unique=False,
        sqlite_where=sa.text("message_id IS NULL"),
        postgresql_where=sa.text("message_id IS NULL"),
    )

    op.create_table(
        "idempotency_keys",
        sa.Column("token_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_digest", sa.LargeBinary(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_idempotency_keys_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at_ms"),
        "idempotency_keys",
        ["created_at_ms"],
        unique=False,
    )
    op.create_index(
        op.f("ix_idempotency_keys_message_id"), "idempotency_keys", ["message_id"], unique=False
    )

    op.create_table(
        "parts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tpdu", sa.LargeBinary(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("pinned_to", sa.String(), nullable=True),
        sa.Column("delivery_report", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.String(), nullable=True),
        sa.Column("modem", sa.String(), nullable=True),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("imei", sa.String(), nullable=True),
        sa.Column("submitting_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("unknown_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.Integer(), nullable=True),
        sa.Column("accepted_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("awaiting_report", sa.Boolean(), nullable=False),
        sa.Column("report_status", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_parts_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parts")),
        sa.UniqueConstraint("message_id", "number", name=op.f("uq_parts_message_id_number")),
    )
    op.create_index(
        "ix_parts_accepted",
        "parts",
        ["modem", "accepted_at_ms"],
        unique=False,
        sqlite_where=sa.text("accepted_at_ms IS NOT NULL"),
        postgresql_where=sa.text("accepted_at_ms IS NOT NULL"),
    )
    op.create_index(
        "ix_parts_due",
        "parts",
        ["due_at_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_parts_expiry",
        "parts",
        ["expires_at_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'queued' AND expires_at_ms IS NOT NULL"),
        postgresql_where=sa.text("state = 'queued' AND expires_at_ms IS NOT NULL"),
    )
    op.create_index(
        "ix_parts_in_flight",
        "parts",
        ["state"],
        unique=False,
        sqlite_where=sa.text("state IN ('claimed', 'submitting', 'unknown')"),
        postgresql_where=sa.text("state IN ('claimed', 'submitting', 'unknown')"),
    )
    op.create_index(
        "ix_parts_queue",
        "parts",
        ["lane", "priority", "due_at_ms", "message_id", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_parts_report",
        "parts",
        ["destination", "reference"],
        unique=False,
        sqlite_where=sa.text("state = 'accepted'"),
        postgresql_where=sa.text("state = 'accepted'"),
    )
    op.create_index(
        "ix_parts_waiting_for",
        "parts",
        ["destination", "lane"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )

    op.create_table(
        "pdus",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("modem", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("copy_of", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("part_number", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["copy_of"], ["pdus.id"], name=op.f("fk_pdus_copy_of_pdus"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_pdus_message_id_messages"),
            ondelete="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pdus")),
    )
    op.create_index(
        "ix_pdus_digest_received_at_ms", "pdus", ["digest", "received_at_ms"], unique=False
    )
    op.create_index("ix_pdus_kind_received_at_ms", "pdus", ["kind", "received_at_ms"], unique=False)
    op.create_index(op.f("ix_pdus_message_id"), "pdus", ["message_id"], unique=False)

    op.create_table(
        "canaries",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("modem", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("from_number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=False),
        sa.Column("arrived_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("pdu_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_canaries_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_canaries")),
        sa.UniqueConstraint("token", name=op.f("uq_canaries_token")),
    )
    op.create_index(
        "ix_canaries_modem_begun_at_ms", "canaries", ["modem", "begun_at_ms"], unique=False
    )

    op.create_table(
        "attempts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("part_id", sa.String(), nullable=False),
        sa.Column("modem", sa.String(), nullable=True),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("imei", sa.String(), nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("deadline_ms", sa.BigInteger(), nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reference", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("price_micros", sa.BigInteger(), nullable=True),
        sa.Column("price_currency", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["part_id"], ["parts.id"], name=op.f("fk_attempts_part_id_parts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    op.create_index(
        "ix_attempts_iccid_started_at_ms", "attempts", ["iccid", "started_at_ms"], unique=False
    )
    op.create_index(op.f("ix_attempts_part_id"), "attempts", ["part_id"], unique=False)

    op.create_table(
        "group_parts",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pdu_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_group_parts_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["pdu_id"], ["pdus.id"], name=op.f("fk_group_parts_pdu_id_pdus"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "number", name=op.f("pk_group_parts")),
    )
    op.create_index(op.f("ix_group_parts_pdu_id"), "group_parts", ["pdu_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("modem", sa.String(), nullable=False),
        sa.Column("iccid", sa.String(), nullable=True),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reference", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sc_time_ms", sa.BigInteger(), nullable=True),
        sa.Column("discharge_ms", sa.BigInteger(), nullable=True),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("part_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["part_id"], ["parts.id"], name=op.f("fk_reports_part_id_parts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index(
        "ix_reports_number_received_at_ms", "reports", ["number", "received_at_ms"], unique=False
    )
    op.create_index(op.f("ix_reports_part_id"), "reports", ["part_id"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("inbox", sa.String(), nullable=True),
        sa.Column("ordered", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("disabled_reason", sa.Text(), nullable=True),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("previous_secret", sa.String(), nullable=True),
        sa.Column("previous_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("failing_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )

    op.create_table(
        "deliveries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("webhook_id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tried_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"],
            ["webhooks.id"],
            name=op.f("fk_deliveries_webhook_id_webhooks"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("id", name=op.f("uq_deliveries_id")),
        sa.UniqueConstraint(
            "webhook_id", "event_id", name=op.f("uq_deliveries_webhook_id_event_id")
        ),
    )
    op.create_index(
        "ix_deliveries_webhook_id_seq", "deliveries", ["webhook_id", "seq"], unique=False
    )
    op.create_index("ix_deliveries_created_at_ms", "deliveries", ["created_at_ms"], unique=False)
    op.create_index(
        "ix_deliveries_pending",
        "deliveries",
        ["webhook_id", "due_at_ms"],
        unique=False,
        sqlite_where=sa.text("state = 'pending'"),
        postgresql_where=sa.text("state = 'pending'"),
    )
