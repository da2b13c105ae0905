"""Who is looking, what was read, mentions, saved replies."""

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
