"""The rulebooks, and what routing asks of teams, people and inboxes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "rulebooks",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_rulebooks")),
    )
    op.add_column("people", sa.Column("delegate_id", sa.String(), nullable=True))
    op.add_column("inboxes", sa.Column("team_id", sa.String(), nullable=True))
    # The rulebook holds hours from now on; until now they were shown and decided nothing.
    op.drop_column("inboxes", "hours")
    _order_members()
    _on_call()


def _order_members() -> None:
    """Members stand in an order, which a table that SQLite is to check needs made anew."""
    members = sa.text(
        "SELECT team_id, person_id, row_number() OVER"
        " (PARTITION BY team_id ORDER BY person_id) AS place FROM team_members"
    )
    rows = [dict(row) for row in op.get_bind().execute(members).mappings()]
    op.drop_table("team_members")
    table = op.create_table(
        "team_members",
        *_people_of_a_team("team_members"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_person_id"), "team_members", ["person_id"], unique=False)
    op.bulk_insert(table, rows)


def _on_call() -> None:
    op.create_table(
        "team_on_call",
        *_people_of_a_team("team_on_call"),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_on_call")),
    )


def _people_of_a_team(table: str) -> list[sa.Column[object] | sa.Constraint]:
    return [
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f(f"fk_{table}_person_id_people")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f(f"fk_{table}_team_id_teams")),
    ]
