"""Inboxes, people, contacts and conversations; every message there is gets its conversation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

from storage.ids import Prefix, new_id

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ROWS_AT_ONCE = 5_000


def upgrade() -> None:
    _inboxes()
    _people()
    _teams()
    _contacts()
    _numbers_and_tags()
    _conversations()
    _conversation_indexes()
    _conversation_tags()
    _timeline()
    op.create_index(
        "ix_messages_conversation_id_seq", "messages", ["conversation_id", "seq"], unique=False
    )
    _file_messages(op.get_bind())


def _inboxes() -> None:
    op.create_table(
        "inboxes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("hours", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_inboxes")),
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("shifts", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("name", name=op.f("uq_people_name")),
        sa.UniqueConstraint("phone", name=op.f("uq_people_phone")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("delegate_id", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delegate_id"], ["people.id"], name=op.f("fk_absences_delegate_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_absences_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(
        "ix_absences_person_id_from_ms", "absences", ["person_id", "from_ms"], unique=False
    )


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("name", name=op.f("uq_teams_name")),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_team_members_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id_teams")
        ),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_person_id"), "team_members", ["person_id"], unique=False)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("blocked_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_contacts")),
        sa.UniqueConstraint("id", name=op.f("uq_contacts_id")),
    )
    op.create_index(
        "ix_contacts_blocked",
        "contacts",
        ["blocked_at_ms"],
        unique=False,
        sqlite_where=sa.text("blocked_at_ms IS NOT NULL"),
        postgresql_where=sa.text("blocked_at_ms IS NOT NULL"),
    )


def _numbers_and_tags() -> None:
    op.create_table(
        "contact_numbers",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("added_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contact_numbers_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_contact_numbers")),
    )
    op.create_index(
        op.f("ix_contact_numbers_contact_id"), "contact_numbers", ["contact_id"], unique=False
    )
    op.create_table(
        "contact_tags",
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_contact_tags_contact_id_contacts")
        ),
        sa.PrimaryKeyConstraint("contact_id", "tag", name=op.f("pk_contact_tags")),
    )
    op.create_index(op.f("ix_contact_tags_tag"), "contact_tags", ["tag"], unique=False)


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("inbox", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("snoozed_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("unanswered_since_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_in_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_out_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.id"], name=op.f("fk_conversations_contact_id_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_conversations_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_conversations_team_id_teams")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("contact_id", "inbox", name=op.f("uq_conversations_contact_id_inbox")),
    )


def _conversation_indexes() -> None:
    op.create_index("ix_conversations_last_seq", "conversations", ["last_seq"], unique=False)
    op.create_index(
        "ix_conversations_state_last_seq", "conversations", ["state", "last_seq"], unique=False
    )
    for name, columns in (
        ("person", ["person_id", "last_seq"]),
        ("team", ["team_id", "last_seq"]),
        ("unanswered", ["unanswered_since_ms"]),
        ("snoozed", ["snoozed_until_ms"]),
    ):
        rows = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(
            f"ix_conversations_{name}",
            "conversations",
            columns,
            unique=False,
            sqlite_where=rows,
            postgresql_where=rows,
        )


def _conversation_tags() -> None:
    op.create_table(
        "conversation_tags",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_tags_conversation_id_conversations"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "tag", name=op.f("pk_conversation_tags")),
    )
    op.create_index(op.f("ix_conversation_tags_tag"), "conversation_tags", ["tag"], unique=False)


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("modem", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("person_id", sa.String(), nullable=True),
        sa.Column("team_id", sa.String(), nullable=True),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.Column("author_type", sa.String(), nullable=True),
        sa.Column("author_id", sa.String(), nullable=True),
        sa.Column("author_name", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_timeline_conversation_id_conversations"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_timeline_message_id_messages"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_timeline_person_id_people")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_timeline_team_id_teams")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_timeline")),
        sa.UniqueConstraint("id", name=op.f("uq_timeline_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_timeline_message_id")),
    )
    op.create_index(
        "ix_timeline_conversation_id_seq", "timeline", ["conversation_id", "seq"], unique=False
    )


@dataclass(slots=True)
class _Conversation:
    """What the messages between one number and one inbox add up to."""

    id: str
    created_at_ms: int
    last_in_ms: int | None = None
    last_out_ms: int | None = None
    unanswered_since_ms: int | None = None

    def add(self, direction: str, at_ms: int) -> None:
        # Nobody knows which of the texts sent so far were answers: let each count as one.
        if direction == "in":
            self.last_in_ms = at_ms
            self.unanswered_since_ms = self.unanswered_since_ms or at_ms
        else:
            self.last_out_ms = at_ms
            self.unanswered_since_ms = None


def _file_messages(connection: sa.Connection) -> None:
    found: dict[tuple[str, str], _Conversation] = {}
    query = sa.text("SELECT contact, inbox, direction, created_at_ms FROM messages ORDER BY seq")
    for number, inbox, direction, at_ms in connection.execute(query).yield_per(_ROWS_AT_ONCE):
        conversation = found.get((number, inbox))
        if conversation is None:
            conversation_id = new_id(Prefix.CONVERSATION, now_ms=at_ms)
            conversation = _Conversation(id=conversation_id, created_at_ms=at_ms)
            found[number, inbox] = conversation
        conversation.add(direction, at_ms)
    if not found:
        return
    contact_ids = _insert_contacts(found)
    _insert("conversations", _conversation_rows(found, contact_ids))
    connection.execute(
        sa.text(
            "UPDATE messages SET conversation_id = (SELECT c.id FROM contact_numbers n"
            " JOIN conversations c ON c.contact_id = n.contact_id AND c.inbox = messages.inbox"
            " WHERE n.number = messages.contact)"
        )
    )
    connection.execute(
        sa.text(
            "INSERT INTO timeline (id, conversation_id, kind, at_ms, message_id)"
            " SELECT 'tml_' || substr(id, 5), conversation_id, 'message', created_at_ms, id"
            " FROM messages ORDER BY seq"
        )
    )
    connection.execute(
        sa.text(
            "UPDATE conversations SET last_seq = (SELECT max(t.seq) FROM timeline t"
            " WHERE t.conversation_id = conversations.id)"
        )
    )


def _insert_contacts(found: dict[tuple[str, str], _Conversation]) -> dict[str, str]:
    """A number is a contact, also where it wrote to several inboxes; give their ids."""
    first_ms: dict[str, int] = {}
    inboxes: dict[str, int] = {}
    for (number, inbox), conversation in found.items():
        first_ms.setdefault(number, conversation.created_at_ms)
        inboxes.setdefault(inbox, conversation.created_at_ms)
    ids = {number: new_id(Prefix.CONTACT, now_ms=at_ms) for number, at_ms in first_ms.items()}
    times = {n: {"created_at_ms": at_ms, "updated_at_ms": at_ms} for n, at_ms in first_ms.items()}
    _insert("contacts", ({"id": ids[n], "version": 1, **times[n]} for n in ids))
    _insert(
        "contact_numbers",
        ({"number": n, "contact_id": ids[n], "added_at_ms": first_ms[n]} for n in ids),
    )
    _insert(
        "inboxes",
        (
            {"name": name, "version": 1, "created_at_ms": at_ms, "updated_at_ms": at_ms}
            for name, at_ms in inboxes.items()
        ),
    )
    return ids


def _conversation_rows(
    found: dict[tuple[str, str], _Conversation], contact_ids: dict[str, str]
) -> Iterator[dict[str, object]]:
    for (number, inbox), conversation in found.items():
        yield {
            "id": conversation.id,
            "contact_id": contact_ids[number],
            "inbox": inbox,
            "number": number,
            "state": "waiting" if conversation.unanswered_since_ms is None else "open",
            "priority": "normal",
            "unanswered_since_ms": conversation.unanswered_since_ms,
            "last_in_ms": conversation.last_in_ms,
            "last_out_ms": conversation.last_out_ms,
            "last_seq": 0,
            "version": 1,
            "created_at_ms": conversation.created_at_ms,
        }


def _insert(table: str, rows: Iterator[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _ROWS_AT_ONCE:
            _insert_batch(table, batch)
            batch = []
    if batch:
        _insert_batch(table, batch)


def _insert_batch(table: str, batch: list[dict[str, object]]) -> None:
    columns: list[sa.ColumnClause[object]] = [sa.column(name) for name in batch[0]]
    op.bulk_insert(sa.table(table, *columns), batch)
