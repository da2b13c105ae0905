"""The words of all messages, notes and contacts: SQLite's full-text index, filled and in step."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_conversations_inbox_last_seq", "conversations", ["inbox", "last_seq"])
    for name, rows in (("waiting", "unanswered_since_ms"), ("held", "held_since_ms")):
        some = sa.text(f"{rows} IS NOT NULL")
        op.create_index(
            f"ix_conversations_{name}",
            "conversations",
            ["last_seq"],
            sqlite_where=some,
            postgresql_where=some,
        )
    if op.get_bind().dialect.name != "sqlite":
        return
    for statement in (*_INDEX, *_FILL):
        op.get_bind().exec_driver_sql(statement)


_INDEX = (
    """
CREATE TABLE search_days (
kind VARCHAR NOT NULL, day INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
PRIMARY KEY (kind, day)) WITHOUT ROWID
    """,
    """
CREATE VIEW messages_searched AS SELECT seq, text AS words, char(57344)
|| hex(messages.inbox) || ' ' || char(57345) || messages.direction || ' ' || char(57346)
|| replace(messages.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(messages.author_id, '')) AS facets FROM messages
WHERE messages.text IS NOT NULL AND messages.conversation_id IS NOT NULL
    """,
    """
CREATE VIRTUAL TABLE messages_search USING fts5(
words, facets,
content='messages_searched', content_rowid='seq',
tokenize="unicode61 remove_diacritics 2", prefix='2 3')
    """,
    """
CREATE TRIGGER messages_search_insert AFTER INSERT ON messages
WHEN new.text IS NOT NULL AND new.conversation_id IS NOT NULL BEGIN
INSERT INTO messages_search (rowid, words, facets) VALUES (new.seq, new.text, char(57344)
|| hex(new.inbox) || ' ' || char(57345) || new.direction || ' ' || char(57346)
|| replace(new.conversation_id, '_', '') || ' ' || char(57347) || hex(coalesce(new.author_id,
'')));
INSERT INTO search_days (kind, day, first, last) VALUES ('messages',
new.created_at_ms / 86400000, new.seq, new.seq) ON CONFLICT (kind, day) DO UPDATE
SET first = min(first, excluded.first), last = max(last, excluded.last);
END
    """,
    """
CREATE TRIGGER messages_search_delete BEFORE DELETE ON messages
WHEN old.text IS NOT NULL AND old.conversation_id IS NOT NULL BEGIN
INSERT INTO messages_search (messages_search, rowid, words, facets) VALUES ('delete', old.seq,
old.text, char(57344) || hex(old.inbox) || ' ' || char(57345) || old.direction || ' '
|| char(57346) || replace(old.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(old.author_id, '')));
END
    """,
    """
CREATE TRIGGER messages_search_before BEFORE UPDATE OF text, inbox, direction, conversation_id,
author_id ON messages WHEN old.text IS NOT NULL AND old.conversation_id IS NOT NULL BEGIN
INSERT INTO messages_search (messages_search, rowid, words, facets) VALUES ('delete', old.seq,
old.text, char(57344) || hex(old.inbox) || ' ' || char(57345) || old.direction || ' '
|| char(57346) || replace(old.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(old.author_id, '')));
END
    """,
    """
CREATE TRIGGER messages_search_after AFTER UPDATE OF text, inbox, direction, conversation_id,
author_id ON messages WHEN new.text IS NOT NULL AND new.conversation_id IS NOT NULL BEGIN
INSERT INTO messages_search (rowid, words, facets) VALUES (new.seq, new.text, char(57344)
|| hex(new.inbox) || ' ' || char(57345) || new.direction || ' ' || char(57346)
|| replace(new.conversation_id, '_', '') || ' ' || char(57347) || hex(coalesce(new.author_id,
'')));
INSERT INTO search_days (kind, day, first, last) VALUES ('messages',
new.created_at_ms / 86400000, new.seq, new.seq) ON CONFLICT (kind, day) DO UPDATE
SET first = min(first, excluded.first), last = max(last, excluded.last);
END
    """,
    """
