"""Merged contacts, erasures, retention and the audit chain."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HAS_CONTENT = sa.text("erased_at_ms IS NULL")
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _audit()
    _contacts()
    op.add_column("timeline", sa.Column("number", sa.String(), nullable=True))
    op.add_column("inboxes", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.add_column("messages", sa.Column("erased_at_ms", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_messages_content",
        "messages",
        ["inbox", "created_at_ms"],
        sqlite_where=_HAS_CONTENT,
        postgresql_where=_HAS_CONTENT,
    )
    op.create_table(
        "options",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_options")),
    )


def _contacts() -> None:
    op.add_column("contacts", sa.Column("external_id", sa.String(), nullable=True))
    op.add_column("contacts", sa.Column("erased_at_ms", sa.BigInteger(), nullable=True))
    op.create_index("ix_contacts_external_id", "contacts", ["external_id"], unique=True)
    op.create_index("ix_contacts_updated_at_ms", "contacts", ["updated_at_ms"])
    op.create_table(
        "former_contacts",
        sa.Column("seq", _SEQUENCE, nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("into_id", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_former_contacts")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_former_contacts_contact_id")),
    )
    op.create_index("ix_former_contacts_at_ms", "former_contacts", ["at_ms"])
    op.create_table(
        "kept_opt_outs",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("business_number", sa.String(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint(
            "digest", "inbox", "business_number", name=op.f("pk_kept_opt_outs")
        ),
    )
    op.create_table(
        "kept_blocks",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("blocked_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_kept_blocks")),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", _SEQUENCE, autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    for column in ("actor", "subject", "action"):
        op.create_index(f"ix_audit_{column}_seq", "audit", [column, "seq"])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit journal is only ever added to'); END"
            )
