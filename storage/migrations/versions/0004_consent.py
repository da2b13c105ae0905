"""What routing leaves behind: decisions, consent, and what it looks at."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_AUTOMATIC = sa.text("author_type = 'automatic'")


def upgrade() -> None:
    op.add_column("messages", sa.Column("consent_basis", sa.String(), nullable=True))
    op.create_index(
        "ix_messages_automatic",
        "messages",
        ["contact", "created_at_ms"],
        sqlite_where=_AUTOMATIC,
        postgresql_where=_AUTOMATIC,
    )
    op.add_column("contacts", sa.Column("spoken_language", sa.String(), nullable=True))
    op.add_column("conversations", sa.Column("answered_ms", sa.BigInteger(), nullable=True))
    op.add_column("conversations", sa.Column("held_since_ms", sa.BigInteger(), nullable=True))
    op.add_column("timeline", sa.Column("consent", sa.String(), nullable=True))
    _opt_outs()
    _consents()
    _decisions()


def _opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("business_number", sa.String(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_opt_outs_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("contact_id", "inbox", "business_number", name=op.f("pk_opt_outs")),
    )


def _consents() -> None:
    op.create_table(
        "consents",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("business_number", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("author_type", sa.String(), nullable=False),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("author_name", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_consents_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_consents")),
        sa.UniqueConstraint("id", name=op.f("uq_consents_id")),
    )
    op.create_index("ix_consents_contact_id_seq", "consents", ["contact_id", "seq"])


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column(
            "timeline_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_decisions_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["timeline_seq"],
            ["timeline.seq"],
            name=op.f("fk_decisions_timeline_seq_timeline"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("message_id", name=op.f("uq_decisions_message_id")),
        sa.UniqueConstraint("timeline_seq", name=op.f("uq_decisions_timeline_seq")),
    )