CREATE VIEW timeline_searched AS SELECT seq, text AS words, char(57344)
|| coalesce(hex((SELECT home.inbox FROM conversations AS home
WHERE home.id = timeline.conversation_id)), '') || ' ' || char(57346)
|| replace(timeline.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(timeline.author_id, '')) AS facets FROM timeline WHERE timeline.text IS NOT NULL
    """,
    """
CREATE VIRTUAL TABLE timeline_search USING fts5(
words, facets,
content='timeline_searched', content_rowid='seq',
tokenize="unicode61 remove_diacritics 2", prefix='2 3')
    """,
    """
CREATE TRIGGER timeline_search_insert AFTER INSERT ON timeline WHEN new.text IS NOT NULL BEGIN
INSERT INTO timeline_search (rowid, words, facets) VALUES (new.seq, new.text, char(57344)
|| coalesce(hex((SELECT home.inbox FROM conversations AS home
WHERE home.id = new.conversation_id)), '') || ' ' || char(57346)
|| replace(new.conversation_id, '_', '') || ' ' || char(57347) || hex(coalesce(new.author_id,
'')));
INSERT INTO search_days (kind, day, first, last) VALUES ('timeline', new.at_ms / 86400000,
new.seq, new.seq) ON CONFLICT (kind, day) DO UPDATE SET first = min(first, excluded.first),
last = max(last, excluded.last);
END
    """,
    """
CREATE TRIGGER timeline_search_delete BEFORE DELETE ON timeline WHEN old.text IS NOT NULL BEGIN
INSERT INTO timeline_search (timeline_search, rowid, words, facets) VALUES ('delete', old.seq,
old.text, char(57344)
|| coalesce(hex((SELECT home.inbox FROM conversations AS home
WHERE home.id = old.conversation_id)), '') || ' ' || char(57346)
|| replace(old.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(old.author_id, '')));
END
    """,
    """
CREATE TRIGGER timeline_search_before BEFORE UPDATE OF text, conversation_id,
author_id ON timeline WHEN old.text IS NOT NULL BEGIN
INSERT INTO timeline_search (timeline_search, rowid, words, facets) VALUES ('delete', old.seq,
old.text, char(57344)
|| coalesce(hex((SELECT home.inbox FROM conversations AS home
WHERE home.id = old.conversation_id)), '') || ' ' || char(57346)
|| replace(old.conversation_id, '_', '') || ' ' || char(57347)
|| hex(coalesce(old.author_id, '')));
END
    """,
    """
CREATE TRIGGER timeline_search_after AFTER UPDATE OF text, conversation_id,
author_id ON timeline WHEN new.text IS NOT NULL BEGIN
INSERT INTO timeline_search (rowid, words, facets) VALUES (new.seq, new.text, char(57344)
|| coalesce(hex((SELECT home.inbox FROM conversations AS home
WHERE home.id = new.conversation_id)), '') || ' ' || char(57346)
|| replace(new.conversation_id, '_', '') || ' ' || char(57347) || hex(coalesce(new.author_id,
'')));
INSERT INTO search_days (kind, day, first, last) VALUES ('timeline', new.at_ms / 86400000,
new.seq, new.seq) ON CONFLICT (kind, day) DO UPDATE SET first = min(first, excluded.first),
last = max(last, excluded.last);
END
    """,
    """
CREATE VIEW contacts_searched AS SELECT seq, id, name, notes, coalesce((
SELECT group_concat(word, ' ') FROM (
SELECT substr(ltrim(numbers.number, '+'), place.column1) AS word
FROM contact_numbers AS numbers
JOIN (VALUES (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11), (12), (13), (14),
(15)) AS place
ON place.column1 = 1 OR (numbers.number NOT GLOB '*[^+0-9]*'
AND place.column1 <= length(ltrim(numbers.number, '+')))
WHERE numbers.contact_id = contacts.id ORDER BY numbers.number, place.column1)
), '') AS numbers FROM contacts
    """,
    """
CREATE VIRTUAL TABLE contacts_search USING fts5(
name, notes, numbers,
content='contacts_searched', content_rowid='seq',
tokenize="unicode61 remove_diacritics 2", prefix='2 3')
    """,
    """
