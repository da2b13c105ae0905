"""Roles, passwords, sessions and one-time links."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _people_and_tokens()
    _passwords()
    _sessions()
    _links()


def _people_and_tokens() -> None:
    # Whoever was there before can read and answer, and nothing else, once they can log in.
    for column in (
        sa.Column("role", sa.String(), server_default="agent", nullable=False),
        sa.Column("state", sa.String(), server_default="active", nullable=False),
        sa.Column("inboxes", sa.JSON(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("notify", sa.JSON(), nullable=True),
    ):
        op.add_column("people", column)
    op.add_column("tokens", sa.Column("inboxes", sa.JSON(), nullable=True))
    op.add_column("tokens", sa.Column("person_id", sa.String(), nullable=True))


def _passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("set_at_ms", sa.BigInteger(), nullable=False),
        _person("passwords"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passwords")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        _person("sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
    )
    for column in ("person_id", "expires_at_ms"):
        op.create_index(op.f(f"ix_sessions_{column}"), "sessions", [column], unique=False)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_at_ms", sa.BigInteger(), nullable=True),
        _person("links"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_links_digest")),
    )
    op.create_index("ix_links_person_id", "links", ["person_id"], unique=False)


def _person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people")
    )
