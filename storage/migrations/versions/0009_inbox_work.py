"""How answers are signed, what people have read, whom notes mention, why things change hands."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("inboxes", sa.Column("signature_mode", sa.String(), nullable=True))
    op.add_column("inboxes", sa.Column("take_on_answer", sa.Boolean(), nullable=True))
    op.add_column("people", sa.Column("signature", sa.Text(), nullable=True))
    op.add_column("timeline", sa.Column("reason", sa.String(), nullable=True))
    op.add_column("modems", sa.Column("inbox", sa.String(), nullable=True))
    op.create_index("ix_modems_inbox", "modems", ["inbox", "number"], unique=False)
    _reads()
    _mentions()
    _news()


def _reads() -> None:
    op.create_table(
        "reads",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marked", sa.Boolean(), nullable=False),
        sa.Column("read_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_reads_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_reads_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_reads")),
    )
    op.create_index("ix_reads_conversation_id", "reads", ["conversation_id"], unique=False)
    scheduled = sa.text("state = 'queued' AND send_at_ms IS NOT NULL")
    op.create_index(
        "ix_messages_scheduled",
        "messages",
        ["conversation_id", "send_at_ms"],
        unique=False,
        sqlite_where=scheduled,
        postgresql_where=scheduled,
    )
    marked = sa.text("marked")
    op.create_index(
        "ix_reads_marked",
        "reads",
        ["person_id"],
        unique=False,
        sqlite_where=marked,
        postgresql_where=marked,
    )


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("start", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("stop", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mentions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["seq"], ["timeline.seq"], name=op.f("fk_mentions_seq_timeline"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", "start", "person_id", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_person_id_seq", "mentions", ["person_id", "seq"], unique=False)


def _news() -> None:
    place = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "news",
        sa.Column("seq", place, autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["seq"], ["timeline.seq"], name=op.f("fk_news_seq_timeline"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_news")),
    )
    op.create_index("ix_news_at_ms", "news", ["at_ms"], unique=False)
    op.create_table(
        "told_news",
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("seq", place, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("called_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_told_news_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_told_news_person_id_people")
        ),
        sa.PrimaryKeyConstraint("person_id", "conversation_id", name=op.f("pk_told_news")),
    )
    op.create_index("ix_told_news_conversation_id", "told_news", ["conversation_id"], unique=False)