CREATE TRIGGER contacts_search_insert AFTER INSERT ON contacts BEGIN
INSERT INTO contacts_search (rowid, name, notes, numbers) SELECT seq, name, notes, numbers
FROM contacts_searched WHERE seq = new.seq;
END
    """,
    """
CREATE TRIGGER contacts_search_delete BEFORE DELETE ON contacts BEGIN
INSERT INTO contacts_search (contacts_search, rowid, name, notes, numbers) SELECT 'delete',
seq, name, notes, numbers FROM contacts_searched WHERE seq = old.seq;
END
    """,
    """
CREATE TRIGGER contacts_search_before BEFORE UPDATE OF name, notes ON contacts
WHEN old.name IS NOT new.name OR old.notes IS NOT new.notes BEGIN
INSERT INTO contacts_search (contacts_search, rowid, name, notes, numbers) SELECT 'delete',
seq, name, notes, numbers FROM contacts_searched WHERE seq = old.seq;
END
    """,
    """
CREATE TRIGGER contacts_search_after AFTER UPDATE OF name, notes ON contacts
WHEN old.name IS NOT new.name OR old.notes IS NOT new.notes BEGIN
INSERT INTO contacts_search (rowid, name, notes, numbers) SELECT seq, name, notes, numbers
FROM contacts_searched WHERE seq = new.seq;
END
    """,
    """
CREATE TRIGGER contact_numbers_search_insert_before BEFORE INSERT ON contact_numbers BEGIN
INSERT INTO contacts_search (contacts_search, rowid, name, notes, numbers) SELECT 'delete',
seq, name, notes, numbers FROM contacts_searched WHERE id IN (new.contact_id);
END
    """,
    """
CREATE TRIGGER contact_numbers_search_insert_after AFTER INSERT ON contact_numbers BEGIN
INSERT INTO contacts_search (rowid, name, notes, numbers) SELECT seq, name, notes, numbers
FROM contacts_searched WHERE id IN (new.contact_id);
END
    """,
    """
CREATE TRIGGER contact_numbers_search_delete_before BEFORE DELETE ON contact_numbers BEGIN
INSERT INTO contacts_search (contacts_search, rowid, name, notes, numbers) SELECT 'delete',
seq, name, notes, numbers FROM contacts_searched WHERE id IN (old.contact_id);
END
    """,
    """
CREATE TRIGGER contact_numbers_search_delete_after AFTER DELETE ON contact_numbers BEGIN
INSERT INTO contacts_search (rowid, name, notes, numbers) SELECT seq, name, notes, numbers
FROM contacts_searched WHERE id IN (old.contact_id);
END
    """,
    """
CREATE TRIGGER contact_numbers_search_update_before BEFORE UPDATE ON contact_numbers BEGIN
INSERT INTO contacts_search (contacts_search, rowid, name, notes, numbers) SELECT 'delete',
seq, name, notes, numbers FROM contacts_searched WHERE id IN (old.contact_id, new.contact_id);
END
    """,
    """
CREATE TRIGGER contact_numbers_search_update_after AFTER UPDATE ON contact_numbers BEGIN
INSERT INTO contacts_search (rowid, name, notes, numbers) SELECT seq, name, notes, numbers
FROM contacts_searched WHERE id IN (old.contact_id, new.contact_id);
END
    """,
)

_FILL = (
    """
INSERT INTO search_days
SELECT 'messages', created_at_ms / 86400000, min(seq), max(seq) FROM messages
WHERE text IS NOT NULL AND conversation_id IS NOT NULL GROUP BY 2
    """,
    """
INSERT INTO search_days
SELECT 'timeline', at_ms / 86400000, min(seq), max(seq) FROM timeline
WHERE text IS NOT NULL GROUP BY 2
    """,
    "INSERT INTO messages_search (messages_search) VALUES ('rebuild')",
    "INSERT INTO timeline_search (timeline_search) VALUES ('rebuild')",
    "INSERT INTO contacts_search (contacts_search) VALUES ('rebuild')",
)
