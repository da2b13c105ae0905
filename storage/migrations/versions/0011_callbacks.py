"""Addresses that are called when something becomes of a message; webhooks in another's form."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _callbacks()
    _calls()
    op.create_table(
        "callback_hosts",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("failing_since_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_callback_hosts"),
    )
    op.add_column("webhooks", sa.Column("format", sa.String(), nullable=True))
    op.add_column("webhooks", sa.Column("alias", sa.String(), nullable=True))


def _callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("mask", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name="fk_callbacks_message_id_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_callbacks"),
    )
    op.create_index("ix_callbacks_created_at_ms", "callbacks", ["created_at_ms"])
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_callbacks_open",
        "callbacks",
        ["message_id"],
        sqlite_where=is_open,
        postgresql_where=is_open,
    )


def _calls() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "callback_calls",
        sa.Column("seq", number, nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tried_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name="fk_callback_calls_message_id_messages",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_callback_calls"),
    )
    op.create_index(
        "ix_callback_calls_message_id_code", "callback_calls", ["message_id", "code"], unique=True
    )
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_callback_calls_pending",
        "callback_calls",
        ["host", "due_at_ms"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
