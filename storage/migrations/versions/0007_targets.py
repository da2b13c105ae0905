"""How long a customer may wait, reminders, and what was held back from whom."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _targets()
    _waits()
    _stand_ins()
    _wishes()
    _held_notices()
    _daily_digests()
    with op.batch_alter_table("mails") as mails:
        for column in ("kind", "person_id"):
            mails.add_column(sa.Column(column, sa.String(), nullable=True))
        mails.alter_column("conversation_id", existing_type=sa.String(), nullable=True)
    listed = ["last_seq", "inbox", "contact_id"]
    for name, rows in (
        ("unassigned", "person_id IS NULL AND team_id IS NULL AND state != 'closed'"),
        ("waited_for", "unanswered_since_ms IS NOT NULL AND state = 'open'"),
    ):
        _index(f"ix_conversations_{name}", "conversations", listed, rows)
    _index("ix_timeline_closings", "timeline", ["at_ms"], "kind = 'closed'")


def _targets() -> None:
    op.create_table(
        "inbox_targets",
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("answer_minutes", sa.Integer(), nullable=True),
        sa.Column("due_soon_percent", sa.Integer(), nullable=False),
        sa.Column("escalate_percent", sa.Integer(), nullable=True),
        sa.Column("reassign_minutes", sa.Integer(), nullable=True),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        _references("inbox_targets", "inbox", "inboxes.name"),
        sa.PrimaryKeyConstraint("inbox", name=op.f("pk_inbox_targets")),
    )


def _waits() -> None:
    moments = ("due_soon_at_ms", "due_at_ms", "escalate_at_ms", "look_at_ms", "ended_ms")
    op.create_table(
        "waits",
        sa.Column("seq", _SEQUENCE, nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("clock_ms", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in moments),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answer_id", sa.String(), nullable=True),
        sa.Column("open_seconds", sa.Integer(), nullable=True),
        _references("waits", "conversation_id", "conversations.id", "CASCADE"),
        _references("waits", "answer_id", "messages.id", "SET NULL"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_waits")),
    )
    op.create_index(
        "ix_waits_conversation_id_ended_ms", "waits", ["conversation_id", "ended_ms"], unique=False
    )
    for column in ("ended_ms", "answer_id"):
        op.create_index(f"ix_waits_{column}", "waits", [column], unique=False)
    is_open = "ended_ms IS NULL"
    _index("ix_waits_open", "waits", ["conversation_id"], is_open, unique=True)
    _index("ix_waits_look", "waits", ["look_at_ms"], is_open)
    _index("ix_waits_due", "waits", ["due_at_ms"], is_open)
    _index("ix_waits_due_soon", "waits", ["due_soon_at_ms"], is_open)
    uncounted = "ended_ms IS NOT NULL AND open_seconds IS NULL"
    _index("ix_waits_uncounted", "waits", ["seq"], uncounted)
    # Who waits now waits from the first on; what was over before this version is not counted.
    op.execute(
        "INSERT INTO waits (conversation_id, inbox, since_ms, clock_ms, rung, look_at_ms)"
        " SELECT id, inbox, unanswered_since_ms, unanswered_since_ms, 0,"
        " CASE WHEN state = 'snoozed' THEN NULL ELSE 0 END"
        " FROM conversations WHERE unanswered_since_ms IS NOT NULL"
    )


def _stand_ins() -> None:
    op.create_table(
        "stand_ins",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("given_person_id", sa.String(), nullable=True),
        sa.Column("given_team_id", sa.String(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        _references("stand_ins", "conversation_id", "conversations.id", "CASCADE"),
        _references("stand_ins", "person_id", "people.id"),
        _references("stand_ins", "given_person_id", "people.id"),
        _references("stand_ins", "given_team_id", "teams.id"),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_stand_ins")),
    )


def _wishes() -> None:
    op.create_table(
        "notification_wishes",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("take_back", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("daily_digest", sa.String(), nullable=True),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        _references("notification_wishes", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_wishes")),
    )


def _daily_digests() -> None:
    op.create_table(
        "daily_digests",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        _references("daily_digests", "person_id", "people.id"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_daily_digests")),
    )


def _held_notices() -> None:
    op.create_table(
        "held_notices",
        sa.Column("seq", _SEQUENCE, nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("tell_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("digest_id", sa.String(), nullable=True),
        _references("held_notices", "person_id", "people.id"),
        _references("held_notices", "conversation_id", "conversations.id", "CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_held_notices")),
    )
    op.create_index("ix_held_notices_digest_id", "held_notices", ["digest_id"], unique=False)
    held = "digest_id IS NULL"
    _index("ix_held_notices_held", "held_notices", ["person_id", "tell_at_ms"], held)


def _references(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}_{target.partition('.')[0]}"
    return sa.ForeignKeyConstraint([column], [target], name=op.f(name), ondelete=ondelete)


def _index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    rows = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows)
